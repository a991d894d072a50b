"""What is not sent of notices after all: asked when their messages are claimed.

Between the writing of a message and its sending a notice may be stopped or paused, the reader may
have said that he wants nothing, or it may have become late.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from contactcenter.notices import notice_limits
from contactcenter.outbound import opt_outs, outbox
from contactcenter.outbound.outbox import Job

#: The code of a message of a notice that was stopped before it was sent.
STOPPED: Final = "notice_stopped"
#: One of a notice that pauses is looked at again after this.
_PAUSED_S: Final = 60.0


class _UnderWay(Struct, frozen=True, kw_only=True):
    interaction_id: int
    state: str
    calendar_id: int | None
    preferred_hours: dict[str, Any] | None
    is_opted_out: bool


_SQL = db.Statements(__name__)
_under_way = _SQL.take("under_way", _UnderWay)


async def hold(conn: Conn, now: datetime, jobs: Sequence[Job]) -> list[Job]:
    """Those of the claimed messages that are notices and do not go out now: failed, or put back."""
    by_interaction = {job.interaction_id: job for job in jobs if job.ticket_id is None}
    if not by_interaction:
        return []
    held = []
    limit = await notice_limits.find(conn)
    under_way = await _under_way.all(conn, sorted(by_interaction))
    hours = await notice_limits.calendars_of(conn, [one.calendar_id for one in under_way])
    for one in under_way:
        job = by_interaction[one.interaction_id]
        closed = notice_limits.closed_until(now, one.calendar_id, one.preferred_hours, limit, hours)
        if one.is_opted_out:
            detail = opt_outs.NOT_SENT
            await outbox.failed(conn, now, job, "failed", code=opt_outs.CODE, detail=detail)
        elif one.state == "stopped":
            detail = "The notice was stopped; it was not sent."
            await outbox.failed(conn, now, job, "failed", code=STOPPED, detail=detail)
        elif one.state == "paused":
            await outbox.put_back(conn, job, error="the notice pauses", wait_s=_PAUSED_S)
        elif closed is not None:
            wait_s = max(1.0, (closed - now).total_seconds())
            await outbox.put_back(conn, job, error="not at this hour", wait_s=wait_s)
        else:
            continue
        held.append(job)
    return held
