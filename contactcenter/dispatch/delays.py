"""Who may be asked after a delay: tickets that wait already hear of others who may have them later.

Every look of a ticket sets its timer (``delay_step``) for the next who may be asked. Where a
membership is new, or its delay another, nobody looks: then the queue is gone through.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from contactcenter import db
from contactcenter.db import Conn

#: So many tickets of a queue are taken up together: a hold goes through 32 parts, and people wait.
_AT_ONCE: Final = 100

_SQL = db.Statements(__name__)
_ask_queues = _SQL.command("ask_queues")
_go_on_through = _SQL.command("go_on_through")
_ask_some = _SQL.take("ask_some", int)


async def changed(conn: Conn, now: datetime, queue_ids: Collection[int] | None = None) -> None:
    """Somebody serves these queues, or any, after a delay that is new: what waits is told soon.

    Some at a time, so that nobody waits for all of them.
    """
    if queue_ids or queue_ids is None:
        await _ask_queues.run(conn, now, None if queue_ids is None else sorted(queue_ids))


async def go_through(conn: Conn, since: datetime, queue_id: int, after_id: int) -> None:
    """Have the next tickets of a queue look again as soon as one more may be asked, not later.

    ``since`` is when that was asked for: what has become possible meanwhile looks at once.
    """
    last_id = await _ask_some.first(conn, queue_id, after_id, since, _AT_ONCE)
    if last_id is not None:
        await _go_on_through.run(conn, since, queue_id, last_id)
