"""Fairness: how people of each temperament are served beside all others; whether guidance helps.

Temperament may change the tone and nothing else: whoever waits longer or is less content for it is
found here. Nobody is named, and of few people no figure is shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn, Database
from contactcenter.fairness_notes import FAIRNESS, Notes
from contactcenter.periods import Period
from routing import fairness
from routing.fairness import Measure, Share, Times
from routing.temperament import LABELS, Label

#: How far back gaps are looked for, how often, and after how long one is told of again.
WINDOW: Final = timedelta(days=28)
EVERY: Final = timedelta(days=1)
TOLD_AGAIN: Final = timedelta(days=7)

log = structlog.get_logger()


class Duration(Struct, frozen=True, kw_only=True):
    """How long it took, in seconds; null of fewer than ten."""

    n: int
    median_s: float | None


class Part(Struct, frozen=True, kw_only=True):
    """A share of ``n``; null of fewer than ten."""

    n: int
    share: float | None


class FairnessRow(Struct, frozen=True, kw_only=True):
    """How people of one temperament were served.

    ``satisfaction`` is the share of scores of 4 and 5; beside it that where every reply before
    kept to the guidance (``guidance_followed``), and where one did not.
    """

    temperament: Label
    waiting_time: Duration
    time_to_solve: Duration
    escalation: Part
    satisfaction: Part
    guidance_followed: Part
    guidance_not_followed: Part


class Gap(Struct, frozen=True, kw_only=True):
    """Where they differ from all others: medians in seconds, or shares."""

    measure: Measure
    temperament: Label
    theirs: float
    others: float
    n: int
    n_others: int


class Fairness(Struct, frozen=True, kw_only=True):
    """A row for each temperament, in their own order, and the gaps among them."""

    period: Period
    generated_at: datetime
    rows: Sequence[FairnessRow]
    gaps: Sequence[Gap]
    notes: Notes


class _Measured(Struct, frozen=True, kw_only=True):
    temperament: Label
    measure: Measure
    is_theirs: bool
    n: int
    median_s: float | None
    log_mean: float | None
    log_variance: float
    so_many: int
    n_kept: int
    kept_so: int
    n_not_kept: int
    not_kept_so: int


_SQL = db.Statements(__name__)
_measured = _SQL.take("measured", _Measured)
_looked_at = _SQL.take("looked_at", datetime)
_note_look = _SQL.command("note_look")
_put = _SQL.take("put", int)

_Key = tuple[Label, Measure, bool]
_TIMES: Final[tuple[Measure, ...]] = ("waiting_time", "time_to_solve")
_SHARES: Final[Mapping[Measure, Callable[[Share, Share], bool]]] = {
    "satisfaction": fairness.is_lower,
    "escalation": fairness.differs,
}


async def report(conn: Conn, now: datetime, period: Period, *, viewer_id: int | None) -> Fairness:
    """Report on the tickets this person may read; None is the operator, who sees all."""
    rows = await _measured.all(conn, viewer_id, period.from_at, period.to_at, list(LABELS))
    found = {(row.temperament, row.measure, row.is_theirs): row for row in rows}
    return Fairness(
        period=period,
        generated_at=now,
        rows=[_row(found, label) for label in LABELS],
        gaps=list(_gaps(found)),
        notes=FAIRNESS,
    )


async def keep(database: Database) -> bool:
    """Look for gaps once a day and tell supervisors of them; whether it was time."""
    async with database.transaction() as conn:
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
        looked_at = await _looked_at.first(conn)
        if looked_at is not None and now - looked_at < EVERY:
            return False
        await tell(conn, now)
    return True


async def tell(conn: Conn, now: datetime) -> list[Gap]:
    """Look for gaps of the last weeks, and tell of those that nobody was told of lately."""
    period = Period(from_at=now - WINDOW, to_at=now)
    found = (await report(conn, now, period, viewer_id=None)).gaps
    await _note_look.run(conn, now, len(found))
    told = []
    for gap in found:
        gap_id = await _put.first(
            conn,
            gap.measure,
            gap.temperament,
            gap.theirs,
            gap.others,
            gap.n,
            gap.n_others,
            period.from_at,
            now,
            now - TOLD_AGAIN,
        )
        if gap_id is not None:
            told.append(gap)
            await events.record(conn, _fact(now, gap_id, gap))
            log.warning("fairness_gap_found", measure=gap.measure, gap_id=gap_id)
    return told


def _fact(now: datetime, gap_id: int, gap: Gap) -> events.Event:
    return events.Event(
        kind="fairness_gap_found",
        at=now,
        actor="system",
        data={
            "gap_id": gap_id,
            "measure": gap.measure,
            "temperament": gap.temperament,
            "theirs": gap.theirs,
            "others": gap.others,
            "n": gap.n,
            "n_others": gap.n_others,
        },
    )


def _row(found: Mapping[_Key, _Measured], label: Label) -> FairnessRow:
    content = found.get((label, "satisfaction", True))
    return FairnessRow(
        temperament=label,
        waiting_time=_duration(found.get((label, "waiting_time", True))),
        time_to_solve=_duration(found.get((label, "time_to_solve", True))),
        escalation=_part(_share(found.get((label, "escalation", True)))),
        satisfaction=_part(_share(content)),
        guidance_followed=_part(_of(content, "n_kept", "kept_so")),
        guidance_not_followed=_part(_of(content, "n_not_kept", "not_kept_so")),
    )


def _gaps(found: Mapping[_Key, _Measured]) -> Iterator[Gap]:
    """Times and contentment only where they are worse; referrals also where they are fewer."""
    for label in LABELS:
        for measure in _TIMES:
            theirs, others = (_times(found.get((label, measure, own))) for own in (True, False))
            if theirs and others and fairness.takes_longer(theirs, others):
                yield _gap(measure, label, theirs, others)
        for measure, is_gap in _SHARES.items():
            own, rest = (_share(found.get((label, measure, is_own))) for is_own in (True, False))
            if is_gap(own, rest):
                yield _gap(measure, label, own, rest)


def _gap(measure: Measure, label: Label, theirs: Times | Share, others: Times | Share) -> Gap:
    values = [one.median_s if isinstance(one, Times) else one.value for one in (theirs, others)]
    return Gap(
        measure=measure,
        temperament=label,
        theirs=round(values[0], 3),
        others=round(values[1], 3),
        n=theirs.n,
        n_others=others.n,
    )


def _times(row: _Measured | None) -> Times | None:
    if row is None or row.median_s is None or row.log_mean is None:
        return None
    return Times(
        n=row.n,
        median_s=row.median_s,
        log_mean=row.log_mean,
        log_variance=row.log_variance,
    )


def _share(row: _Measured | None) -> Share:
    return _of(row, "n", "so_many")


def _of(row: _Measured | None, n: str, k: str) -> Share:
    return Share(n=0, k=0) if row is None else Share(n=getattr(row, n), k=getattr(row, k))


def _duration(row: _Measured | None) -> Duration:
    if row is None or row.median_s is None:
        return Duration(n=0, median_s=None)
    shown = row.n >= fairness.SHOWN
    return Duration(n=row.n, median_s=round(row.median_s, 3) if shown else None)


def _part(share: Share) -> Part:
    shown = share.n >= fairness.SHOWN
    return Part(n=share.n, share=round(share.value, 4) if shown else None)
