"""People and imports say what contacts are: from when, until when, how sure; and take it back.

Under the routing lock, with the contacts locked: what unsolved tickets of theirs are granted for it
changes with it, and the rules that refer tickets look again. Nobody is moved by it alone.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec
from msgspec import Struct

from channels import Address
from contactcenter import db, escalation_checks, events
from contactcenter.access.actor import Actor, Role
from contactcenter.administration import segment_kinds
from contactcenter.administration.segment_kinds import SegmentKind
from contactcenter.contacts import contacts
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, Forbidden, NotFound
from contactcenter.segments import segment_checks, segment_views, segments
from contactcenter.temperaments import temperaments
from contactcenter.tickets import stages, ticket_credits

#: Whose word it is: a person's, or another system's that an administrator brings.
Source = Literal["agent", "import"]

#: A longer word is no word.
MAX_CHARACTERS: Final = 60


class Wanted(Struct, frozen=True, kw_only=True):
    """What shall be said of a contact; ``place`` is where it stands in the request.

    Without ``from_at`` it counts from now on; with one in the past, it was so before we were told.
    """

    place: str
    contact_id: int
    kind: str
    value: str
    confidence: float
    note: str | None
    from_at: datetime | None
    to_at: datetime | None


class SegmentIsOver(Conflict):
    """This counts no more already."""

    code = "segment_is_over"


class _Standing(Struct, frozen=True, kw_only=True):
    line: int
    value: str
    confidence: float
    note: str | None
    from_at: datetime
    to_at: datetime | None


class _Owner(Struct, frozen=True, kw_only=True):
    kind: str
    value: str
    contact_id: int


class _Line(Struct, frozen=True, kw_only=True):
    """A checked line: ``slot`` tells of which kind and word there is one at a time."""

    contact_id: int
    kind: str
    slot: str
    value: str
    confidence: float
    note: str | None
    from_at: datetime
    to_at: datetime | None


_SQL = db.Statements(__name__)
_standing = _SQL.take("standing", _Standing)
_cut = _SQL.command("cut")
_put = _SQL.take("put", int)
_end = _SQL.take("end", int)
_contacts_of = _SQL.take("contacts_of", _Owner)


async def say(
    conn: Conn, now: datetime, wanted: Sequence[Wanted], *, source: Source, by: Actor
) -> int:
    """Say these of their contacts, all or none; returns how many were not said already.

    What the source said before of the same kind (and word, where a contact may have several) ends
    where this begins. Raises ``BadInput`` naming the place, ``Forbidden``, or ``StageRefused``.
    """
    known = await segment_kinds.by_word(conn)
    brought = [w for w in wanted if w.kind == segments.TEMPERAMENT and source == "import"]
    for one in wanted:
        if one not in brought:
            _check(one, known, now, by)
    await _lock_contacts(conn, wanted)
    for one in brought:
        await temperaments.check_brought(conn, now, msgspec.structs.asdict(one))
    await stages.check(conn, now, {w.contact_id: w.value for w in wanted if w.kind == stages.KIND})
    lines = [_line(one, known[one.kind], now) for one in wanted]
    _check_once(wanted, lines)
    standing = await _standing_of(conn, now, lines, source)
    new = [(n, line) for n, line in enumerate(lines) if not _stands(line, standing[n], now)]
    if new:
        facts = await _write(conn, now, new, standing, source, actor=by.reference)
        await events.record(conn, *facts)
        changed = {line.contact_id for _, line in new}
        await contacts.touch_all(conn, now, changed)
        judged = {w.contact_id for w in brought} & changed
        await temperaments.take_effect(conn, now, judged, actor=by.reference)
        await told(conn, now, changed, actor=by.reference)
    return len(new)


async def take_back(
    conn: Conn, now: datetime, contact_id: int, segment_id: int, *, by: Actor
) -> None:
    """Let an assertion of a locked contact count no more.

    What another system said only supervisors take back; what is computed nobody does, since a
    person's word counts before it. Raises ``NotFound``, ``SegmentIsOver`` or ``Forbidden``.
    """
    found = await segment_views.find(conn, contact_id, segment_id)
    if found is None:
        raise NotFound(f"contact {contact_id} has no segment {segment_id}")
    kind = await segment_kinds.find(conn, found.kind)
    if found.source not in ("agent", "import"):
        raise Forbidden("This is computed: say what is so instead, and that counts.")
    if found.source == "import" and not by.is_at_least(Role.SUPERVISOR):
        raise Forbidden("Another system said so: ask a supervisor.")
    _check_rights(kind, by)
    if await _end.first(conn, segment_id, now) is None:
        raise SegmentIsOver(f"segment {segment_id} counts no more")
    fact = segments.fact(
        now,
        contact_id,
        found.kind,
        former=found.value,
        value=None,
        source=found.source,
        segment_id=segment_id,
        actor=by.reference,
    )
    await events.record(conn, fact)
    await contacts.touch_all(conn, now, {contact_id})
    await told(conn, now, {contact_id}, actor=by.reference)


async def told(conn: Conn, now: datetime, contact_ids: Collection[int], *, actor: str) -> None:
    """Let everything that goes by these contacts' segments know that they have changed."""
    await ticket_credits.refresh(conn, now, contact_ids, actor=actor)
    await escalation_checks.ask_of_contacts(conn, now, contact_ids)
    await segment_checks.ask(conn, now, contact_ids)


