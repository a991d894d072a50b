"""``contactcenter migrate``: bring the database's schema up to date."""

from pathlib import Path

import click

from contactcenter import storage
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.migrate import migrate
from contactcenter.settings import Settings


@click.command("migrate")
@with_settings
def migrate_database(config: Path | None, data_dir: Path | None) -> None:
    """Apply the migrations the database has not seen yet."""
    settings = load_settings(config, data_dir=data_dir)
    run(_migrate(settings))


async def _migrate(settings: Settings) -> None:
    async with storage.server(settings) as url:
        applied = await migrate(settings.database_direct_url or url)
    for name in applied:
        click.echo(f"applied {name}")
    if not applied:
        click.echo("The database is up to date.")
