"""``contactcenter entry-point secret``: what one of our addresses keeps secret."""

import sys
from pathlib import Path

import click

from contactcenter import storage, timers
from contactcenter.administration import entry_point_secrets, entry_points
from contactcenter.administration.entry_points import EntryPoint
from contactcenter.cli.runtime import load_settings, run, with_settings
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.secret_keys import SecretKeys


@click.group()
def secret() -> None:
    """Set, list and remove secrets of a single address, such as its own provider account."""


@secret.command("set")
@click.argument("address")
@click.argument("name")
@with_settings
def set_secret(address: str, name: str, config: Path | None, data_dir: Path | None) -> None:
    """Set secret NAME of ADDRESS to what standard input says.

    For example: `contactcenter entry-point secret set +982100000000 twilio_auth_tokens < file`.
    """
    settings = load_settings(config, data_dir=data_dir)
    value = sys.stdin.read().strip()
    if not 0 < len(value) <= entry_point_secrets.MAX_LENGTH:
        raise click.ClickException(
            f"standard input must hold 1 to {entry_point_secrets.MAX_LENGTH} characters"
        )

    async def work() -> None:
        async with storage.opened(settings) as database, database.transaction() as conn:
            found = await of_address(conn, address)
            await entry_point_secrets.put(
                conn,
                await timers.clock(conn),
                SecretKeys(settings),
                found.id,
                name=name,
                value=value,
                actor="system",
            )
        click.echo(f"{name} of {found.channel} {found.address} is set.")

    run(work())


@secret.command("list")
@click.argument("address")
@with_settings
def list_secrets(address: str, config: Path | None, data_dir: Path | None) -> None:
    """List which secrets ADDRESS has; never their values."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database, database.read() as conn:
            found = await of_address(conn, address)
            for one in await entry_point_secrets.names(conn, found.id):
                click.echo(f"{one.name}  set at {one.set_at:%Y-%m-%d %H:%M} UTC")

    run(work())


@secret.command("remove")
@click.argument("address")
@click.argument("name")
@with_settings
def remove_secret(address: str, name: str, config: Path | None, data_dir: Path | None) -> None:
    """Remove secret NAME of ADDRESS; what the settings hold for all is used again."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database, database.transaction() as conn:
            found = await of_address(conn, address)
            now = await timers.clock(conn)
            await entry_point_secrets.remove(conn, now, found.id, name, actor="system")
        click.echo(f"{name} of {found.channel} {found.address} is removed.")

    run(work())


async def of_address(conn: Conn, address: str) -> EntryPoint:
    """The one entry point of this address, which may be written as CHANNEL:ADDRESS."""
    channel, colon, bare = address.partition(":")
    found = [
        one
        for one in await entry_points.list_all(conn)
        if one.address == address or (colon and (one.channel, one.address) == (channel, bare))
    ]
    if len(found) != 1:
        detail = "several channels have it: write CHANNEL:ADDRESS" if found else "nobody set it up"
        raise BadInput("ADDRESS", f"{address}: {detail}; see `contactcenter entry-point list`")
    return found[0]
