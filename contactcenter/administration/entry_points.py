"""Our own addresses: the number, mailbox or widget that customers write to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from channels import BadAddress, BadOption, Channel, check_own
from contactcenter import calendars, configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.outbound import pacing


class EntryPoint(Struct, frozen=True, kw_only=True):
    """A row of ``entry_point``.

    ``queue_id`` is where its problems go if no rule says otherwise. ``discovered`` ones were
    vouched for by a provider before anybody set them up. ``segments_per_s`` is how much may be
    sent from it, counted over a second; None leaves that to the provider.
    Without a calendar it is always open. ``options`` are what it has of its own where the settings
    hold something for all, by the key of the setting. Callers of a number hear its phone menu.
    """

    id: int
    channel: str
    address: str
    name: str
    queue_id: int
    language: str | None
    discovered: bool
    segments_per_s: float | None
    calendar_id: int | None
    options: Mapping[str, str]
    phone_menu_id: int | None
    version: int
    created_at: datetime


#: Where an address of ours is a key that we make up, and pages name their widget by.
WITH_KEYS: Final = frozenset({"webchat"})

#: Where customers hear something before anybody answers.
WITH_MENUS: Final = frozenset({"phone"})


class AddressTaken(Conflict):
    """This address is an entry point already; ``entry_point_id`` names it."""

    code = "address_taken"


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", EntryPoint)
_find = _SQL.take("find", EntryPoint)
_lock = _SQL.take("lock", EntryPoint)
_by_address = _SQL.take("by_address", int)
_create = _SQL.take("create", EntryPoint)
_change = _SQL.take("change", EntryPoint)
_menu_for_use = _SQL.take("menu_for_use", int)
_queue_exists = _SQL.take("queue_exists", bool)


async def list_all(conn: Conn) -> list[EntryPoint]:
    """Every entry point, channel by channel."""
    return await _list_all.all(conn)


async def find(conn: Conn, entry_point_id: int) -> EntryPoint:
    """Read one; raises ``NotFound``."""
    return _present(await _find.first(conn, entry_point_id), entry_point_id)


async def lock(conn: Conn, entry_point_id: int) -> EntryPoint:
    """Read one and lock it; raises ``NotFound``."""
    return _present(await _lock.first(conn, entry_point_id), entry_point_id)


async def create(
    conn: Conn,
    now: datetime,
    *,
    channel: str,
    address: str | None,
    key: str,
    name: str,
    queue_id: int,
    language: str | None,
    segments_per_s: float | None = None,
    calendar_id: int | None = None,
    phone_menu_id: int | None = None,
    options: Mapping[str, str] | None = None,
    channels: Mapping[str, Channel],
    actor: str,
) -> EntryPoint:
    """Set up an address, in any writing its channel can read.

    ``key`` is what a widget is called that is given no address. Raises ``BadInput`` or
    ``AddressTaken``.
    """
    if channel not in channels:
        known = ", ".join(sorted(channels))
        raise BadInput("body.channel", f"There is no channel {channel}; there are {known}.")
    if address is None and channel not in WITH_KEYS:
        raise BadInput("body.address", f"An entry point of {channel} needs an address.")
    try:
        value = channels[channel].address(key if address is None else address).value
    except BadAddress as error:
        raise BadInput("body.address", str(error)) from error
    await _check_queue(conn, queue_id)
    await calendars.check_usable(conn, calendar_id)
    await _check_menu(conn, channel, phone_menu_id)
    _check_options(channel, {}, options or {})
    made = await _create.first(
        conn,
        channel,
        value,
        name,
        queue_id,
        language,
        now,
        segments_per_s,
        calendar_id,
        dict(options or {}),
        phone_menu_id,
    )
    if made is None:
        taken_id = await _by_address.first(conn, channel, value)
        raise AddressTaken(f"this is entry point {taken_id} already", entry_point_id=taken_id)
    await _keep_pace(conn, made)
    if calendar_id is not None:
        await calendars.note_use(conn, now, calendar_id, entry_point_id=made.id)
    await _record(conn, now, None, made, actor=actor)
    return made


async def change(
    conn: Conn, now: datetime, before: EntryPoint, after: EntryPoint, *, actor: str
) -> EntryPoint:
    """Save an edit of a locked entry point: somebody has set it up now. Raises ``BadInput``.

    Problems that came in before stay where they are.
    """
    if after.queue_id != before.queue_id:
        await _check_queue(conn, after.queue_id)
    if after.calendar_id != before.calendar_id:
        await calendars.check_usable(conn, after.calendar_id)
        await calendars.note_use(conn, now, after.calendar_id, entry_point_id=after.id)
    if after.phone_menu_id != before.phone_menu_id:
        await _check_menu(conn, after.channel, after.phone_menu_id)
    _check_options(after.channel, before.options, after.options)
    if before == after and not before.discovered:
        return before
    changed = await _change.one(
        conn,
        after.id,
        after.name,
        after.queue_id,
        after.language,
        after.segments_per_s,
        after.calendar_id,
        dict(after.options),
        after.phone_menu_id,
    )
    await _keep_pace(conn, changed)
    await _record(conn, now, before, changed, actor=actor)
    return changed


async def _keep_pace(conn: Conn, entry_point: EntryPoint) -> None:
    if entry_point.segments_per_s is not None:
        await pacing.keep_pace(conn, entry_point.id)


def _check_options(channel: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Look at what is new alone: a name is still changed where an option is of no use any more."""
    for key, value in after.items():
        if before.get(key) != value:
            try:
                check_own(channel, key, value)
            except BadOption as error:
                raise BadInput(f"body.options.{key}", str(error)) from error


async def _check_queue(conn: Conn, queue_id: int) -> None:
    if not await _queue_exists.one(conn, queue_id):
        raise BadInput("body.queue_id", f"There is no queue {queue_id}.")


async def _check_menu(conn: Conn, channel: str, phone_menu_id: int | None) -> None:
    """See that it is there, and that it stays until the commit."""
    if phone_menu_id is None:
        return
    if channel not in WITH_MENUS:
        raise BadInput("body.phone_menu_id", f"Nobody hears a menu on {channel}.")
    if await _menu_for_use.first(conn, phone_menu_id) is None:
        raise BadInput("body.phone_menu_id", f"There is no phone menu {phone_menu_id}.")


async def _record(
    conn: Conn, now: datetime, before: EntryPoint | None, after: EntryPoint, *, actor: str
) -> None:
    changed = configuration.differences(before, after, sized=("address",), untold=("options",))
    changed |= _changed_options({} if before is None else before.options, after.options)
    await configuration.record(conn, now, "entry_point", after.id, changed, actor=actor)


def _changed_options(was: Mapping[str, str], becomes: Mapping[str, str]) -> dict[str, Any]:
    """Which ones, and no value: it may be a text, or somebody's address."""
    return {
        f"options.{key}": {
            "from": "set" if key in was else None,
            "to": None if key not in becomes else "replaced" if key in was else "set",
        }
        for key in sorted(was.keys() | becomes.keys())
        if was.get(key) != becomes.get(key)
    }


def _present(found: EntryPoint | None, entry_point_id: int) -> EntryPoint:
    if found is None:
        raise NotFound(f"there is no entry point {entry_point_id}")
    return found
