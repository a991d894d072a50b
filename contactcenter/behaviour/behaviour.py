"""What customers do besides writing to us, told by other systems: each thing once, in any order.

It belongs to the contact it was told of. Who that is after merges is looked up when it is read.
Told by an address, it goes with the address when a merge is undone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from channels import Address
from contactcenter import db, events, vital_alerts
from contactcenter.behaviour import behaviour_reading
from contactcenter.behaviour.behaviour_lines import Line
from contactcenter.behaviour.behaviour_reading import Row
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.segments import segment_checks


class BehaviourEvent(Struct, frozen=True, kw_only=True):
    """A row of ``behaviour_event``; money is in minor units of its currency."""

    id: int
    contact_id: int
    kind: str
    source: str
    external_id: str
    occurred_at: datetime
    received_at: datetime
    amount_minor: int | None
    cost_minor: int | None
    currency: str | None
    product: str | None
    topic: str | None
    referred_id: int | None
    details: dict[str, Any]


class Referral(Struct, frozen=True, kw_only=True):
    """Somebody who was brought, by whom, and over how many others (1: by the contact himself)."""

    contact_id: int
    by_id: int
    depth: int
    occurred_at: datetime


class Taken(Struct, frozen=True, kw_only=True):
    """How many lines were new, known already, and of a kind or an age that is not kept.

    ``created`` contacts were not known before.
    """

    new: int
    known: int
    not_kept: int
    created: int


class Place(Struct, frozen=True, kw_only=True):
    """Where a page begins: before or after what happened then."""

    occurred_at: datetime
    id: int


class _Made(Struct, frozen=True, kw_only=True):
    kind: str
    value: str
    contact_id: int
    identity_id: int


class _WrongReferral(Struct, frozen=True, kw_only=True):
    source: str
    external_id: str
    is_circle: bool


_SQL = db.Statements(__name__)
_create_contacts = _SQL.take("create_contacts", _Made)
_put = _SQL.take("put", int)
_lock = _SQL.command("lock")
_lost_race = _SQL.command("lost_race")
_lock_referrals = _SQL.command("lock_referrals")
_wrong_referrals = _SQL.take("wrong_referrals", _WrongReferral)
_survivors = _SQL.take("survivors", int)
_page = _SQL.take("page", BehaviourEvent)
_all_of = _SQL.take("all_of", BehaviourEvent)
_referrals = _SQL.take("referrals", Referral)
_return_told = _SQL.command("return_told")


async def tell(
    conn: Conn, now: datetime, lines: Sequence[Line], *, create_unknown: bool, actor: str
) -> Taken:
    """Keep what is told, all or none, each thing once; raises ``BadInput`` naming the place.

    With ``create_unknown`` an address that nobody has makes a contact.
    """
    await _lock.run(conn)
    read = await behaviour_reading.read(conn, now, lines, accept_unknown=create_unknown)
    unknown = {a for row in read.rows for a in _unknown(row)}
    made = await create_contacts(conn, now, unknown, actor=actor)
    rows = [_with(row, made) for row in read.rows]
    ids = await _put.all(conn, now, *_columns(rows))
    if len(ids) != len(rows):
        await _lost_race.run(conn)
    await check_referrals(conn, referred_by(rows))
    if rows:
        await vital_alerts.of_complaints(conn, now)
    await ask_rules(conn, now, {row.contact_id for row in rows if row.contact_id is not None})
    taken = Taken(new=len(ids), known=read.known, not_kept=read.not_kept, created=len(made))
    await record(conn, now, taken, actor=actor)
    return taken


async def create_contacts(
    conn: Conn, now: datetime, addresses: Collection[Address], *, actor: str
) -> dict[Address, tuple[int, int]]:
    """Make a contact of each of these addresses; the ids of both."""
    if not addresses:
        return {}
    ordered = sorted(addresses, key=lambda a: (a.kind, a.value))
    kinds, values = [a.kind for a in ordered], [a.value for a in ordered]
    made = await _create_contacts.all(conn, kinds, values, now)
    if len(made) != len(ordered):
        await _lost_race.run(conn)
    facts = [
        events.Event(kind="contact_created", at=now, actor=actor, contact_id=one.contact_id)
        for one in made
    ]
    await events.record(conn, *facts)
    return {Address(kind=m.kind, value=m.value): (m.identity_id, m.contact_id) for m in made}


def referred_by(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """The referrals among these, each with the place that names whom it brought."""
    return {
        row.line.key: row.line.place + row.line.referred.field
        for row in rows
        if row.line.referred is not None
    }


async def check_referrals(conn: Conn, brought: Mapping[tuple[str, str], str]) -> None:
    """Refuse referrals that lead in a circle or bring somebody a second time; ``BadInput``."""
    if not brought:
        return
    await _lock_referrals.run(conn)
    keys = [source for source, _ in brought], [external_id for _, external_id in brought]
    wrong = await _wrong_referrals.first(conn, *keys)
    if wrong is not None:
        said = "This leads in a circle." if wrong.is_circle else "Somebody else brought this one."
        raise BadInput(brought[wrong.source, wrong.external_id], said)


async def ask_rules(conn: Conn, now: datetime, contact_ids: Collection[int]) -> None:
    """Have the rules look that go by what these contacts did."""
    survivors = await _survivors.all(conn, sorted(contact_ids))
    await segment_checks.ask(conn, now, survivors)


async def record(conn: Conn, now: datetime, taken: Taken, *, actor: str) -> None:
    """Record that something was told, by numbers alone; nothing where nothing is new."""
    if taken.new:
        fact = events.Event(
            kind="behaviour_told",
            at=now,
            actor=actor,
            data={
                "new": taken.new,
                "known": taken.known,
                "not_kept": taken.not_kept,
                "created": taken.created,
            },
        )
        await events.record(conn, fact)


async def page(
    conn: Conn, contact_id: int, *, kind: str | None, before: Place, limit: int
) -> list[BehaviourEvent]:
    """What a contact and everybody who is part of him did, the latest first."""
    return await _page.all(conn, contact_id, kind, before.occurred_at, before.id, limit)


async def all_of(
    conn: Conn, after: Place, to_at: datetime, kind: str | None, *, limit: int
) -> list[BehaviourEvent]:
    """What happened after a place and before an instant, by time, of whoever it is by now."""
    return await _all_of.all(conn, after.occurred_at, after.id, to_at, kind, limit)


async def referrals(conn: Conn, contact_id: int) -> list[Referral]:
    """Whom a contact brought, and whom those brought; each once, up to 20 deep and 1000 in all."""
    return await _referrals.all(conn, contact_id)


async def return_told(
    conn: Conn,
    *,
    kept_id: int,
    merged_id: int,
    identity_ids: Sequence[int],
    since: datetime,
) -> None:
    """Give back, when a merge is undone, what was told since by addresses of the merged one."""
    await _return_told.run(conn, kept_id, merged_id, identity_ids, since)


def _unknown(row: Row) -> list[Address]:
    found = []
    if row.contact_id is None and row.address is not None:
        found.append(row.address)
    if row.line.referred is not None and row.referred_id is None and row.referred is not None:
        found.append(row.referred)
    return found


def _with(row: Row, made: dict[Address, tuple[int, int]]) -> Row:
    """The row with the contacts that were made for it."""
    identity_id, contact_id = row.identity_id, row.contact_id
    if contact_id is None and row.address is not None:
        identity_id, contact_id = made[row.address]
    referred_id = row.referred_id
    if row.line.referred is not None and referred_id is None and row.referred is not None:
        referred_id = made[row.referred][1]
    return Row(
        line=row.line,
        contact_id=contact_id,
        identity_id=identity_id,
        address=row.address,
        referred_id=referred_id,
        referred=row.referred,
    )


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    lines = [row.line for row in rows]
    return [
        [row.contact_id for row in rows],
        [row.identity_id for row in rows],
        [line.kind for line in lines],
        [line.source for line in lines],
        [line.external_id for line in lines],
        [line.occurred_at for line in lines],
        [line.amount_minor for line in lines],
        [line.cost_minor for line in lines],
        [line.currency for line in lines],
        [line.product for line in lines],
        [line.topic for line in lines],
        [row.referred_id for row in rows],
        [row.details for row in rows],
    ]
