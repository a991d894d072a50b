"""How to treat a contact: what is thought of his temperament, why, and what an agent corrects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from contactcenter import contacts, segments
from contactcenter.contacts import Contact
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.segments import Segment, Source
from contactcenter.ticket_views import Guidance, guidance_for
from routing.temperament import Label


class Sign(Struct, frozen=True, kw_only=True):
    """A named cue and where it stands: ``span`` holds character offsets in the interaction."""

    interaction_id: int | None
    cue: str
    points_to: str
    span: tuple[int, int]
    weight: float


class Temperament(Struct, frozen=True, kw_only=True):
    """What counts now. ``confidence`` is 0 to 1; ``source`` and ``since`` are null while unknown.

    ``source`` is ``agent`` where a person said so: that stands until it is taken back.
    """

    label: str
    confidence: float
    source: Source | None
    since: datetime | None
    note: str | None
    evidence: list[Sign]
    guidance: Guidance


class Assertion(Struct, frozen=True, kw_only=True):
    """One thing that was said of him; ``until`` is null while it stands."""

    label: str
    confidence: float
    source: Source
    actor: str
    note: str | None
    since: datetime
    until: datetime | None


async def current(conn: Conn, contact_id: int) -> Temperament:
    """What counts of a contact now."""
    found = await segments.current(conn, [contact_id])
    return _counted(segments.effective(found.get(contact_id, [])))


async def history(conn: Conn, contact_id: int) -> list[Assertion]:
    """What was ever said of a contact, by whom or what, the newest first."""
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
    conn: Conn, now: datetime, contact: Contact, label: Label, *, note: str | None, actor: str
) -> None:
    """A person says it better; open tickets show it at once. Under the routing lock."""
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
    )
    await contacts.touch(conn, now, contact.id)
    await show(conn, now, contact.id, actor=actor)


async def withdraw(conn: Conn, now: datetime, contact: Contact, *, actor: str) -> None:
    """Let the rules count again. Under the routing lock; raises ``NotFound`` where nobody spoke."""
    said = (await segments.current(conn, [contact.id])).get(contact.id, [])
    if not any(segment.source == "agent" for segment in said):
        raise NotFound(f"nobody has corrected the temperament of contact {contact.id}")
    await segments.withdraw(conn, now, contact.id, source="agent", actor=actor)
    await contacts.touch(conn, now, contact.id)
    await show(conn, now, contact.id, actor=actor)


async def show(conn: Conn, now: datetime, contact_id: int, *, actor: str) -> None:
    """Let the contact's open tickets carry what counts now. Under the routing lock."""
    label = (await current(conn, contact_id)).label
    await segments.mark_open_tickets(conn, now, contact_id, label, actor=actor)


def _counted(segment: Segment | None) -> Temperament:
    if segment is None:
        return Temperament(
            label=segments.UNKNOWN,
            confidence=0.0,
            source=None,
            since=None,
            note=None,
            evidence=[],
            guidance=guidance_for("unknown"),
        )
    return Temperament(
        label=segment.value,
        confidence=segment.confidence,
        source=segment.source,
        since=segment.from_at,
        note=segment.note,
        evidence=_signs(segment.evidence),
        guidance=guidance_for(msgspec.convert(segment.value, Label)),
    )


def _signs(evidence: Sequence[dict[str, Any]]) -> list[Sign]:
    return msgspec.convert(evidence, list[Sign])
