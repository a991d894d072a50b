"""How tickets moved between tiers: from which to which, how many, and after how long."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter.db import Conn
from contactcenter.measuring import Ask, Clock, Dimension, Row
from contactcenter.measuring.definitions import DEFINITIONS
from contactcenter.reporting import kept_facts, sources
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Span, filters
from contactcenter.reporting.over_time_words import LABELS, TIER_FLOW, headings
from routing.wording import Language


class Question(Struct, frozen=True, kw_only=True):
    """Over which time, and of what alone."""

    span: Span
    clock: Clock = "calendar"
    only: Mapping[Dimension, frozenset[Any]] = {}


async def tier_flow(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int | None, language: Language
) -> Analysis:
    """A row for each pair of tiers, of what this person may see; times are those in the first.

    ``bounced`` are those of the referrals that went back down within a day.

    Raises ``BadInput`` for what is too much to count at once (``sources``).
    """
    moves = await _told(conn, question, "tier_flow", ("tier", "to_tier", "outcome"), viewer_id)
    bounced = await _told(conn, question, "bounce_back_rate", ("tier",), viewer_id)
    into = {row.group["tier"]: int(row.numerator or 0) for row in bounced}
    return Analysis(
        report="tier_flow",
        title=TIER_FLOW["title"][language],
        definition=f"{TIER_FLOW['definition'][language]}"
        f" {DEFINITIONS['bounce_back_rate'].of(language).what}",
        period=question.span,
        inputs={
            "clock": question.clock,
            "filters": filters(question.only),
            "bounced_from": {str(tier): n for tier, n in sorted(into.items(), key=str)},
        },
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=headings(
            {
                "from_tier": "number",
                "to_tier": "number",
                "direction": "text",
                "n": "count",
                "median_s": "seconds",
                "p90_s": "seconds",
            },
            LABELS,
            language,
        ),
        rows=[
            {
                "from_tier": row.group["tier"],
                "to_tier": row.group["to_tier"],
                "direction": row.group["outcome"],
                "n": row.n,
                "median_s": row.median,
                "p90_s": row.p90,
            }
            for row in moves
        ],
    )


async def _told(
    conn: Conn,
    question: Question,
    metric: str,
    by: tuple[Dimension, ...],
    viewer_id: int | None,
) -> list[Row]:
    ask = Ask(
        metric=metric,
        from_at=question.span.from_at,
        to_at=question.span.to_at,
        by=by,
        clock=question.clock,
        only=question.only,
    )
    return list((await sources.answer(conn, ask, viewer_id=viewer_id)).rows)
