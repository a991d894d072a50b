"""``contactcenter segments``: compares rule segments with a recomputation, or has all looked at."""

from pathlib import Path
from typing import Final

import click

from contactcenter import storage
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.db import Database
from contactcenter.segmentation import segment_comparison

#: More of them nobody reads.
SHOWN: Final = 20


@click.group("segments")
def segments() -> None:
    """Check who belongs to rule segments."""


@segments.command("check")
@with_settings
def check(config: Path | None, data_dir: Path | None) -> None:
    """Compare who is written to belong with a recomputation; exit status 1 where it differs."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> bool:
        async with storage.opened(settings) as database:
            return await check_all(database)

    if not run(work()):
        raise SystemExit(1)


@segments.command("recompute")
@with_settings
def recompute(config: Path | None, data_dir: Path | None) -> None:
    """Have everybody looked at again, by the processes that serve."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database:
            await recompute_all(database)

    run(work())


async def check_all(database: Database) -> bool:
    """Print what differs, and how many contacts were compared; whether nothing differs."""
    compared = wrong = 0
    async for looked_at, found in segment_comparison.differences(database):
        compared += looked_at
        for one in found[: max(0, SHOWN - wrong)]:
            said = (
                "belongs and is not written down" if one.belongs else "is written and belongs not"
            )
            click.echo(f"contact {one.contact_id}, {one.key}: {said}")
        wrong += len(found)
    click.echo(f"{compared} contacts compared, {wrong} memberships differ")
    return not wrong


async def recompute_all(database: Database) -> None:
    """Ask for a look at everybody."""
    await segment_comparison.look_at_everybody(database)
    click.echo("Everybody is looked at again; GET /segment_rules tells how many are left.")
