"""Reports: what happened in a period, counted once and attributed to whoever it belongs to.

Computed from legs and events whenever it is asked for, so a figure never disagrees with the history
it tells of. What each figure means stands in ``report_definitions`` and travels with the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, get_args

from msgspec import UNSET, Struct, UnsetType

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.periods import Period
from contactcenter.report_definitions import NOTES, PERFORMANCE, Definition, Notes
from routing.text import fold

Dimension = Literal["agent", "tier", "channel", "temperament"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)

#: A day and a year want different plans, and a year sorts in more memory than a look-up needs.
_PLANNING: Final = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '32MB'"

#: In the order of the alphabet, which is not the order of the code points.
_PERSIAN: Final = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_IN_ORDER: Final = str.maketrans({letter: chr(0x0600 + n) for n, letter in enumerate(_PERSIAN)})
#: The figures that are counts; the others are durations.
COUNTS: Final = ("opened", "solved", "escalated", "reopened")


class Durations(Struct, frozen=True, kw_only=True):
    """How long it took, in seconds to the millisecond; null where ``n`` is 0."""

    n: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None


class Measures(Struct, frozen=True, kw_only=True):
    """The figures of some tickets."""

    opened: int
    solved: int
    escalated: int
    reopened: int
    first_reply: Durations
    time_to_solve: Durations


class ReportRow(Measures, frozen=True, kw_only=True):
    """The figures of one agent, tier, channel and temperament.

    A dimension that was not asked for is absent. ``agent`` is null where nobody held the ticket,
    ``tier`` where it had no queue yet.
    """

    agent_id: int | UnsetType | None = UNSET
    agent: str | UnsetType | None = UNSET
    tier: int | UnsetType | None = UNSET
    channel: str | UnsetType = UNSET
    temperament: str | UnsetType = UNSET


class Performance(Struct, frozen=True, kw_only=True):
    """Who solved what, and in what time.

    ``rows`` are in the order of the words they begin with, never of their figures. ``totals`` are
    computed over all tickets, not from the rows. ``definitions`` say what each figure means,
    ``notes`` what holds for all of them.
    """

    period: Period
    by: Sequence[Dimension]
    generated_at: datetime
    rows: Sequence[ReportRow]
    totals: Measures
    definitions: Sequence[Definition]
    notes: Notes


class _Sum(Struct, frozen=True, kw_only=True):
    is_total: bool
    agent_id: int | None
    agent: str | None
    tier: int | None
    channel: str | None
    temperament: str | None
    opened: int
    solved: int
    escalated: int
    reopened: int
    first_reply_n: int
    first_reply_mean_s: float | None
    first_reply_median_s: float | None
    first_reply_p90_s: float | None
    time_to_solve_mean_s: float | None
    time_to_solve_median_s: float | None
    time_to_solve_p90_s: float | None


_SQL = db.Statements(__name__)
_performance = _SQL.take("performance", _Sum)


async def performance(
    conn: Conn,
    now: datetime,
    period: Period,
    by: Sequence[Dimension],
    *,
    viewer_id: int | None,
) -> Performance:
    """Report on the tickets this person may know of; None is the operator, who sees all.

    An administrator sees all, a supervisor the tickets of his teams, and everybody his own work.
    """
    chosen = [dimension in by for dimension in DIMENSIONS]
    async with conn.transaction():
        await conn.execute(_PLANNING)
        sums = await _performance.all(conn, viewer_id, period.from_at, period.to_at, *chosen)
    groups = sorted((s for s in sums if not s.is_total), key=_sort_key(by))
    (total,) = (s for s in sums if s.is_total)
    return Performance(
        period=period,
        by=tuple(by),
        generated_at=now,
        rows=[ReportRow(**_figures(group), **_words(group, by)) for group in groups],
        totals=Measures(**_figures(total)),
        definitions=PERFORMANCE,
        notes=NOTES,
    )


def dimensions_of(text: str | None) -> tuple[Dimension, ...]:
    """The dimensions named, separated by commas, in their order; all of them for None.

    An empty text names none: then there is one row, of everything.

    Raises ``BadInput`` naming ``query.by``.
    """
    if text is None:
        return DIMENSIONS
    names: list[Dimension] = []
    for name in text.split(",") if text else ():
        known = next((dimension for dimension in DIMENSIONS if dimension == name), None)
        if known is None:
            raise BadInput("query.by", f"Choose among {', '.join(DIMENSIONS)}, not {name[:50]!r}.")
        if known in names:
            raise BadInput("query.by", f"{known} was named twice.")
        names.append(known)
    return tuple(names)


def _words(group: _Sum, by: Sequence[Dimension]) -> dict[str, Any]:
    words: dict[str, Any] = {dimension: getattr(group, dimension) for dimension in by}
    return words | ({"agent_id": group.agent_id} if "agent" in by else {})


def _figures(group: _Sum) -> dict[str, Any]:
    first_reply = Durations(
        n=group.first_reply_n,
        mean_s=group.first_reply_mean_s,
        median_s=group.first_reply_median_s,
        p90_s=group.first_reply_p90_s,
    )
    time_to_solve = Durations(
        n=group.solved,
        mean_s=group.time_to_solve_mean_s,
        median_s=group.time_to_solve_median_s,
        p90_s=group.time_to_solve_p90_s,
    )
    counts = {name: getattr(group, name) for name in COUNTS}
    return counts | {"first_reply": first_reply, "time_to_solve": time_to_solve}


def _sort_key(by: Sequence[Dimension]) -> Callable[[_Sum], list[tuple[bool, Any, int]]]:
    """By the dimensions in the order they were asked for; nobody and nothing come last."""

    def key(group: _Sum) -> list[tuple[bool, Any, int]]:
        values: Mapping[Dimension, Any] = {
            "agent": None if group.agent is None else _alphabetical(group.agent),
            "tier": group.tier,
            "channel": group.channel,
            "temperament": group.temperament,
        }
        id_ = {"agent": group.agent_id or 0}
        return [(values[d] is None, values[d] or 0, id_.get(d, 0)) for d in by]

    return key


def _alphabetical(name: str) -> str:
    """A text whose order is the alphabet's, for English and for Persian names."""
    return fold(name).translate(_IN_ORDER)
