"""``contactcenter quarantine``: what could not be understood, from the machine itself."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import click

from channels import Channel
from contactcenter import quarantine as payloads
from contactcenter import quarantine_retry, storage
from contactcenter.bell import Bell
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.db import Database
from contactcenter.errors import DomainError
from contactcenter.intake import Intake
from contactcenter.quarantine import Held
from contactcenter.settings import Settings

#: Who did it, in the events: whoever may run commands here.
ACTOR: Final = "system"
_PAGE: Final = 200
_FIRST: Final = 2**63 - 1


@click.group()
def quarantine() -> None:
    """List, read and retry payloads that could not be understood."""


@quarantine.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those understood since.")
@with_settings
def list_held(*, everything: bool, config: Path | None, data_dir: Path | None) -> None:
    """List what waits, the newest first, with the reason."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database:
            async for held in _every(database, held=None if everything else True):
                click.echo(_line(held))

    run(work())


@quarantine.command("raw")
@click.argument("quarantine_id", type=click.IntRange(1, _FIRST))
@with_settings
def write_raw(quarantine_id: int, config: Path | None, data_dir: Path | None) -> None:
    """Write the bytes of one, exactly as they came, to standard output."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> bytes:
        async with storage.opened(settings) as database, database.read() as conn:
            return (await payloads.raw(conn, quarantine_id)).body

    click.echo(run(work()), nl=False)


@quarantine.command("retry")
@click.argument("quarantine_ids", type=click.IntRange(1, _FIRST), nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that waits.")
@with_settings
def retry(
    *,
    quarantine_ids: tuple[int, ...],
    everything: bool,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Try to understand payloads again; exit status 1 if one has to stay."""
    if bool(quarantine_ids) == everything:
        raise click.UsageError("Name what to retry, or --all.")
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> int:
        async with storage.opened(settings) as database:
            wanted = list(quarantine_ids)
            if everything:
                wanted = [held.id async for held in _every(database, held=True)]
            return await _retried(settings, database, wanted)

    if run(work()):
        raise SystemExit(1)


async def _retried(settings: Settings, database: Database, wanted: list[int]) -> int:
    """Retry each; returns how many have to stay."""
    staying = 0
    async with loaded_channels(settings) as built, _inbox(settings, database, built) as inbox:
        for quarantine_id in wanted:
            try:
                held = await quarantine_retry.retry(
                    database, inbox, built, quarantine_id, actor=ACTOR
                )
            except DomainError as error:
                click.echo(f"{quarantine_id:>6}  {error}", err=True)
                staying += 1
            else:
                click.echo(_line(held))
                staying += held.released_at is None
    return staying


@asynccontextmanager
async def _inbox(
    settings: Settings, database: Database, built: Mapping[str, Channel]
) -> AsyncIterator[Intake]:
    """An inbox of this command's own; running servers triage what it stores within a second."""
    window_s = settings.reopen_window_h * 3600
    intake = Intake(database, Bell(database), reopen_window_s=window_s, channels=built)
    task = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await intake.close()


async def _every(database: Database, *, held: bool | None) -> AsyncIterator[Held]:
    before_id = _FIRST
    while True:
        async with database.read() as conn:
            page = await payloads.page(
                conn, before_id=before_id, held=held, channel=None, limit=_PAGE
            )
        for found in page:
            yield found
        if len(page) < _PAGE:
            return
        before_id = page[-1].id


def _line(held: Held) -> str:
    state = "held" if held.released_at is None else "released"
    return (
        f"{held.id:>6}  {state:<8}  {held.channel:<8}  {held.received_at:%Y-%m-%d %H:%M:%S}  "
        f"{held.times_received}x {held.size_bytes:>7} bytes  {held.reason}: {held.detail}"
    )
