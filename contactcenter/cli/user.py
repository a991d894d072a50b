"""``contactcenter user``: the accounts, from the command line of the machine itself."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar, get_args

import click

from channels import Channel
from contactcenter import agents, storage, timers
from contactcenter.access import users
from contactcenter.access.actor import RoleName
from contactcenter.access.links import Link
from contactcenter.access.users import Language, User
from contactcenter.administration import agent_phones, entry_points
from contactcenter.calls import dial_guard
from contactcenter.calls.calls import CHANNEL
from contactcenter.calls.telephones import dialled
from contactcenter.cli.runtime import load_settings, loaded_channels, run, with_settings
from contactcenter.db import Conn, Database
from contactcenter.dispatch import presence
from contactcenter.dispatch.dispatcher import dispatching

T = TypeVar("T")

#: Who did it, in the events: whoever may run commands here.
ACTOR: Final = "system"
_PAGE: Final = 200


@click.group()
def user() -> None:
    """List, invite, disable and enable accounts; make password links; say where calls ring."""


@user.command("list")
@with_settings
def list_users(config: Path | None, data_dir: Path | None) -> None:
    """List every account."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database, database.read() as conn:
            async for found in _every(conn):
                click.echo(_line(found))

    run(work())


@user.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="How colleagues and customers know this person.")
@click.option("--role", type=click.Choice(get_args(RoleName)), default="agent", show_default=True)
@click.option("--language", type=click.Choice(get_args(Language)), default="en", show_default=True)
@with_settings
def invite_user(
    *,
    email: str,
    name: str,
    role: RoleName,
    language: Language,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Make an account for EMAIL, and a link by which its owner chooses a password."""
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database:
            invited = await _changed(
                database,
                lambda conn, now: users.invite(
                    conn, now, actor=ACTOR, email=email, name=name, role=role, language=language
                ),
            )
        click.echo(_line(invited.user))
        _tell(invited.link, settings.public_url)

    run(work())


@user.command("reset")
@click.argument("email")
@with_settings
def reset_password(email: str, config: Path | None, data_dir: Path | None) -> None:
    """Make a link by which the owner of EMAIL chooses a new password."""
    settings = load_settings(config, data_dir=data_dir)

    async def change(conn: Conn, now: datetime) -> Link:
        found = await users.find_by_email(conn, email)
        return await users.request_reset(conn, now, found.id, actor=ACTOR)

    async def work() -> None:
        async with storage.opened(settings) as database:
            link = await _changed(database, change)
        _tell(link, settings.public_url)

    run(work())


@user.command("disable")
@click.argument("email")
@with_settings
def disable_user(email: str, config: Path | None, data_dir: Path | None) -> None:
    """Disable EMAIL: sessions and tokens end at once, tickets go back to their queues."""
    settings = load_settings(config, data_dir=data_dir)

    async def change(conn: Conn, now: datetime) -> User:
        found = await users.find_by_email(conn, email)
        disabled = await users.disable(conn, now, found.id, actor=ACTOR)
        await presence.retire(conn, now, found.id)
        return disabled

    async def work() -> None:
        async with storage.opened(settings) as database, dispatching(database) as dispatcher:
            click.echo(_line(await dispatcher.submit(change)))

    run(work())


@user.command("enable")
@click.argument("email")
@with_settings
def enable_user(email: str, config: Path | None, data_dir: Path | None) -> None:
    """Let EMAIL sign in again."""
    settings = load_settings(config, data_dir=data_dir)

    async def change(conn: Conn, now: datetime) -> User:
        found = await users.find_by_email(conn, email)
        return await users.enable(conn, now, found.id, actor=ACTOR)

    async def work() -> None:
        async with storage.opened(settings) as database:
            click.echo(_line(await _changed(database, change)))

    run(work())


@user.command("phone")
@click.argument("email")
@click.argument("address", required=False)
@click.option("--none", "takes_away", is_flag=True, help="Ask this person about no calls.")
@with_settings
def set_phone(
    email: str,
    address: str | None,
    takes_away: bool,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Show where calls ring at EMAIL, or let them ring at ADDRESS: a number, sip:… or client:….

    Calls are offered only to agents with a telephone; they press a key to take one.
    """
    if address is not None and takes_away:
        raise click.UsageError("name an address or --none")
    settings = load_settings(config, data_dir=data_dir)

    async def work() -> None:
        async with storage.opened(settings) as database, dispatching(database) as dispatcher:
            if address is None and not takes_away:
                async with database.read() as conn:
                    found = await users.find_by_email(conn, email)
                    click.echo(_rings_at(await agent_phones.find(conn, found.id)))
                return
            async with loaded_channels(settings) as built:
                change = partial(_let_ring, email=email, address=address, built=built)
                guard = dial_guard.of(settings, built)
                click.echo(_rings_at(await dispatcher.submit(partial(change, guard=guard))))

    run(work())


async def _let_ring(
    conn: Conn,
    now: datetime,
    *,
    email: str,
    address: str | None,
    built: Mapping[str, Channel],
    guard: dial_guard.DialGuard,
) -> agent_phones.AgentPhone:
    found = await users.find_by_email(conn, email)
    if address is not None:
        address = dialled(built, "address", address)
        ours = [one.address for one in await entry_points.list_all(conn) if one.channel == CHANNEL]
        guard.check_telephone(address, entry_points=ours)
    await agents.lock(conn, found.id)
    return await agent_phones.put(conn, now, found.id, address, actor=ACTOR)


def _rings_at(phone: agent_phones.AgentPhone) -> str:
    return phone.address or "no telephone"


async def _every(conn: Conn) -> AsyncIterator[User]:
    after = 0
    while page := await users.page(conn, after=after, limit=_PAGE):
        for found in page:
            yield found
        after = page[-1].id


async def _changed(database: Database, change: Callable[[Conn, datetime], Awaitable[T]]) -> T:
    async with database.transaction() as conn:
        return await change(conn, await timers.clock(conn))


def _line(found: User) -> str:
    state = "disabled" if found.disabled_at else "active" if found.has_password else "invited"
    return f"{found.id:>5}  {state:<8}  {found.role:<10}  {found.email}  {found.name}"


def _tell(link: Link, public_url: str) -> None:
    click.echo(f"One-time token, works until {link.expires_at:%Y-%m-%d %H:%M} UTC: {link.token}")
    click.echo(f"Its owner sends it with a password to {public_url}/api/v1/password")
