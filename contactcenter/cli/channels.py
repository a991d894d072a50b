"""``contactcenter channels``: which channels there are and what each still needs."""

from pathlib import Path

import click

from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.cli.serve import describe_channels
from contactcenter.settings import Settings


@click.command("channels")
@with_settings
def show_channels(config: Path | None, data_dir: Path | None) -> None:
    """List the channels and what each still needs."""
    settings = load_settings(config, data_dir=data_dir)
    run(_show(settings))


async def _show(settings: Settings) -> None:
    async with loaded_channels(settings) as built:
        for line in describe_channels(built):
            click.echo(line)
    click.echo(f"Providers reach us at {settings.public_url}/hooks/…")
