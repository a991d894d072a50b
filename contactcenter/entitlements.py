"""What customers may expect of us: by name, by what they own, by their category and contracts.

Rules ask for it as ``segment.entitlement``: the kind, or the kind and its level with a colon
between. It begins and ends by its dates, without anybody looking.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import configuration, db, events
from contactcenter.assets import assets
from contactcenter.assets.assets import Asset
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound, Stale
from contactcenter.segments import conditions, segments

#: What it rests on.
Source = Literal["warranty", "contract", "category", "goodwill"]
#: What everybody of a kind may have in common that entitles him to something.
TermOf = Literal["customer_category", "contract"]
MAX_CHARACTERS: Final = 60


class Entitled(Struct, frozen=True, kw_only=True):
    """What counts: ``id`` is None where it follows from a warranty, a category or a contract."""

    id: int | None
    service_tag: str | None
    kind: str
    level: str
    source: Source
    from_at: datetime | None
    until_at: datetime | None


class Granted(Struct, frozen=True, kw_only=True):
    """A row of ``entitlement``: what was ever granted."""

    id: int
    contact_id: int | None
    asset_id: int | None
    kind: str
    level: str
    source: Source
    from_at: datetime
    until_at: datetime | None
    told_at: datetime
    actor: str


class Wanted(Struct, frozen=True, kw_only=True):
    """What shall be granted; without ``from_at`` from now on."""

    kind: str
    level: str
    source: Source
    from_at: datetime | None
    until_at: datetime | None


class Term(Struct, frozen=True, kw_only=True):
    """What whoever is of this category, or has this contract, is entitled to."""

    segment_kind: TermOf
    segment_value: str
    kind: str
    level: str


class Terms(Struct, frozen=True, kw_only=True):
    """All terms in order. ``version`` is another one for others."""

    terms: list[Term]
    version: int


class EntitlementIsOver(Conflict):
    """This counts no more already."""

    code = "entitlement_is_over"


_SQL = db.Statements(__name__)
_effective = _SQL.take("effective", Entitled)
_granted = _SQL.take("granted", Granted)
_lock = _SQL.take("lock", Granted)
_put = _SQL.take("put", int)
_end = _SQL.command("end")
_owner_of = _SQL.take("owner_of", int)
_terms = _SQL.take("terms", Term)
_lock_terms = _SQL.command("lock_terms")
_clear_terms = _SQL.command("clear_terms")
_put_terms = _SQL.command("put_terms")
_concerned = _SQL.take("concerned", int)


async def effective(conn: Conn, contact_id: int, at: datetime) -> list[Entitled]:
    """What a contact is entitled to at an instant, and by what."""
    return await _effective.all(conn, contact_id, at)


async def granted(
    conn: Conn, *, contact_id: int | None = None, asset_id: int | None = None
) -> list[Granted]:
    """What was ever granted to a contact, or with a machine, the latest first."""
    return await _granted.all(conn, contact_id, asset_id)


async def grant(conn: Conn, now: datetime, wanted: Wanted, to: int | Asset, *, actor: str) -> int:
    """Entitle a locked contact, or whoever owns a locked machine; returns the id.

    Raises ``BadInput`` naming the place.
    """
    for name in ("kind", "level"):
        check_word(getattr(wanted, name), f"body.{name}", may_be_empty=name == "level")
    from_at = wanted.from_at or now
    if wanted.until_at is not None and wanted.until_at <= max(now, from_at):
        raise BadInput("body.until", "It ends after it begins, and not in the past.")
    contact_id, asset_id = (None, to.id) if isinstance(to, Asset) else (to, None)
    entitlement_id = await _put.one(
        conn,
        contact_id,
        asset_id,
        wanted.kind,
        wanted.level,
        wanted.source,
        from_at,
        wanted.until_at,
        now,
        actor,
    )
    concerned = to.owner_id if isinstance(to, Asset) else to
    fact = _fact(
        "entitlement_granted",
        now,
        actor,
        concerned,
        data={
            "entitlement_id": entitlement_id,
            "from": None,
            "to": _word(wanted),
            "source": wanted.source,
        },
    )
    await events.record(conn, fact)
    await assets.told(conn, now, [concerned], actor=actor)
    return entitlement_id


async def end(conn: Conn, now: datetime, entitlement_id: int, *, actor: str) -> Granted:
    """Let it count no more; what has not begun never does. Raises ``EntitlementIsOver``."""
    found = await _lock.first(conn, entitlement_id)
    if found is None:
        raise NotFound(f"there is no entitlement {entitlement_id}")
    if found.until_at is not None and found.until_at <= now:
        raise EntitlementIsOver
    await _end.run(conn, entitlement_id, now)
    concerned = found.contact_id or await _owner_of.first(conn, found.asset_id)
    fact = _fact(
        "entitlement_ended",
        now,
        actor,
        concerned,
        data={
            "entitlement_id": entitlement_id,
            "from": _word(found),
            "to": None,
            "source": found.source,
        },
    )
    await events.record(conn, fact)
    await assets.told(conn, now, [concerned], actor=actor)
    ended = await _lock.first(conn, entitlement_id)
    assert ended is not None, "it is locked"
    return ended


async def read_terms(conn: Conn) -> Terms:
    """What follows from categories and contracts."""
    terms = await _terms.all(conn)
    return Terms(terms=terms, version=zlib.crc32(msgspec.json.encode(terms)))


async def replace_terms(
    conn: Conn, now: datetime, wanted: Sequence[Term], *, version: int, actor: str
) -> Terms:
    """Make these all terms there are; whom they concern is looked at again.

    Raises ``Stale`` where they are based on others, or ``BadInput`` naming the place.
    """
    await _lock_terms.run(conn)
    before = await read_terms(conn)
    if before.version != version:
        raise Stale
    there_is = await conditions.known(conn, ())
    for n, term in enumerate(wanted):
        place = f"body[{n}]"
        conditions.check({term.segment_kind: term.segment_value}, place, there_is)
        check_word(term.kind, f"{place}.kind")
        check_word(term.level, f"{place}.level", may_be_empty=True)
        if term in wanted[:n]:
            raise BadInput(place, "This is said twice.")
    await _clear_terms.run(conn)
    columns = ("segment_kind", "segment_value", "kind", "level")
    await _put_terms.run(conn, *([getattr(t, name) for t in wanted] for name in columns))
    after = await read_terms(conn)
    changed = configuration.differences(before, after)
    if changed:
        await configuration.record(conn, now, "entitlement_terms", None, changed, actor=actor)
        moved = {(t.segment_kind, t.segment_value) for t in {*before.terms} ^ {*after.terms}}
        kinds, values = [kind for kind, _ in moved], [value for _, value in moved]
        await assets.told(conn, now, await _concerned.all(conn, kinds, values, now), actor=actor)
    return after


def check_word(word: str, field: str, *, may_be_empty: bool = False) -> None:
    """Refuse what is not a word in the form in which rules compare it."""
    written = segments.canonical(word)
    if not written and not may_be_empty:
        raise BadInput(field, "Say which.")
    if ":" in written:
        raise BadInput(field, "A colon stands between a kind and its level, and nowhere else.")
    if word != written or len(written) > MAX_CHARACTERS:
        raise BadInput(field, f'Write it as "{written[:MAX_CHARACTERS]}".')


def _fact(
    kind: str, now: datetime, actor: str, contact_id: int | None, *, data: Mapping[str, Any]
) -> events.Event:
    return events.Event(kind=kind, at=now, actor=actor, contact_id=contact_id, data=data)


def _word(what: Wanted | Granted) -> str:
    """How rules ask for it."""
    return f"{what.kind}:{what.level}" if what.level else what.kind
