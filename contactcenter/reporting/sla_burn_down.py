"""What became of the promises that are due on a day, hour by hour, and which still run."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.measuring import Ask
from contactcenter.named_periods import midnight
from contactcenter.reporting import answers, kept_facts, sources
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Span
from contactcenter.reporting.over_time_words import headings
from contactcenter.reporting.planning_words import BURN_DOWN, LABELS
from contactcenter.reporting.tables import Unit
from routing.wording import Language

#: What is due so soon is at risk.
SOON: Final = timedelta(minutes=30)
_HOURS: Final = 24
_COLUMNS: Final[dict[str, Unit]] = {
    "hour": "number",
    "due": "count",
    "met": "count",
    "broken": "count",
    "running": "count",
    "left": "count",
}


class Question(Struct, frozen=True, kw_only=True):
    """Of which day of a zone, and of which queue alone."""

    day: date
    zone: ZoneInfo
    queue_id: int | None = None


class _Running(Struct, frozen=True, kw_only=True):
    hour: int
    running: int
    at_risk: int


_SQL = db.Statements(__name__)
_running = _SQL.take("running", _Running)


async def sla_burn_down(
    conn: Conn, now: datetime, question: Question, *, viewer_id: int, language: Language
) -> Analysis:
    """A row for each hour of the day in which promises are due, of what this person may see.

    ``left`` are those due in later hours that run at ``now``. Raises ``BadInput`` for what is too
    much to count at once (``sources``).
    """
    from_at = midnight(question.day, question.zone)
    to_at = midnight(question.day + timedelta(days=1), question.zone)
    queue_id = question.queue_id
    ask = Ask(
        metric="sla_attainment",
        from_at=from_at,
        to_at=to_at,
        only={} if queue_id is None else {"queue": frozenset({queue_id})},
    )
    await sources.check_size(conn, ask)
    zone = question.zone.key
    settled = await answers.weekly(conn, ask, zone=zone, viewer_id=viewer_id)
    running = await _running.all(conn, viewer_id, from_at, to_at, queue_id, zone, now + SOON, now)
    first = question.day.weekday() * _HOURS
    rows, left = [], sum(one.running for one in running)
    for hour in range(_HOURS):
        row = settled.get(first + hour)
        n, met = (row.n, int(row.numerator or 0)) if row else (0, 0)
        open_ = sum(one.running for one in running if one.hour == hour)
        left -= open_
        rows.append(dict(zip(_COLUMNS, (hour, n + open_, met, n - met, open_, left), strict=True)))
    return Analysis(
        report="sla_burn_down",
        title=BURN_DOWN["title"][language],
        definition=BURN_DOWN["definition"][language],
        period=Span(from_at=from_at, to_at=to_at, time_zone=zone),
        inputs={
            "day": question.day.isoformat(),
            "queue_id": queue_id,
            **{
                name: sum(row[name] for row in rows) for name in ("due", "met", "broken", "running")
            },
            "at_risk": sum(one.at_risk for one in running),
            "at_risk_within_s": int(SOON.total_seconds()),
        },
        generated_at=now,
        as_of=await kept_facts.read_at(conn),
        columns=headings(_COLUMNS, LABELS, language),
        rows=rows,
    )
