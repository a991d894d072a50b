"""``contactcenter entry-point set``: what one of our addresses has of its own, for all to see."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import msgspec

from contactcenter import storage
from contactcenter.activation.recording import recorded
from contactcenter.administration import entry_points
from contactcenter.administration.entry_points import EntryPoint
from contactcenter.cli.entry_point_secret import of_address
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.db import Conn
from contactcenter.dispatch.dispatcher import dispatching


@click.command("set")
@click.argument("address")
@click.argument("written", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--remove",
    "removed",
    multiple=True,
    metavar="KEY",
    help="Use what the settings hold for all again.",
)
@with_settings
def set_options(
    address: str,
    written: tuple[str, ...],
    removed: tuple[str, ...],
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Set options of ADDRESS, such as `set help@example.com smtp_host=mail.example.com`.

    An option is a setting of the address's channel that it has of its own; what is secret is set
    with `entry-point secret set`.
    """
    options = read_options(written)
    if not options and not removed:
        raise click.UsageError("Say what to set, as KEY=VALUE, or what to --remove.")
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database:

            async def change(conn: Conn, now: datetime) -> EntryPoint:
                there = await of_address(conn, address)
                before = await entry_points.lock(conn, there.id)
                kept = {key: before.options[key] for key in before.options if key not in removed}
                after = msgspec.structs.replace(before, options=kept | options)
                async with recorded(conn, now, actor="system"):
                    return await entry_points.change(conn, now, before, after, actor="system")

            async with dispatching(database) as dispatcher:
                changed = await dispatcher.submit(change)
        click.echo(f"{changed.channel} {changed.address}")
        for key, value in sorted(changed.options.items()):
            click.echo(f"    {key}={value}")

    run(work())


def read_options(written: Sequence[str]) -> dict[str, str]:
    """Options as they were written; raises ``click.UsageError`` for what is none."""
    options = {}
    for one in written:
        key, equals, value = one.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"{one!r} is not KEY=VALUE.")
        options[key.strip()] = value.strip()
    return options
