"""What a customer answers: once, by link or by a digit, for who solved his problem.

The row is locked while it is answered, so of two answers at once the first counts.
"""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db, events
from contactcenter.db import Conn

WORST: Final = 1
BEST: Final = 5

By = Literal["link", "reply"]
#: What came of it: it counts, there was an answer before, or the question is open no longer.
Outcome = Literal["answered", "answered_before", "over"]


class Asked(Struct, frozen=True, kw_only=True):
    """A question that was sent, and whose answer it would be: ``agent_id`` solved the episode."""

    id: int
    state: Literal["sent", "answered", "expired"]
    ticket_id: int
    episode: int
    contact_id: int
    team_ids: list[int]
    agent_id: int | None
    language: str
    expires_at: datetime

    def outcome_at(self, now: datetime) -> Outcome | None:
        """Why it takes no answer at this instant; None: it takes one."""
        if self.state == "answered":
            return "answered_before"
        return "over" if self.state == "expired" or self.expires_at <= now else None


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Asked)
_lock = _SQL.take("lock", Asked)
_answer = _SQL.command("answer")


async def find(conn: Conn, survey_id: int) -> Asked | None:
    """A question that was sent; None where there is none."""
    return await _find.first(conn, survey_id)


async def answer(
    conn: Conn,
    now: datetime,
    survey_id: int,
    score: int,
    *,
    by: By,
    interaction_id: int | None = None,
) -> Outcome:
    """Keep an answer and tell of it; ``score`` is from 1, worst, to 5.

    ``interaction_id`` is the message that it was written in, if it was.
    """
    if not WORST <= score <= BEST:
        raise ValueError(f"a score of {score}")
    asked = await _lock.one(conn, survey_id)
    if (refused := asked.outcome_at(now)) is not None:
        return refused
    await _answer.run(conn, survey_id, score, by, now)
    answered = events.Event(
        kind="survey_answered",
        at=now,
        actor="customer",
        ticket_id=asked.ticket_id,
        contact_id=asked.contact_id,
        agent_id=asked.agent_id,
        team_ids=tuple(asked.team_ids),
        data={
            "survey_id": survey_id,
            "episode": asked.episode,
            "score": score,
            "scale": "csat",
            "by": by,
            "interaction_id": interaction_id,
        },
    )
    await events.record(conn, answered)
    return "answered"
