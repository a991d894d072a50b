"""``contactcenter serve``: everything in one process, without a single setting."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

import channels
from contactcenter import server, storage
from contactcenter.access.first_admin import FirstAdmin, ensure_first_admin
from contactcenter.api.services import SERVICES
from contactcenter.app import Part, drain, serving
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.own_settings import OwnSettingsReader
from contactcenter.secret_keys import SecretKeys
from contactcenter.settings import Settings
from contactcenter.workers import Job, Workers


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", help="Port to listen on; 0 takes any free one.  [default: 8080]")
@click.option(
    "--workers",
    "count",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that share the port; one that dies is started again.",
)
@click.option(
    "--only",
    type=click.Choice(["web", "work"]),
    help="Do one part: web is hooks, API and feed; work is triage, sending and upkeep.",
)
@with_settings
def serve(
    *,
    host: str | None,
    port: str | None,
    count: int,
    only: Part | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Run the contact centre until it is told to stop (Ctrl-C or SIGTERM)."""
    settings = load_settings(config, host=host, port=port, data_dir=data_dir)
    if only is not None and settings.database_url is None:
        raise click.UsageError(
            "--only divides the work among machines, which then need one database: set "
            "CONTACTCENTER_DATABASE_URL. With the embedded one, --workers adds processes."
        )
    run(_serve(settings, only) if count == 1 else _serve_with_workers(settings, only, count))


async def _serve(settings: Settings, only: Part | None) -> None:
    """Do everything in this process."""
    async with storage.opened(settings) as database:
        admin = await ensure_first_admin(database)
        async with (
            serving(settings, database, only=only) as app,
            server.listening(app, settings.host, settings.port) as port,
        ):
            server.settle()
            _greet(settings, port, describe_channels(app[SERVICES].channels), admin)
            await server.told_to_stop()
            click.echo("Stopping: finishing what has begun.")
            await drain(app)


async def _serve_with_workers(settings: Settings, only: Part | None, count: int) -> None:
    """Prepare the database once, hold the port, and let workers do everything else."""
    async with storage.prepared(settings) as url:
        with server.reserved(settings.host, settings.port) as port:
            async with storage.attached(settings, url) as database:
                admin = await ensure_first_admin(database)
                own = OwnSettingsReader(database, SecretKeys(settings))
                await own.look()
            async with loaded_channels(settings, own=own) as built:
                lines = describe_channels(built)

            def greet() -> None:
                _greet(settings, port, lines, admin, workers=count)

            job = Job(settings=settings, database_url=url, port=port, only=only)
            workers = Workers(job, count, ready=greet)
            stop = asyncio.Event()
            told = asyncio.create_task(_tell(stop))
            try:
                await workers.run(stop)
            finally:
                told.cancel()


async def _tell(stop: asyncio.Event) -> None:
    await server.told_to_stop()
    click.echo("Stopping: finishing what has begun.")
    stop.set()


def _greet(
    settings: Settings,
    port: int,
    told: Sequence[str],
    admin: FirstAdmin | None,
    *,
    workers: int = 1,
) -> None:
    address = f"http://{settings.host}:{port}"
    click.echo(f"Contact centre at {address}   API: {address}/api/docs")
    if workers > 1:
        click.echo(f"Workers: {workers}")
    if settings.database_url is None:
        click.echo("Database: embedded")
    for line in told:
        click.echo(line)
    if admin is not None:
        click.echo(f"First administrator: {admin.email}   password: {admin.password}")
        click.echo("This password is shown once; you will be asked to change it.")


def describe_channels(built: Mapping[str, channels.Channel]) -> list[str]:
    """One line a channel: whether it is ready, and what it still needs."""
    return [
        f"Channel {name}: " + (f"needs {', '.join(c.missing)}" if c.missing else "ready")
        for name, c in sorted(built.items())
    ]
