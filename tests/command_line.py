"""Our commands, run in this process: a new one takes a second to load the program.

That they also run as processes is shown in ``tests/contactcenter/test_commands.py``.
"""

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from click.testing import CliRunner, Result

from contactcenter.cli import main

#: Nothing of the run's own settings, or of the developer's.
_FOREIGN = {name: None for name in os.environ if name.startswith("CONTACTCENTER_")}


async def command(*words: str, said: str = "", **environ: str) -> Result:
    """Run ``contactcenter`` with these words, and what is said to it, on a thread of its own."""
    return await asyncio.to_thread(_invoked, words, said, environ)


def _invoked(words: tuple[str, ...], said: str, environ: dict[str, str]) -> Result:
    with _log_as_before():
        ended = CliRunner().invoke(main, words, input=said, env={**_FOREIGN, **environ})
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended


@contextmanager
def _log_as_before() -> Iterator[None]:
    """A command sets up the log for its process; whoever runs the tests keeps his."""
    configured = structlog.get_config()
    root = logging.getLogger()  # noqa: TID251  the one that commands set up, too
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        structlog.configure(**configured)
        root.handlers[:], root.level = handlers, level
