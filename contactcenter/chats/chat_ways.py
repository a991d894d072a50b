"""How a visitor of a web chat who is gone can be answered all the same: by mail or text message.

Ways are the addresses he told and those that his contact is known by, each with the address of ours
that is nearest to the ticket. Nothing is sent where messages are not wanted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from channels import Channel
from contactcenter import addressing, db, timeline
from contactcenter.addressing import KIND, WRITTEN, EntryPoint, Identity, Letter
from contactcenter.chats import chat_addresses
from contactcenter.chats.chat_addresses import Known
from contactcenter.db import Conn
from contactcenter.outbound import opt_outs
from contactcenter.tickets.tickets import Ticket

#: The channel whose visitors may be gone.
WEBCHAT: Final = "webchat"

WhyNot = Literal["no_channel", "not_set_up", "no_entry_point", "opted_out"]


class Visitor(Struct, frozen=True, kw_only=True):
    """A row of ``chat_visitor``, with the identity and the contact that he is."""

    id: int
    entry_point_id: int
    language: str | None
    ticket_id: int | None
    last_sequence: int
    received_sequence: int
    seen_sequence: int
    read_sequence: int
    created_at: datetime
    seen_at: datetime
    left_at: datetime | None
    ended_at: datetime | None
    identity_id: int
    contact_id: int


class Way(Struct, frozen=True, kw_only=True):
    """A way to answer besides the chat; ``is_default`` where a reply goes that names no address.

    ``verified``: the contact is known by this address. Otherwise it is only what a visitor told,
    ``told_id``; ``contact_id`` is there where it is known to be somebody else's. Exactly where it
    is not ``allowed``, ``why_not`` says why: `no_channel`, `not_set_up`, `no_entry_point`,
    `opted_out`.
    """

    kind: str
    address: str
    verified: bool
    identity_id: int | None
    told_id: int | None = None
    contact_id: int | None = None
    channel: str | None = None
    entry_point_id: int | None = None
    allowed: bool = False
    why_not: WhyNot | None = "no_channel"
    is_default: bool = False


class Sender(Struct, frozen=True, kw_only=True):
    """An address of ours that messages can come from."""

    channel: str
    id: int
    address: str


_SQL = db.Statements(__name__)
_visitor_of = _SQL.take("visitor_of", Visitor)
_is_left = _SQL.take("is_left", bool)
_known_addresses = _SQL.take("known_addresses", Known)
_senders = _SQL.take("senders", Sender)
_continue_by = _SQL.command("continue_by")


async def visitor_of(conn: Conn, ticket_id: int) -> Visitor | None:
    """Who chats about this ticket; None where nobody ever did."""
    return await _visitor_of.first(conn, ticket_id)


async def ways(
    conn: Conn, ticket: Ticket, visitor: Visitor, channels: Mapping[str, Channel]
) -> list[Way]:
    """Each way to answer him, what he told last before what we know; the default one is marked."""
    found: list[Way] = []
    senders = await nearest_senders(conn, ticket, channels)
    known = {
        (one.kind, one.value): one for one in await _known_addresses.all(conn, ticket.contact_id)
    }
    for told in await chat_addresses.of_visitor(conn, visitor.id):
        own = known.pop((told.kind, told.value), None)
        found.append(
            Way(
                kind=told.kind,
                address=told.value,
                verified=own is not None,
                identity_id=told.identity_id,
                told_id=told.id,
                contact_id=None if own is not None else told.contact_id,
            )
        )
    found += [
        Way(kind=one.kind, address=one.value, verified=True, identity_id=one.id)
        for one in known.values()
    ]
    found = [await _judged(conn, ticket, way, senders, channels) for way in found]
    heard = await timeline.last_heard(conn, ticket.id)
    return _with_default(found) if await answers_elsewhere(conn, heard) else found


async def nearest_senders(
    conn: Conn, ticket: Ticket, channels: Mapping[str, Channel]
) -> dict[str, Sender]:
    """Our address on each channel besides the chat that is nearest to a ticket."""
    names = [name for name in channels if name not in {WEBCHAT, *WRITTEN}]
    rows = await _senders.all(conn, names, ticket.intake_queue_id, ticket.team_ids)
    return {row.channel: row for row in rows}


async def answers_elsewhere(conn: Conn, heard: timeline.LastHeard | None) -> bool:
    """Whether the last that was heard is a message left in a chat where nobody was."""
    return heard is not None and heard.channel == WEBCHAT and await _is_left.one(conn, heard.id)


async def addresses(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    letter: Letter,
    *,
    channels: Mapping[str, Channel],
    actor: str,
) -> tuple[Identity, EntryPoint]:
    """To where and from where a letter in any ticket goes; raises where it can go nowhere.

    Where a message was left in a chat and the letter names no address, it goes to the one that was
    asked for. Without an allowed way the answer is kept in the chat.
    """
    heard = await timeline.last_heard(conn, ticket.id)
    is_free = letter.identity_id is None and letter.entry_point_id is None
    if is_free and await answers_elsewhere(conn, heard):
        visitor = await visitor_of(conn, ticket.id)
        found = [] if visitor is None else await ways(conn, ticket, visitor, channels)
        way = next((way for way in found if way.is_default), None)
        if way is not None:
            letter = await along(conn, now, ticket, letter, way, actor=actor)
    to = await addressing.recipient(conn, ticket, letter, heard)
    ours = await addressing.sender(conn, ticket, letter, heard, to=to)
    channel = channels.get(ours.channel)
    is_elsewhere = ticket.channel in {WEBCHAT, *WRITTEN} and ours.channel != ticket.channel
    if is_elsewhere and channel and not channel.has_threads:
        await _continue_by.run(conn, to.id, ours.id, ticket.id, now)
    return to, ours


async def along(
    conn: Conn,
    now: datetime,
    ticket: Ticket,
    letter: Letter,
    way: Way,
    *,
    actor: str,
    entry_point_id: int | None = None,
) -> Letter:
    """The letter as it goes that way; who is not known by the address yet becomes known."""
    identity_id = way.identity_id
    if identity_id is None:
        known = await chat_addresses.reachable(
            conn, now, way.kind, way.address, told_by=ticket.contact_id, actor=actor
        )
        identity_id = known.id
    ours = entry_point_id or way.entry_point_id
    return replace(letter, identity_id=identity_id, entry_point_id=ours)


async def _judged(
    conn: Conn,
    ticket: Ticket,
    way: Way,
    senders: Mapping[str, Sender],
    channels: Mapping[str, Channel],
) -> Way:
    """The way by the first channel that reaches its kind of address, and whether it may be gone."""
    others = [name for name in channels if name not in {WEBCHAT, *WRITTEN}]
    names = [name for name in others if KIND.get(name, name) == way.kind]
    if not names:
        return way
    name = min(names, key=lambda one: (bool(channels[one].missing), one not in senders, one))
    if channels[name].missing:
        return replace(way, channel=name, why_not="not_set_up")
    if (sender := senders.get(name)) is None:
        return replace(way, channel=name, why_not="no_entry_point")
    way = replace(way, channel=name, entry_point_id=sender.id)
    if way.identity_id is not None:
        try:
            await opt_outs.check(
                conn,
                channels,
                channel=name,
                entry_point=sender.address,
                identity_id=way.identity_id,
                ticket_id=ticket.id,
            )
        except opt_outs.OptedOut:
            return replace(way, why_not="opted_out")
    return replace(way, allowed=True, why_not=None)


def _with_default(ways: Sequence[Way]) -> list[Way]:
    """The first allowed one is where an answer goes."""
    chosen = next((n for n, way in enumerate(ways) if way.allowed), None)
    return [replace(way, is_default=n == chosen) for n, way in enumerate(ways)]
