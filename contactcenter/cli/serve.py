"""``contactcenter serve``: everything in one process, without a single setting."""

from collections.abc import Mapping
from pathlib import Path

import click

import channels
from contactcenter import server, storage
from contactcenter.access.first_admin import ensure_first_admin
from contactcenter.api.services import SERVICES
from contactcenter.app import serving
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.settings import Settings


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", help="Port to listen on; 0 takes any free one.  [default: 8080]")
@with_settings
def serve(host: str | None, port: str | None, config: Path | None, data_dir: Path | None) -> None:
    """Run the contact centre until it is told to stop (Ctrl-C or SIGTERM)."""
    settings = load_settings(config, host=host, port=port, data_dir=data_dir)
    run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with storage.opened(settings) as database:
        admin = await ensure_first_admin(database)
        async with (
            serving(settings, database) as app,
            server.listening(app, settings.host, settings.port) as port,
        ):
            address = f"http://{settings.host}:{port}"
            click.echo(f"Contact centre at {address}   API: {address}/api/docs")
            if settings.database_url is None:
                click.echo("Database: embedded")
            for line in describe_channels(app[SERVICES].channels):
                click.echo(line)
            if admin is not None:
                click.echo(f"First administrator: {admin.email}   password: {admin.password}")
                click.echo("This password is shown once; you will be asked to change it.")
            await server.told_to_stop()
            click.echo("Stopping: finishing what has begun.")


def describe_channels(built: Mapping[str, channels.Channel]) -> list[str]:
    """One line a channel: whether it is ready, and what it still needs."""
    return [
        f"Channel {name}: " + (f"needs {', '.join(c.missing)}" if c.missing else "ready")
        for name, c in sorted(built.items())
    ]
