"""The rows behind a number: every fact that a figure of a report is made of.

What is chosen is what ``answers`` chooses; a test counts and sums the rows of every metric.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.measuring import METRICS, Ask
from contactcenter.measuring.asks import Dimension
from contactcenter.measuring.rows import STRETCHES
from contactcenter.reporting import answers

Group = Mapping[Dimension, Any]


class Behind(Struct, frozen=True, kw_only=True):
    """A fact, and what part it has in the figure.

    ``is_of`` is what is counted, timed or averaged; of a share what it is of, ``is_hit`` what it is
    about and ``is_miss`` what is taken off. ``amount`` is what is averaged or added up: seconds by
    the clock that was asked for, a score, transfers; of shares of time the seconds that lie in the
    period, of what was open at an instant those since its episode began. ``load`` is how many
    tickets were in hand, ``value`` what the customer was worth to us. ``from`` is when it began,
    ``at`` when it happened; None while it goes on.
    """

    id: int
    kind: str
    ticket_id: int | None
    contact_id: int | None
    from_at: datetime = field(name="from")
    at: datetime | None
    agent_id: int | None
    agent_name: str | None
    team_id: int | None
    queue_id: int | None
    tier: int | None
    channel: str | None
    entry_point_id: int | None
    category_id: int | None
    temperament: str
    worth: str = field(name="value")
    outcome: str | None
    to_tier: int | None
    promise: str | None
    age: str | None
    is_of: bool
    is_hit: bool
    is_miss: bool
    amount: float | None
    load: int | None


#: Where a page goes on: when the last fact of the one before happened, and its id.
Place = tuple[datetime | None, int]
FIRST: Final[Place] = (None, 0)

_SQL = db.Statements(__name__)
_behind = _SQL.take("behind", Behind)


async def behind(
    conn: Conn, ask: Ask, group: Group, *, viewer_id: int | None, after: Place, limit: int
) -> list[Behind]:
    """The facts behind the figure of one group, as far as this person may see them, in order.

    ``group`` has a value for each dimension of ``ask.by``. Raises ``KeyError`` for an unknown
    metric.
    """
    metric = METRICS[ask.metric]
    apart = "outcome" if metric.has_reasons and "outcome" in ask.by else metric.over
    whole = {name: value for name, value in group.items() if name != apart}
    async with conn.transaction():
        await conn.execute(answers.PLANNING)
        return await _behind.all(
            conn,
            viewer_id,
            ask.from_at,
            ask.to_at,
            *answers.chosen(metric, ask),
            metric.measure if metric.measure in ("score", "transfers") else ask.clock,
            "stretches" if metric.measure in STRETCHES else metric.measure,
            ask.instant,
            ask.as_of,
            _json(_kept(ask, whole)),
            _json({name: _text(group[name]) for name in group if name == apart}),
            metric.measure == "portion",
            *after,
            limit,
        )


def _kept(ask: Ask, whole: Group) -> dict[str, list[str]]:
    """The values that are kept, by dimension: of the group those that are to be kept at all."""
    kept: dict[str, list[str]] = {name: [_text(one) for one in ask.only[name]] for name in ask.only}
    for name, value in whole.items():
        text = _text(value)
        kept[name] = [text] if text in kept.get(name, [text]) else []
    return kept


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
