"""Which queues a team serves, on what terms: each member who meets what they require."""

from datetime import datetime

from contactcenter import configuration, db, queues
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.queues import Queue, Terms


class TeamQueue(Terms, frozen=True, kw_only=True):
    """A team serves a queue."""

    team_id: int
    queue_id: int
    queue_name: str


_SQL = db.Statements(__name__)
_of_team = _SQL.take("of_team", TeamQueue)
_find = _SQL.take("find", TeamQueue)
_put = _SQL.command("put")
_remove = _SQL.command("remove")


async def of_team(conn: Conn, team_id: int) -> list[TeamQueue]:
    """The queues of a team, by name."""
    return await _of_team.all(conn, team_id)


async def put(
    conn: Conn, now: datetime, team_id: int, queue: Queue, terms: Terms, *, actor: str
) -> TeamQueue:
    """Let a team serve a queue on these terms; who then serves it is compiled by the caller.

    Raises ``QueueArchived``.
    """
    queues.check_standing(queue)
    before = await _find.first(conn, team_id, queue.id)
    await _put.run(
        conn, team_id, queue.id, terms.level, terms.delay_s, terms.handicap_s, terms.band
    )
    after = await _find.one(conn, team_id, queue.id)
    await _record(conn, now, before, after, actor=actor)
    return after


async def remove(conn: Conn, now: datetime, team_id: int, queue_id: int, *, actor: str) -> None:
    """Let a team not serve a queue any more; raises ``NotFound`` where it does not."""
    before = await _find.first(conn, team_id, queue_id)
    if before is None:
        raise NotFound(f"team {team_id} does not serve queue {queue_id}")
    await _remove.run(conn, team_id, queue_id)
    await _record(conn, now, before, None, actor=actor)


async def _record(
    conn: Conn, now: datetime, before: TeamQueue | None, after: TeamQueue | None, *, actor: str
) -> None:
    changed = configuration.differences(before, after, untold=("queue_name",))
    which = after or before
    assert which is not None, "there was one or there is one now"
    if changed:
        name = f"{which.team_id}:{which.queue_id}"
        await configuration.record(conn, now, "team_queue", name, changed, actor=actor)
