"""Writes the mails of a batch whose places are decided: people, tickets, timelines, facts."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from channels import Address, Inbound
from contactcenter import blobs, db, events
from contactcenter.db import Conn
from contactcenter.mail_intake.effects import StoredMail
from contactcenter.mail_intake.placing import Joined, NewMail, Opened
from contactcenter.mail_intake.threads import LostRace
from contactcenter.mails import mail_columns
from contactcenter.storable_text import optional, storable
from contactcenter.tickets import tickets

#: What a stranger calls himself may be as long as he likes.
_NAME: Final = 200


class Placed(Struct, frozen=True, kw_only=True):
    """A mail and where it goes."""

    mail: NewMail
    item: Inbound
    placement: Joined | Opened


class _Ids(Struct, frozen=True, kw_only=True):
    contacts: list[int]
    identities: list[int]
    tickets: list[int]
    interactions: list[int]
    deliveries: list[int]


class _Place(Struct, frozen=True, kw_only=True):
    id: int
    contact_id: int
    team_ids: list[int]


class _Person(Struct, frozen=True, kw_only=True):
    contact_id: int
    identity_id: int


_SQL = db.Statements(__name__)
_reserve = _SQL.take("reserve", _Ids)
_add_contacts = _SQL.command("add_contacts")
_add_identities = _SQL.take("add_identities", int)
_open_tickets = _SQL.command("open_tickets")
_places = _SQL.take("places", _Place)
_keep = _SQL.command("keep")
_append = _SQL.command("append")
_describe = _SQL.command("describe")
_attach = _SQL.command("attach")


async def store(conn: Conn, now: datetime, placed: Sequence[Placed]) -> list[StoredMail]:
    """Write them, in their order; raises ``LostRace``."""
    if not placed:
        return []
    strangers = _strangers(placed)
    opening = [one for one in placed if isinstance(one.placement, Opened)]
    ids = await _reserve.one(conn, len(strangers), len(opening), len(placed))
    people = await _meet(conn, strangers, ids)
    ticket_ids = {-one.mail.n - 1: i for one, i in zip(opening, ids.tickets, strict=True)}
    await _open(conn, now, opening, people, ticket_ids)
    wanted = {_ticket_of(one, ticket_ids) for one in placed}
    places = {place.id: place for place in await _places.all(conn, sorted(wanted))}
    stored = [
        StoredMail(
            interaction_id=interaction_id,
            ticket_id=(ticket_id := _ticket_of(one, ticket_ids)),
            contact_id=places[ticket_id].contact_id,
            identity_id=_person(one, people).identity_id if _is_by_somebody(one) else None,
            entry_point_id=one.mail.entry_point_id,
            is_new_ticket=isinstance(one.placement, Opened),
            item=one.item,
        )
        for one, interaction_id in zip(placed, ids.interactions, strict=True)
    ]
    await _write(conn, now, placed, stored, people=people, delivery_ids=ids.deliveries)
    await _record(conn, now, people, places, stored)
    return stored


def _strangers(placed: Sequence[Placed]) -> dict[Address, Inbound]:
    """Whoever is not known yet, with his first mail."""
    found: dict[Address, Inbound] = {}
    for one in placed:
        if one.mail.author.contact_id is None and _is_by_somebody(one):
            found.setdefault(one.mail.author.address, one.item)
    return found


async def _meet(
    conn: Conn, strangers: Mapping[Address, Inbound], ids: _Ids
) -> dict[Address, _Person]:
    if not strangers:
        return {}
    names = [optional((item.sender_name or "")[:_NAME]) or None for item in strangers.values()]
    await _add_contacts.run(conn, ids.contacts, names)
    added = await _add_identities.all(
        conn,
        ids.identities,
        ids.contacts,
        [address.kind for address in strangers],
        [storable(address.value) for address in strangers],
    )
    if len(added) < len(strangers):
        raise LostRace
    return {
        address: _Person(contact_id=contact_id, identity_id=identity_id)
        for address, contact_id, identity_id in zip(
            strangers, ids.contacts, ids.identities, strict=True
        )
    }


async def _open(
    conn: Conn,
    now: datetime,
    opening: Sequence[Placed],
    people: Mapping[Address, _Person],
    ticket_ids: Mapping[int, int],
) -> None:
    rows: list[tuple[Any, ...]] = []
    for one in opening:
        assert isinstance(one.placement, Opened)
        assert one.item.received is not None
        follows_id = one.placement.follows_id
        rows.append(
            (
                ticket_ids[-one.mail.n - 1],
                _person(one, people).contact_id,
                one.item.channel,
                one.mail.entry_point_id,
                tickets.subject_of(storable(one.item.received.mail.subject)),
                None if follows_id is None else ticket_ids.get(follows_id, follows_id),
            )
        )
    if rows:
        await _open_tickets.run(conn, *mail_columns.columns(rows, 6), now)


async def _write(
    conn: Conn,
    now: datetime,
    placed: Sequence[Placed],
    stored: Sequence[StoredMail],
    *,
    people: Mapping[Address, _Person],
    delivery_ids: Sequence[int],
) -> None:
    await _keep_bytes(conn, stored)
    deliveries, interactions, mails = [], [], []
    for one, row, delivery_id in zip(placed, stored, delivery_ids, strict=True):
        item, received, treatment = one.item, one.item.received, one.mail.treatment
        assert received is not None
        channel, body, external_id, details, occurred_at = mail_columns.interaction(
            item, _noted(one, row, people)
        )
        is_large = len(item.raw.body) > blobs.INLINE_BYTES
        deliveries.append(
            (
                delivery_id,
                *mail_columns.delivery(item, row.entry_point_id),
                None if is_large else item.raw.body,
                hashlib.sha256(item.raw.body).digest() if is_large else None,
            )
        )
        interactions.append(
            (
                *(row.interaction_id, row.contact_id, row.ticket_id),
                *(row.entry_point_id, row.identity_id, channel, body, external_id, details),
                *(delivery_id, occurred_at, treatment.interaction_kind),
                treatment.awaits_triage(opens_ticket=row.is_new_ticket),
            )
        )
        mails.append((row.interaction_id, *mail_columns.mail(received)))
    await _keep.run(conn, *mail_columns.columns(deliveries, 7), now)
    await _append.run(conn, *mail_columns.columns(interactions, 13), now)
    await _describe.run(conn, *mail_columns.columns(mails, 17))
    files = [
        (row.interaction_id, *file)
        for row in stored
        if row.item.received is not None
        for file in mail_columns.files(row.item.received)
    ]
    if files:
        await _attach.run(conn, *mail_columns.columns(files, 8))


async def _keep_bytes(conn: Conn, stored: Sequence[StoredMail]) -> None:
    """Keep files and large mails, in one order: another batch may hold the same."""
    contents: dict[bytes, bytes] = {}
    for row in stored:
        assert row.item.received is not None
        found = [file.content for file in row.item.received.mail.files]
        if len(row.item.raw.body) > blobs.INLINE_BYTES:
            found.append(row.item.raw.body)
        contents |= {hashlib.sha256(content).digest(): content for content in found}
    for sha256 in sorted(contents):
        await blobs.store(conn, contents[sha256])


async def _record(
    conn: Conn,
    now: datetime,
    people: Mapping[Address, _Person],
    places: Mapping[int, _Place],
    stored: Sequence[StoredMail],
) -> None:
    facts = [
        _fact("contact_created", now, contact_id=person.contact_id) for person in people.values()
    ]
    for row in stored:
        team_ids = tuple(places[row.ticket_id].team_ids)
        about = {"ticket_id": row.ticket_id, "contact_id": row.contact_id, "team_ids": team_ids}
        if row.is_new_ticket:
            where = {"channel": row.item.channel, "entry_point_id": row.entry_point_id}
            facts.append(_fact("ticket_opened", now, version=1, data=where, **about))
        what = {
            "interaction_id": row.interaction_id,
            "channel": row.item.channel,
            "class": row.item.details.get("class", "person"),
        }
        facts.append(_fact("interaction_received", now, data=what, **about))
    await events.record(conn, *facts)


def _fact(kind: str, now: datetime, **about: Any) -> events.Event:
    return events.Event(kind=kind, at=now, actor="customer", **about)


def _person(one: Placed, people: Mapping[Address, _Person]) -> _Person:
    author = one.mail.author
    if author.contact_id is None or author.identity_id is None:
        return people[author.address]
    return _Person(contact_id=author.contact_id, identity_id=author.identity_id)


def _noted(one: Placed, row: StoredMail, people: Mapping[Address, _Person]) -> dict[str, str]:
    """What later mails and triage ask of it: who let it in, what it goes on with, whose words."""
    noted = {}
    if one.mail.accepted:
        noted["accepted"] = "yes"
    if isinstance(one.placement, Opened) and one.placement.continues:
        noted["continues"] = str(one.placement.follows_id)
    if row.identity_id is not None and _person(one, people).contact_id != row.contact_id:
        noted["participant"] = "yes"
    return noted


def _is_by_somebody(one: Placed) -> bool:
    """Whether its author is somebody, and not a mail server that tells of a mail of ours."""
    return isinstance(one.placement, Opened) or one.mail.treatment.by_correspondent


def _ticket_of(one: Placed, ticket_ids: Mapping[int, int]) -> int:
    if isinstance(one.placement, Opened):
        return ticket_ids[-one.mail.n - 1]
    ticket_id = one.placement.ticket_id
    return ticket_ids.get(ticket_id, ticket_id)
