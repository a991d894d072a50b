"""From where to where a message to a customer goes."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from channels import BadAddress, Channel
from contactcenter import db, timeline
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.tickets.tickets import Ticket

#: A channel's kind of address; where it is not here the kinds are the channel's own name.
KIND: Final[Mapping[str, str]] = {
    "sms": "phone",
    "phone": "phone",
    "email": "email",
    "webchat": "chat",
}
#: By what one answers in writing where somebody called.
WRITTEN: Final[Mapping[str, str]] = {"phone": "sms"}


class ContactUnreachable(Conflict):
    """There is no address this contact could be reached at."""

    code = "contact_unreachable"


class Identity(Struct, frozen=True, kw_only=True):
    """One address of a contact."""

    id: int
    kind: str
    value: str


class EntryPoint(Struct, frozen=True, kw_only=True):
    """One address of ours."""

    id: int
    channel: str
    address: str
    queue_id: int


class Letter(Struct, frozen=True, kw_only=True):
    """A message to a customer. Without an address it goes where he last wrote from.

    Only mails have a subject of their own, copies to others, or are ``bulk``, written to many.
    """

    text: str
    correlation_id: str
    attachment_ids: tuple[int, ...] = ()
    identity_id: int | None = None
    entry_point_id: int | None = None
    subject: str | None = None
    cc: tuple[str, ...] = ()
    bulk: bool = False


_SQL = db.Statements(__name__)
_reachable_by = _SQL.take("reachable_by", Identity)
_address_of_kind = _SQL.take("address_of_kind", Identity)
_identity = _SQL.take("identity", Identity)
_entry_point = _SQL.take("entry_point", EntryPoint)
_ours = _SQL.take("ours", str)
_nearest_that_writes = _SQL.take("nearest_that_writes", EntryPoint)
_entry_point_of_channels = _SQL.take("entry_point_of_channels", EntryPoint)
_entry_point_of_channel = _SQL.take("entry_point_of_channel", EntryPoint)


async def recipient(
    conn: Conn, ticket: Ticket, letter: Letter, heard: timeline.LastHeard | None
) -> Identity:
    """Where the letter goes: as it says, else where he last wrote from; raises if nowhere."""
    if letter.identity_id is not None:
        identity = await _reachable_by.first(conn, letter.identity_id, ticket.contact_id)
        if identity is None:
            raise BadInput("body.identity_id", f"the contact has no address {letter.identity_id}")
        if identity.kind == "withheld":
            raise ContactUnreachable("whoever hides the number cannot be answered there")
        return identity
    channel = WRITTEN.get(ticket.channel, ticket.channel)
    if letter.entry_point_id is not None:
        channel = (await own_address(conn, channel, letter.entry_point_id)).channel
    kind = KIND.get(channel, channel)
    identity = None if heard is None else await _identity.first(conn, heard.identity_id)
    if identity is None or (letter.entry_point_id is not None and identity.kind != kind):
        identity = await _address_of_kind.first(conn, ticket.contact_id, kind)
    if identity is None or identity.kind == "withheld":
        raise ContactUnreachable(f"contact {ticket.contact_id} has no address to answer to")
    return identity


async def sender(
    conn: Conn,
    ticket: Ticket,
    letter: Letter,
    heard: timeline.LastHeard | None,
    *,
    to: Identity,
) -> EntryPoint:
    """Which address of ours it comes from: as it says, else the one he last wrote to.

    Where a message to that kind of address cannot come from there, the first that can.
    """
    if letter.entry_point_id is not None:
        found = await own_address(conn, ticket.channel, letter.entry_point_id)
        if found.channel in WRITTEN:
            raise BadInput("body.entry_point_id", "nothing can be written from there")
        if letter.identity_id is not None and not _reaches(found, to):
            raise BadInput("body.entry_point_id", f"{found.channel} reaches no {to.kind} address")
        return found
    known = heard.entry_point_id if heard is not None else ticket.entry_point_id
    found = await own_address(conn, ticket.channel, known)
    if letter.identity_id is None:
        return await _that_writes(conn, found)
    if found.channel not in WRITTEN and _reaches(found, to):
        return found
    channels = [n for n, kind in KIND.items() if kind == to.kind and n not in WRITTEN]
    able = await _entry_point_of_channels.first(conn, channels)
    if able is None:
        raise NotFound(f"there is no entry point for {to.kind} addresses; set one up first")
    return able


async def fitting(conn: Conn, channel: Channel | None, letter: Letter) -> Letter:
    """The letter as its channel takes it, addresses in their one writing; raises ``BadInput``."""
    if channel is None or not channel.has_threads:
        for name, is_there in (
            ("subject", letter.subject is not None),
            ("cc", bool(letter.cc)),
            ("bulk", letter.bulk),
        ):
            if is_there:
                raise BadInput(f"body.{name}", "only mails have this")
        return letter
    if letter.bulk and letter.cc:
        raise BadInput("body.cc", "what is written to many goes to each alone")
    copies = [_copy(channel, n, written) for n, written in enumerate(letter.cc)]
    ours = await _ours.all(conn, copies)
    for n, copy in enumerate(copies):
        if copy in ours:
            raise BadInput(f"body.cc[{n}]", "this is an address of ours")
    return replace(letter, cc=tuple(dict.fromkeys(copies)))


async def _that_writes(conn: Conn, ours: EntryPoint) -> EntryPoint:
    """Where somebody called nothing is written from: the nearest address that messages come from.

    The number that was called itself, where it takes messages as well, else the first that does.
    """
    if ours.channel not in WRITTEN:
        return ours
    found = await _nearest_that_writes.first(conn, WRITTEN[ours.channel], ours.address)
    if found is None:
        raise ContactUnreachable(
            f"who called is answered in writing by {WRITTEN[ours.channel]}: set up an address there"
        )
    return found


def _reaches(entry_point: EntryPoint, to: Identity) -> bool:
    """Whether messages from there can go to an address of this kind, as far as we know kinds."""
    if to.kind not in KIND.values():
        return True
    return KIND.get(entry_point.channel, entry_point.channel) == to.kind


def _copy(channel: Channel, n: int, written: str) -> str:
    try:
        return channel.address(written).value
    except BadAddress as error:
        raise BadInput(f"body.cc[{n}]", str(error)) from error


async def own_address(conn: Conn, channel: str, entry_point_id: int | None) -> EntryPoint:
    """The named entry point, else the first of the channel; raises where there is none."""
    if entry_point_id is not None:
        found = await _entry_point.first(conn, entry_point_id)
        if found is None:
            raise BadInput("body.entry_point_id", f"there is no entry point {entry_point_id}")
        return found
    found = await _entry_point_of_channel.first(conn, channel)
    if found is None:
        raise NotFound(f"there is no entry point for {channel}; set one up first")
    return found
