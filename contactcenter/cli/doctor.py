"""``contactcenter doctor``: what is wrong, and what to do about it."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import click

from contactcenter import storage
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.db import Database
from contactcenter.doctor import examine
from contactcenter.errors import NoDatabase
from contactcenter.finding import Finding, Verdict
from contactcenter.own_settings import OwnSettingsReader
from contactcenter.secret_keys import SecretKeys
from contactcenter.settings import Settings

_MARK: Final[dict[Verdict, tuple[str, str]]] = {
    "ok": ("ok     ", "green"),
    "warning": ("warning", "yellow"),
    "failure": ("FAILURE", "red"),
}


@click.command()
@with_settings
def doctor(config: Path | None, data_dir: Path | None) -> None:
    """Check database, settings and channels, and say what to do. Exit status 1 on a failure."""
    settings = load_settings(config, data_dir=data_dir)
    if not run(_examine(settings)):
        raise SystemExit(1)


async def _examine(settings: Settings) -> bool:
    healthy = True
    try:
        async with storage.server(settings) as url:
            database = Database(settings.database_direct_url or url)
            conn = await database.connect("doctor")
            try:
                own = OwnSettingsReader(database, SecretKeys(settings))
                with suppress(asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
                    await own.look_over(conn)  # an older schema has none, which is told
                here = datetime.now(UTC)
                async with loaded_channels(settings, own=own) as built:
                    async for found in examine(conn, settings, built, here=here):
                        _print(found)
                        healthy = healthy and found.verdict != "failure"
            finally:
                await conn.close(timeout=5)
    except (NoDatabase, OSError, asyncpg.PostgresError) as error:
        advice = "start the server, or correct CONTACTCENTER_DATABASE_URL"
        detail = f"cannot be reached: {error.__cause__ or error}"
        _print(Finding(about="database", verdict="failure", detail=detail, advice=advice))
        return False
    return healthy


def _print(found: Finding) -> None:
    mark, colour = _MARK[found.verdict]
    click.echo(f"{click.style(mark, fg=colour)}  {found.about}: {found.detail}")
    if found.advice:
        click.echo(f"         → {found.advice}")
