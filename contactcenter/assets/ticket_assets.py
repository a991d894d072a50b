"""Which machines a problem is about: named by their owner in his words, or by whoever works on it.

Of what a customer writes only his own machines are recognised; of any other tag the agent learns
that one was named, and nothing else: neither which, nor whether there is such a machine.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db, events
from contactcenter.administration import service_tag_formats
from contactcenter.assets.assets import Asset
from contactcenter.db import Conn
from contactcenter.errors import Conflict, NotFound
from contactcenter.tickets import ticket_changes, tickets
from contactcenter.tickets.ticket_changes import ChangedTicket
from routing import service_tags
from routing.service_tags import Format
from routing.text import own_words

#: Of each message no more than this is looked at.
CHARACTERS: Final = 8_000


class Spoken(Struct, frozen=True, kw_only=True):
    """What the contact of a ticket wrote, or said."""

    ticket_id: int
    contact_id: int
    interaction_id: int
    at: datetime
    text: str


class Naming(Struct, frozen=True, kw_only=True):
    """What words name: machines of the writer's, and whether any other tag."""

    spoken: Spoken
    asset_ids: list[int]
    others: bool


class Known(Struct, frozen=True, kw_only=True):
    """How tags are written, and whose machines have which; no formats where there are none."""

    formats: tuple[Format, ...]
    owned: Mapping[int, Mapping[str, int]]


class TicketAsset(Struct, frozen=True, kw_only=True):
    """A machine a ticket is about."""

    service_tag: str
    model: str
    source: Literal["words", "agent"]
    interaction_id: int | None
    at: datetime


class NotTheOwners(Conflict):
    """This machine is not this customer's: ask whose it is, and tell of the change first."""

    code = "not_the_owners"


class _Owned(Struct, frozen=True, kw_only=True):
    contact_id: int
    asset_id: int
    service_tag: str


class _Attached(Struct, frozen=True, kw_only=True):
    ticket_id: int
    asset_id: int


_SQL = db.Statements(__name__)
_owned = _SQL.take("owned", _Owned)
_attach = _SQL.take("attach", _Attached)
_detach = _SQL.take("detach", int)
_of_ticket = _SQL.take("of_ticket", TicketAsset)
_note_unowned = _SQL.take("note_unowned", int)
_count = _SQL.take("count", ChangedTicket)


async def known(conn: Conn, contact_ids: Collection[int]) -> Known:
    """What is needed to recognise the machines of these contacts."""
    formats = await service_tag_formats.in_use(conn)
    owned: dict[int, dict[str, int]] = defaultdict(dict)
    if formats and contact_ids:
        for one in await _owned.all(conn, sorted(contact_ids)):
            owned[one.contact_id][one.service_tag] = one.asset_id
    return Known(formats=formats, owned=owned)


def named(spoken: Spoken, there_are: Known) -> Naming:
    """What the words name, by nothing but the writer's own machines; reads and writes nothing."""
    if not there_are.formats:
        return Naming(spoken=spoken, asset_ids=[], others=False)
    own = there_are.owned.get(spoken.contact_id, {})
    words = own_words(spoken.text[:CHARACTERS])
    found = service_tags.find(words, own, there_are.formats)
    return Naming(
        spoken=spoken, asset_ids=[own[tag] for tag in found.own], others=bool(found.others)
    )


async def note(conn: Conn, namings: Sequence[Naming]) -> None:
    """Attach what was named to the tickets, which are locked; what is known already stays."""
    lines = [(one.spoken, asset_id) for one in namings for asset_id in one.asset_ids]
    foreign = [one.spoken for one in namings if one.others]
    if not lines and not foreign:
        return
    now = max(spoken.at for spoken in (*(spoken for spoken, _ in lines), *foreign))
    attached: dict[int, list[int]] = defaultdict(list)
    if lines:
        for row in await _attach.all(
            conn,
            [spoken.ticket_id for spoken, _ in lines],
            [asset_id for _, asset_id in lines],
            "words",
            [spoken.interaction_id for spoken, _ in lines],
            now,
            "customer",
        ):
            attached[row.ticket_id].append(row.asset_id)
    unowned: set[int] = set()
    if foreign:
        ids = [one.ticket_id for one in foreign], [one.interaction_id for one in foreign]
        unowned = set(await _note_unowned.all(conn, *ids, now))
    facts = []
    changed_ids = sorted(attached.keys() | unowned)
    for ticket in await _count.all(conn, changed_ids) if changed_ids else []:
        changed: dict[str, object] = {}
        if ticket.id in attached:
            changed["assets"] = {"from": [], "to": sorted(attached[ticket.id])}
        if ticket.id in unowned:
            changed["unowned_tag"] = {"from": False, "to": True}
        facts.append(ticket_changes.fact(ticket, now, "system", **changed))
    await events.record(conn, *facts)


async def attach(
    conn: Conn, now: datetime, ticket: tickets.Ticket, asset: Asset, *, actor: str
) -> None:
    """Say that a locked ticket is about a machine of its contact's; raises ``NotTheOwners``."""
    if asset.owner_id != ticket.contact_id:
        raise NotTheOwners
    new = await _attach.all(conn, [ticket.id], [asset.id], "agent", [None], now, actor)
    if new:
        changed = {"assets": {"from": [], "to": [asset.id]}}
        await tickets.record_change(conn, now, await tickets.save(conn, ticket), actor, changed)


async def detach(
    conn: Conn, now: datetime, ticket: tickets.Ticket, asset: Asset, *, actor: str
) -> None:
    """Say that a locked ticket is not about this machine; raises ``NotFound``."""
    if await _detach.first(conn, ticket.id, asset.id) is None:
        raise NotFound("this ticket is not about this machine")
    changed = {"assets": {"from": [asset.id], "to": []}}
    await tickets.record_change(conn, now, await tickets.save(conn, ticket), actor, changed)


async def of_ticket(conn: Conn, ticket_id: int) -> list[TicketAsset]:
    """What a ticket is about, in the order it was named."""
    return await _of_ticket.all(conn, ticket_id)
