"""People we talk with, and the addresses they are known by."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import db, events, profiles
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.profiles import LISTS, SINGLE, Profile
from contactcenter.segments import segment_checks


class Contact(Profile, frozen=True, kw_only=True):
    """A row of ``contact``. ``merged_into_id`` names the contact it turned out to be."""

    id: int
    name: str | None = None
    language: str | None = None
    note: str | None = None
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    version: int = 1
    merged_into_id: int | None = None
    created_at: datetime
    updated_at: datetime


class Identity(Struct, frozen=True, kw_only=True):
    """One address of a contact: a ``kind``, such as phone, and its canonical ``value``."""

    id: int
    contact_id: int
    kind: str
    value: str
    created_at: datetime


class KnownIdentity(Identity, frozen=True, kw_only=True):
    """An address, and since when messages from one of our senders are not wanted there."""

    opted_out_at: datetime | None


class Problem(Struct, frozen=True, kw_only=True):
    """A ticket of a contact; where it is not ``readable``, only its id may be told."""

    id: int
    subject: str
    state: str
    channel: str
    tier: int | None
    queue_id: int | None
    queue_name: str | None
    agent_id: int | None
    agent_name: str | None
    temperament: str
    opened_at: datetime
    last_customer_message_at: datetime | None
    last_reply_at: datetime | None
    solved_at: datetime | None
    version: int
    readable: bool


class ContactMerged(NotFound):
    """This contact was merged into another: look there."""

    code = "contact_merged"


#: What an edit may change, in the order in which events name it.
_EDITED: Final = ("name", "language", "note", "attributes", *SINGLE, *LISTS, "declined", "known_at")
#: What is known of a person: events tell its length.
_SIZED: Final = frozenset({"name", "note", "attributes", *LISTS, "declined", "known_at"})
#: Where even a length would tell something, events tell whether anything is known.
_UNTOLD: Final = frozenset(SINGLE)

_SQL = db.Statements(__name__)
_find = _SQL.take("find", Contact)
_lock = _SQL.take("lock", Contact)
_survivor = _SQL.take("survivor", int)
_create = _SQL.take("create", Contact)
_change = _SQL.take("change", Contact)
_touch = _SQL.take("touch", int)
_touch_all = _SQL.command("touch_all")
_identities = _SQL.take("identities", KnownIdentity)
_tickets = _SQL.take("tickets", Problem)


async def find(conn: Conn, contact_id: int) -> Contact:
    """Read one; raises ``NotFound``, or ``ContactMerged`` naming the contact it is now."""
    return await _present(conn, contact_id, await _find.first(conn, contact_id))


async def lock(conn: Conn, *contact_ids: int) -> dict[int, Contact]:
    """Lock contacts for the transaction, by ascending id; raises as ``find`` does.

    Messages of a locked contact are still stored: only who else would change it waits.
    """
    rows = await lock_rows(conn, *contact_ids)
    return {i: await _present(conn, i, rows.get(i)) for i in contact_ids}


async def lock_rows(conn: Conn, *contact_ids: int) -> dict[int, Contact]:
    """Lock contacts as ``lock`` does, merged ones too; who does not exist is left out."""
    return {contact.id: contact for contact in await _lock.all(conn, sorted(contact_ids))}


async def create(conn: Conn, now: datetime, wanted: Contact, *, actor: str) -> Contact:
    """Make a contact, without addresses yet; its id and its times are given here."""
    contact = await _create.one(
        conn,
        wanted.name,
        wanted.language,
        wanted.note,
        wanted.attributes,
        now,
        *profiles.columns(wanted),
    )
    await events.record(conn, fact("contact_created", now, actor, contact.id))
    await segment_checks.ask(conn, now, [contact.id])
    return contact


async def change(
    conn: Conn, now: datetime, before: Contact, after: Contact, *, actor: str
) -> Contact:
    """Save an edit of a locked contact; nothing is recorded where nothing changes."""
    fields = [name for name in _EDITED if getattr(before, name) != getattr(after, name)]
    if not fields:
        return before
    contact = await _change.one(
        conn,
        after.id,
        after.name,
        after.language,
        after.note,
        after.attributes,
        now,
        *profiles.columns(after),
    )
    if fields != ["known_at"]:
        fields = [name for name in fields if name != "known_at"]
    told = {name: {"from": _told(name, before), "to": _told(name, contact)} for name in fields}
    await events.record(
        conn, fact("contact_changed", now, actor, contact.id, fields=fields, changed=told)
    )
    await segment_checks.ask(conn, now, [contact.id])
    return contact


async def touch(conn: Conn, now: datetime, contact_id: int) -> int:
    """Count a change of what belongs to a locked contact; returns its new version."""
    return await _touch.one(conn, contact_id, now)


async def touch_all(conn: Conn, now: datetime, contact_ids: Collection[int]) -> None:
    """The same for several."""
    await _touch_all.run(conn, sorted(contact_ids), now)


async def identities(conn: Conn, contact_ids: Collection[int]) -> dict[int, list[KnownIdentity]]:
    """The addresses of these contacts, the oldest first."""
    found: dict[int, list[KnownIdentity]] = {contact_id: [] for contact_id in contact_ids}
    for identity in await _identities.all(conn, sorted(contact_ids)):
        found[identity.contact_id].append(identity)
    return found


async def tickets(
    conn: Conn, viewer_id: int, contact_id: int, *, before_id: int, limit: int
) -> list[Problem]:
    """One page of a contact's tickets, newest first: those the viewer may read or know of."""
    return await _tickets.all(conn, viewer_id, contact_id, before_id, limit)


def fact(kind: str, now: datetime, actor: str, contact_id: int, **data: object) -> events.Event:
    """An event about a contact: ids and names of fields, never what they hold."""
    return events.Event(kind=kind, at=now, actor=actor, contact_id=contact_id, data=data)


def _told(name: str, contact: Contact) -> Any:
    value = getattr(contact, name)
    if name in _UNTOLD:
        return value is not None
    return len(value) if name in _SIZED and value is not None else value


async def _present(conn: Conn, contact_id: int, contact: Contact | None) -> Contact:
    if contact is None:
        raise NotFound(f"there is no contact {contact_id}", contact_id=contact_id)
    if contact.merged_into_id is not None:
        survivor_id = await _survivor.one(conn, contact_id)
        raise ContactMerged(
            f"contact {contact_id} was merged into contact {survivor_id}", contact_id=survivor_id
        )
    return contact
