"""What agents know: levels 1 to 9 by kind and name, asked for by the queues that teams serve."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.db import Conn


class Skills(Struct, frozen=True, kw_only=True):
    """All that one agent knows. ``version`` is the agent's."""

    agent_id: int
    skill: dict[str, int]
    language: dict[str, int]
    product: dict[str, int]
    version: int


class _Read(Struct, frozen=True, kw_only=True):
    agent_id: int
    version: int
    levels: dict[str, dict[str, int]]


_SQL = db.Statements(__name__)
_find = _SQL.take("find", _Read)
_remove_others = _SQL.command("remove_others")
_put = _SQL.command("put")
_touch = _SQL.command("touch")


async def find(conn: Conn, agent_id: int) -> Skills:
    """What an agent knows, who is known to exist."""
    row = await _find.one(conn, agent_id)
    return Skills(
        agent_id=row.agent_id,
        skill=row.levels.get("skill", {}),
        language=row.levels.get("language", {}),
        product=row.levels.get("product", {}),
        version=row.version,
    )


async def replace(
    conn: Conn, now: datetime, before: Skills, after: Skills, *, actor: str
) -> Skills:
    """Let an agent whose row is locked know exactly this; under the routing lock.

    The caller sees to the queues he serves by it.
    """
    changed = configuration.differences(before, after)
    if not changed:
        return before
    rows = [
        (kind, name, level)
        for kind in ("skill", "language", "product")
        for name, level in getattr(after, kind).items()
    ]
    columns: tuple[list[Any], ...] = tuple([row[n] for row in rows] for n in range(3))
    await _remove_others.run(conn, before.agent_id, columns[0], columns[1])
    await _put.run(conn, before.agent_id, *columns)
    await _touch.run(conn, before.agent_id)
    await configuration.record(conn, now, "agent_skills", before.agent_id, changed, actor=actor)
    return await find(conn, before.agent_id)
