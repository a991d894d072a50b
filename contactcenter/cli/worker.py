"""One worker of ``contactcenter serve --workers``; only the parent starts it.

It is no command of its own: ``python -m contactcenter.cli.worker NUMBER``, with its job on standard
input.
"""

import sys

from contactcenter import logs, server, storage, workers
from contactcenter.app import drain, serving
from contactcenter.cli.runtime import run
from contactcenter.workers import Job


def main() -> None:
    """Take the job and serve until told to stop, or until the parent is gone."""
    job = workers.take_job(sys.stdin.buffer)
    workers.end_with_parent()
    logs.configure(job.settings.log_level, job.settings.log_format, worker=int(sys.argv[1]))
    run(_serve(job))


async def _serve(job: Job) -> None:
    async with (
        storage.attached(job.settings, job.database_url) as database,
        serving(job.settings, database, only=job.only, shared=True) as app,
        server.listening(app, job.settings.host, job.port, shared=True),
    ):
        server.settle()
        workers.tell_ready()
        await server.told_to_stop()
        await drain(app)


if __name__ == "__main__":
    main()
