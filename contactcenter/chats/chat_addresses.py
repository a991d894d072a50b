"""What a visitor of a web chat says of himself: kept as he told it, and never verified by that.

Whoever tells an address does not become the one whose it is: it is not added to his contact, and
what belongs to somebody stays his. A message to it goes to an identity of that address, which has a
contact of its own until a person joins the two. See docs/decisions/0041-told-addresses.md.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import Channel, ChatRefused, Details
from contactcenter import db, events
from contactcenter.contacts import contacts, identities
from contactcenter.contacts.contacts import Contact
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.storable_text import seen, storable

#: So many addresses of one visitor are kept, the newest.
KEPT: Final = 6
#: Longer than this is no name, and no topic.
NAME_CHARACTERS: Final = 100
TOPIC_CHARACTERS: Final = 200
#: The attribute of a contact that exists because a visitor told his address: whose visitor it was.
TOLD_BY: Final = "told_by"


class Told(Struct, frozen=True, kw_only=True):
    """An address as a visitor told it.

    ``identity_id`` and ``contact_id`` are there where we know the address from elsewhere.
    """

    id: int
    kind: str
    value: str
    told_at: datetime
    identity_id: int | None
    contact_id: int | None


class ToldDetails(Struct, frozen=True, kw_only=True):
    """What else a visitor told of himself."""

    name: str | None
    topic: str | None
    told_at: datetime


class Known(Struct, frozen=True, kw_only=True):
    """An address that messages can go to, and whose it is."""

    id: int
    contact_id: int
    kind: str
    value: str


class _About(Struct, frozen=True, kw_only=True):
    contact_id: int | None
    ticket_id: int | None


class _Named(Struct, frozen=True, kw_only=True):
    id: int
    length: int


_SQL = db.Statements(__name__)
_keep_details = _SQL.command("keep_details")
_keep_address = _SQL.command("keep_address")
_drop_oldest = _SQL.command("drop_oldest")
_about = _SQL.take("about", _About)
_introduce = _SQL.take("introduce", _Named)
_of_visitor = _SQL.take("of_visitor", Told)
_details = _SQL.take("details", ToldDetails)
_known = _SQL.take("known", Known)
_add = _SQL.take("add", Known)
_forget_stranger = _SQL.command("forget_stranger")


async def tell(
    conn: Conn,
    now: datetime,
    visitor_id: int,
    details: Details,
    *,
    channels: Mapping[str, Channel],
) -> None:
    """Keep what a stored visitor says of himself; raises ``ChatRefused`` for what is no address."""
    addresses = [
        _canonical(channels, kind, written)
        for kind, written in (("email", details.email), ("phone", details.phone))
        if written is not None and written.strip()
    ]
    name = _short(details.name, NAME_CHARACTERS)
    topic = _short(details.topic, TOPIC_CHARACTERS)
    if name or topic:
        await _keep_details.run(conn, visitor_id, name, topic, now)
    for kind, value in addresses:
        await _keep_address.run(conn, visitor_id, kind, value, now)
    if addresses:
        await _drop_oldest.run(conn, visitor_id, KEPT)
    told = [word for word, is_told in (("name", name), ("topic", topic)) if is_told]
    told += [kind for kind, _ in addresses]
    about = await _about.one(conn, visitor_id)
    if told and about.contact_id is not None:
        await introduce(conn, now, [visitor_id])
        await _record(conn, now, about, told)


async def introduce(conn: Conn, now: datetime, visitor_ids: Sequence[int]) -> None:
    """Call contacts without a name as their visitors say; for a visitor's first message."""
    for named in await _introduce.all(conn, list(visitor_ids), now):
        changed = {"name": {"from": None, "to": named.length}}
        fact = contacts.fact(
            "contact_changed", now, "customer", named.id, fields=["name"], changed=changed
        )
        await events.record(conn, fact)


async def of_visitor(conn: Conn, visitor_id: int) -> list[Told]:
    """The addresses that a visitor told, the newest first."""
    return await _of_visitor.all(conn, visitor_id)


async def details_of(conn: Conn, visitor_id: int) -> ToldDetails | None:
    """What else he told; None where it is nothing."""
    return await _details.first(conn, visitor_id)


def canonical(channels: Mapping[str, Channel], kind: str, written: str) -> str:
    """An address in its one writing; raises ``BadInput``."""
    return identities.normalised(
        channels, identities.Written(kind=kind, value=written), field="details"
    ).value


async def known(conn: Conn, kind: str, value: str) -> Known | None:
    """The identity of an address, whoever's it is; None where nobody is known by it."""
    return await _known.first(conn, kind, value)


async def reachable(
    conn: Conn, now: datetime, kind: str, value: str, *, told_by: int, actor: str
) -> Known:
    """The identity by which messages go to a told address.

    Where nobody is known by it, it gets a contact of its own, whose attribute ``told_by`` names the
    contact of the visitor: never the visitor's own.
    """
    found = await known(conn, kind, value)
    if found is not None:
        return found
    wanted = Contact(id=0, attributes={TOLD_BY: told_by}, created_at=now, updated_at=now)
    stranger = await contacts.create(conn, now, wanted, actor=actor)
    added = await _add.first(conn, stranger.id, kind, value, now)
    if added is not None:
        return added
    await _forget_stranger.run(conn, stranger.id)
    return await _known.one(conn, kind, value)


def _canonical(channels: Mapping[str, Channel], kind: str, written: str) -> tuple[str, str]:
    try:
        return kind, canonical(channels, kind, storable(written))
    except BadInput as error:
        raise ChatRefused(f"bad_{kind}", error.detail) from error


def _short(text: str | None, at_most: int) -> str | None:
    """A text of one line, as it is seen; None for an empty one."""
    words = (seen(word) for word in storable(text or "").split())
    return " ".join(word for word in words if word)[:at_most].strip() or None


async def _record(conn: Conn, now: datetime, about: _About, told: Sequence[str]) -> None:
    fact = events.Event(
        kind="visitor_introduced",
        at=now,
        actor="customer",
        ticket_id=about.ticket_id,
        contact_id=about.contact_id,
        data={"told": list(told)},
    )
    await events.record(conn, fact)