async def contacts_of(conn: Conn, addresses: Mapping[str, Address]) -> dict[str, int]:
    """The contacts with these addresses, by place; raises ``BadInput`` where nobody has one."""
    kinds = [address.kind for address in addresses.values()]
    values = [address.value for address in addresses.values()]
    owners = {(o.kind, o.value): o.contact_id for o in await _contacts_of.all(conn, kinds, values)}
    for place, address in addresses.items():
        if (address.kind, address.value) not in owners:
            raise BadInput(f"{place}.value", "Nobody is known by this address.")
    return {place: owners[a.kind, a.value] for place, a in addresses.items()}


def _check(one: Wanted, known: Mapping[str, SegmentKind], now: datetime, by: Actor) -> None:
    kind = known.get(one.kind)
    if kind is None:
        raise BadInput(f"{one.place}.kind", f"There is no kind of segment {one.kind!r}.")
    _check_rights(kind, by)
    if kind.free:
        written = segments.canonical(one.value)
        if written != one.value or not 0 < len(written) <= MAX_CHARACTERS:
            raise BadInput(f"{one.place}.value", f"Write it as {written[:MAX_CHARACTERS]!r}.")
    elif one.value not in {value.value for value in kind.values}:
        raise BadInput(f"{one.place}.value", f"There is no {kind.kind} {one.value!r}.")
    if one.to_at is not None and one.to_at <= max(now, one.from_at or now):
        raise BadInput(f"{one.place}.until", "It ends after it begins, and not in the past.")


def _check_rights(kind: SegmentKind, by: Actor) -> None:
    if kind.set_by == "nobody":
        raise Forbidden(f"{kind.kind} has operations of its own.")
    if not by.is_at_least(Role.named(kind.set_by)):
        raise Forbidden(f"{kind.kind} is said by a {kind.set_by}.")


def _check_once(wanted: Sequence[Wanted], lines: Sequence[_Line]) -> None:
    seen: dict[tuple[int, str, str], str] = {}
    for one, line in zip(wanted, lines, strict=True):
        key = (line.contact_id, line.kind, line.slot)
        if key in seen:
            raise BadInput(one.place, f"{seen[key]} says the same of this contact.")
        seen[key] = one.place


async def _lock_contacts(conn: Conn, wanted: Sequence[Wanted]) -> None:
    locked = await contacts.lock_rows(conn, *{one.contact_id for one in wanted})
    for one in wanted:
        contact = locked.get(one.contact_id)
        if contact is None or contact.merged_into_id is not None:
            why = "There is no contact" if contact is None else "Part of another by now is contact"
            raise BadInput(f"{one.place}.contact_id", f"{why} {one.contact_id}.")


def _line(one: Wanted, kind: SegmentKind, now: datetime) -> _Line:
    return _Line(
        contact_id=one.contact_id,
        kind=one.kind,
        slot=one.value if kind.several else "",
        value=one.value,
        confidence=one.confidence,
        note=one.note,
        from_at=one.from_at or now,
        to_at=one.to_at,
    )


async def _standing_of(
    conn: Conn, now: datetime, lines: Sequence[_Line], source: Source
) -> dict[int, list[_Standing]]:
    found: dict[int, list[_Standing]] = defaultdict(list)
    keys = [[x.contact_id for x in lines], [x.kind for x in lines], [x.slot for x in lines]]
    for row in await _standing.all(conn, source, *keys, now):
        found[row.line - 1].append(row)
    return found


def _stands(line: _Line, standing: Sequence[_Standing], now: datetime) -> bool:
    """Whether exactly this is said already: to bring it twice changes nothing."""
    if len(standing) != 1:
        return False
    (one,) = standing
    began = one.from_at <= now if line.from_at == now else one.from_at == line.from_at
    return began and (one.value, round(one.confidence, 6), one.note, one.to_at) == (
        line.value,
        round(line.confidence, 6),
        line.note,
        line.to_at,
    )


async def _write(
    conn: Conn,
    now: datetime,
    new: Sequence[tuple[int, _Line]],
    standing: Mapping[int, Sequence[_Standing]],
    source: Source,
    *,
    actor: str,
) -> list[events.Event]:
    lines = [line for _, line in new]
    keys = [[x.contact_id for x in lines], [x.kind for x in lines], [x.slot for x in lines]]
    await _cut.run(conn, source, *keys, [max(x.from_at, now) for x in lines])
    ids = await _put.all(
        conn,
        source,
        actor,
        now,
        *keys,
        [x.value for x in lines],
        [x.confidence for x in lines],
        [x.note for x in lines],
        [x.from_at for x in lines],
        [x.to_at for x in lines],
    )
    return [
        segments.fact(
            now,
            line.contact_id,
            line.kind,
            former=next((s.value for s in standing[n] if s.from_at <= now), None),
            value=line.value,
            source=source,
            segment_id=segment_id,
            begins_at=line.from_at,
            ends_at=line.to_at,
            actor=actor,
        )
        for (n, line), segment_id in zip(new, ids, strict=True)
    ]
