"""How to treat a contact: what is thought of his temperament, why, and what people say of it."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from contactcenter import db, events
from contactcenter.contacts import contacts
from contactcenter.contacts.contacts import Contact
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound
from contactcenter.segments import segment_checks, segments
from contactcenter.segments.segments import Source
from contactcenter.temperaments import temperament_evidence, temperament_judging
from routing.temperament import LABELS, Label
from routing.temperament.standing import REFUSED_FOR_DAYS


class Assertion(Struct, frozen=True, kw_only=True):
    """One thing that was said of him; ``until`` is null while it stands."""

    label: str
    confidence: float
    source: Source
    actor: str
    note: str | None
    since: datetime
    until: datetime | None


class OptedOut(Conflict):
    """This contact wants nothing to be thought of him."""

    code = "temperament_opted_out"


class CorrectionStands(Conflict):
    """A person said that he is so: take that back first."""

    code = "temperament_correction_stands"


_SQL = db.Statements(__name__)
_counts = _SQL.take("counts", str)
_refuse = _SQL.command("refuse")
_opt_out = _SQL.take("opt_out", int)
_opt_in = _SQL.take("opt_in", int)
_forget_computed = _SQL.command("forget_computed")
_end_all = _SQL.command("end_all")
_clear_closed = _SQL.command("clear_closed")

REFUSED_FOR: Final = timedelta(days=REFUSED_FOR_DAYS)


async def history(conn: Conn, contact_id: int) -> list[Assertion]:
    """What was ever said of a contact, by whom or what, the newest first."""
    state = (await temperament_judging.states(conn, [contact_id])).get(contact_id)
    if state is not None and state.opted_out_at is not None:
        return []
    return [
        Assertion(
            label=said.value,
            confidence=said.confidence,
            source=said.source,
            actor=said.actor,
            note=said.note,
            since=said.from_at,
            until=said.to_at,
        )
        for said in await segments.history(conn, contact_id)
    ]


async def override(
    conn: Conn,
    now: datetime,
    contact: Contact,
    label: Label,
    *,
    note: str | None,
    actor: str,
    until: datetime | None = None,
) -> None:
    """A person says it better; open tickets show it at once. Under the routing lock.

    It stands until it is taken back, or ``until`` an instant. The contact is locked. Raises
    ``BadInput`` or ``OptedOut``.
    """
    await check_may_be_judged(conn, contact.id)
    if until is not None and until <= now:
        raise BadInput("body.until", "It ends in the future, or not at all.")
    await segments.assert_temperament(
        conn,
        now,
        contact.id,
        label,
        source="agent",
        confidence=1.0,
        evidence=[],
        actor=actor,
        note=note,
        until=until,
    )
    await contacts.touch(conn, now, contact.id)
    await take_effect(conn, now, [contact.id], actor=actor)


async def withdraw(conn: Conn, now: datetime, contact: Contact, *, actor: str) -> None:
    """Let the model count again. Under the routing lock; raises ``NotFound`` where nobody spoke."""
    said = (await segments.current(conn, [contact.id])).get(contact.id, [])
    if not any(segment.source == "agent" for segment in said):
        raise NotFound(f"nobody has corrected the temperament of contact {contact.id}")
    await segments.withdraw(conn, now, contact.id, source="agent", actor=actor)
    await contacts.touch(conn, now, contact.id)
    await take_effect(conn, now, [contact.id], actor=actor)


async def refuse(
    conn: Conn, now: datetime, contact: Contact, label: Label, *, note: str | None, actor: str
) -> None:
    """A person says "not this" and chooses nothing else. Under the routing lock.

    The label stays out for 90 days, unless explicit words come. Raises ``BadInput``, ``OptedOut``
    or ``CorrectionStands``.
    """
    if label == segments.UNKNOWN:
        raise BadInput("body.label", "Unknown says nothing that could be refused.")
    await check_may_be_judged(conn, contact.id)
    said = (await segments.current(conn, [contact.id])).get(contact.id, [])
    word = temperament_judging.by_person(said)
    if word is not None and word.value == label:
        raise CorrectionStands
    await _refuse.run(conn, contact.id, label, now, now + REFUSED_FOR, actor, note)
    await _tell(conn, now, contact, actor, temperament_refused=(None, label))
    await take_effect(conn, now, [contact.id], actor=actor)


async def opt_out(conn: Conn, now: datetime, contact: Contact, *, actor: str) -> None:
    """The contact objects: from now on nothing is computed, kept or shown of him.

    What was kept is deleted, but for the words of persons, which end. Under the routing lock.
    """
    if await _opt_out.first(conn, contact.id, now, actor) is None:
        return
    await temperament_evidence.delete_of(conn, contact.id)
    await _forget_computed.run(conn, contact.id)
    await _end_all.run(conn, contact.id, now)
    await _tell(conn, now, contact, actor, temperament_opted_out=(False, True))
    await show(conn, now, contact.id, actor=actor)
    await _clear_closed.run(conn, contact.id)
    await segment_checks.ask(conn, now, [contact.id])


async def opt_in(conn: Conn, now: datetime, contact: Contact, *, actor: str) -> None:
    """He objects no longer: what he writes from now on counts. Under the routing lock."""
    if await _opt_in.first(conn, contact.id) is None:
        return
    await _tell(conn, now, contact, actor, temperament_opted_out=(True, False))
    await take_effect(conn, now, [contact.id], actor=actor)


async def check_may_be_judged(conn: Conn, contact_id: int) -> None:
    """Raise ``OptedOut`` for a contact of whom nothing may be thought."""
    state = (await temperament_judging.states(conn, [contact_id])).get(contact_id)
    if state is not None and state.opted_out_at is not None:
        raise OptedOut


async def check_brought(conn: Conn, now: datetime, line: Mapping[str, Any]) -> None:
    """Refuse what another system may not say of a contact's temperament; raises ``BadInput``.

    ``line`` is a segment as it is wanted, with its ``place``.
    """
    place, begins, ends = line["place"], line["from_at"], line["to_at"]
    if line["value"] not in LABELS:
        raise BadInput(f"{place}.value", f"There is no temperament {line['value']!r}.")
    if begins is not None and begins > now:
        raise BadInput(f"{place}.from", "A temperament is said of now, or of the past.")
    if ends is not None and ends <= now:
        raise BadInput(f"{place}.until", "It ends in the future, or not at all.")
    try:
        await check_may_be_judged(conn, line["contact_id"])
    except OptedOut:
        raise BadInput(place, "This contact objects to being judged.") from None


async def take_effect(
    conn: Conn, now: datetime, contact_ids: Collection[int], *, actor: str
) -> None:
    """Judge locked contacts anew and let their open tickets carry it. Under the routing lock."""
    labels = await temperament_judging.judge(conn, now, contact_ids)
    for contact_id, label in sorted(labels.items()):
        await segments.mark_open_tickets(conn, now, contact_id, label, actor=actor)


async def show(conn: Conn, now: datetime, contact_id: int, *, actor: str) -> None:
    """Let the contact's open tickets carry what counts now. Under the routing lock."""
    label = await _counts.one(conn, contact_id, now)
    await segments.mark_open_tickets(conn, now, contact_id, label, actor=actor)


async def _tell(
    conn: Conn, now: datetime, contact: Contact, actor: str, **changed: tuple[object, object]
) -> None:
    await contacts.touch(conn, now, contact.id)
    told = {name: {"from": former, "to": to} for name, (former, to) in changed.items()}
    fact = contacts.fact(
        "contact_changed", now, actor, contact.id, fields=sorted(told), changed=told
    )
    await events.record(conn, fact)
