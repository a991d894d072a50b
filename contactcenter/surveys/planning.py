"""Who will be asked: planned in the transaction that solves his problem, once an episode."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from contactcenter import db
from contactcenter.db import Conn

_SOLVED: Final = "ticket_solved"

_SQL = db.Statements(__name__)
_plan = _SQL.command("plan")


async def follow(conn: Conn, now: datetime, turned: Sequence[tuple[int, str]]) -> None:
    """Plan a question about each ticket that was solved; each with the kind of its event.

    None where surveys are off, where no person had the ticket, and about what was asked already.
    """
    solved = [ticket_id for ticket_id, kind in turned if kind == _SOLVED]
    if solved:
        await _plan.run(conn, solved, now)
