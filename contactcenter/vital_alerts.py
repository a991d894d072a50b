"""Whoever is vital is to be kept satisfied always: supervisors hear at once when he is not.

In the transaction in which it happens, so with the very event that displeases him. Of contacts who
are not vital nothing is told.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Literal

from contactcenter import db
from contactcenter.db import Conn

Reason = Literal["complaint", "dissatisfaction", "missed_promise"]

#: What happened longer ago and is told only now is history, no alarm.
FRESH: Final = timedelta(days=7)

_SQL = db.Statements(__name__)
_raise = _SQL.command("raise")
_of_broken_promises = _SQL.command("of_broken_promises")
_of_complaints = _SQL.command("of_complaints")
_of_feedback = _SQL.command("of_feedback")


async def displeased(
    conn: Conn,
    now: datetime,
    contact_ids: Collection[int],
    reason: Reason,
    *,
    ticket_id: int | None = None,
) -> int:
    """Tell supervisors of those among these contacts who are vital; returns of how many."""
    return await _raise.run(conn, now, sorted(contact_ids), reason, ticket_id)


async def of_broken_promises(conn: Conn, now: datetime) -> int:
    """The same for whoever a promise was broken to in this transaction, at ``now``."""
    return await _of_broken_promises.run(conn, now)


async def of_complaints(conn: Conn, now: datetime) -> int:
    """The same for whoever was told at ``now`` to have complained, if that is fresh."""
    return await _of_complaints.run(conn, now, now - FRESH)


async def of_feedback(conn: Conn, now: datetime, feedback_ids: Collection[int]) -> int:
    """The same for whoever said in this feedback that he is dissatisfied, if that is fresh."""
    if not feedback_ids:
        return 0
    return await _of_feedback.run(conn, now, sorted(feedback_ids), now - FRESH)
