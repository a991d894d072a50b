"""``contactcenter channels``: what each channel still needs, and which ways in work."""

from collections.abc import Iterable
from pathlib import Path

import click

from contactcenter import storage
from contactcenter.administration import entry_points
from contactcenter.cli.entry_point import what_to_set
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.cli.serve import describe_channels
from contactcenter.mails import mailroom
from contactcenter.mails.mailroom import WayIn
from contactcenter.outbound import pacing
from contactcenter.own_settings import OwnSettingsReader
from contactcenter.secret_keys import SecretKeys
from contactcenter.settings import Settings


@click.command("channels")
@with_settings
def show_channels(config: Path | None, data_dir: Path | None) -> None:
    """List the channels, what each needs, how messages come in, and where sending is stopped."""
    settings = load_settings(config, data_dir=data_dir)
    run(_show(settings))


async def _show(settings: Settings) -> None:
    async with storage.opened(settings) as database:
        own = OwnSettingsReader(database, SecretKeys(settings))
        async with database.read() as conn:
            await own.look_over(conn)
            addresses = await entry_points.list_all(conn)
            ways = await mailroom.ways_in(conn)
            async with loaded_channels(settings, own=own) as built:
                stopped = await pacing.stopped(conn, built)
                lines = describe_channels(built)
                to_set = {
                    one.id: list(what_to_set(one, settings.public_url, built)) for one in addresses
                }
    for line in lines:
        click.echo(line)
    click.echo(f"Providers reach us at {settings.public_url}/hooks/…")
    for one in addresses:
        click.echo(f"{one.channel}  {one.address}")
        for line in to_set[one.id]:
            click.echo(f"    {line}")
        for line in _told(way for way in ways if way.entry_point_id == one.id):
            click.echo(f"    {line}")
        if one.id in stopped:
            mark = click.style("STOPPED", fg="red")
            account = stopped[one.id].account
            click.echo(f"    sending: {mark}, {account} is refused; look at its name and password")


def _told(ways: Iterable[WayIn]) -> Iterable[str]:
    for way in ways:
        if way.failures == 0:
            yield f"{way.way}: works, last at {way.worked_at:%Y-%m-%d %H:%M} UTC"
            continue
        mark = click.style("FAILS", fg="red")
        last = f"{way.failed_at:%Y-%m-%d %H:%M} UTC"
        yield f"{way.way}: {mark}, {way.failures} in a row, last at {last}"
        yield f"    {way.error}"
