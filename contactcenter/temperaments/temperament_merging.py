"""A contact's temperament when he turns out to be another, and when that was a mistake.

Evidence goes where its interaction goes. If either has objected to being judged, nothing is thought
of both together; what is kept of the other one stays, so that undoing the merge gives it back.
"""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.temperaments import temperament_evidence


class MovedTemperament(Struct, frozen=True, kw_only=True):
    """What a merge changed: refusals that moved, and whether the kept contact objects since."""

    refusal_ids: list[int] = []
    opted_out: bool = False


_SQL = db.Statements(__name__)
_opt_out_with = _SQL.take("opt_out_with", int)
_rest = _SQL.command("rest")
_opt_in_again = _SQL.command("opt_in_again")


async def move(
    conn: Conn, now: datetime, from_id: int, to_id: int, *, actor: str
) -> MovedTemperament:
    """Bring together what is known of both, once the interactions are; both are locked."""
    refusal_ids = await temperament_evidence.move(conn, from_id, to_id)
    opted_out = await _opt_out_with.first(conn, from_id, to_id, now, actor) is not None
    await _rest.run(conn, from_id)
    return MovedTemperament(refusal_ids=refusal_ids, opted_out=opted_out)


async def move_back(conn: Conn, from_id: int, to_id: int, moved: MovedTemperament) -> None:
    """Part what is known of both, once the interactions are; both are locked."""
    await temperament_evidence.move_back(conn, from_id, to_id, moved.refusal_ids)
    if moved.opted_out:
        await _opt_in_again.run(conn, from_id)
