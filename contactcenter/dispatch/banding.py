"""Whether bands count in a decision, and who may have a ticket, by their bands."""

from datetime import datetime
from typing import Any

from contactcenter import bands, db
from contactcenter.db import Conn
from contactcenter.dispatch.connection import rules_of
from contactcenter.dispatch.sights import Candidate
from contactcenter.tickets.tickets import Ticket

_SQL = db.Statements(__name__)
_candidates_by_band = _SQL.take("candidates_by_band", Candidate)


async def arm(conn: Conn, now: datetime) -> dict[str, str]:
    """What an offer keeps of the experiment with bands: ``none`` where they are not used."""
    return {"bands": bands.arm_of((await rules_of(conn)).bands, now) or "none"}


async def candidates(conn: Conn, ticket: Ticket, asked: tuple[Any, ...]) -> list[Candidate]:
    """Who may have the ticket, by his band for its kind of customer; asked as without bands."""
    segment = bands.segment_of((await rules_of(conn)).bands, ticket.temperament)
    return await _candidates_by_band.all(conn, *asked, segment)
