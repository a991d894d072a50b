"""Supervisors in calls: who, how, and from when to when; a row for each way he was in it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

#: He hears; the agent hears him as well; the customer, too.
Mode = Literal["listen", "whisper", "barge"]


class Supervision(Struct, frozen=True, kw_only=True):
    """A row of ``call_supervision``.

    ``leg_id`` is the supervisor's telephone, ``agent_id`` who talked with the customer then,
    ``coached_leg_id`` the one telephone that hears a whisper. ``is_told`` is whether the agent
    knows of it.
    """

    id: int
    call_id: int
    leg_id: int
    supervisor_id: int
    agent_id: int | None
    coached_leg_id: int | None
    mode: Mode
    is_told: bool
    began_at: datetime
    ended_at: datetime | None


_SQL = db.Statements(__name__)
_open_of_call = _SQL.take("open_of_call", Supervision)
_begin = _SQL.take("begin", Supervision)
_finish = _SQL.command("finish")
_set_purpose = _SQL.command("set_purpose")


async def open_of_call(conn: Conn, call_id: int) -> list[Supervision]:
    """Those in a call now, or on their way there."""
    return await _open_of_call.all(conn, call_id)


async def begin(
    conn: Conn,
    now: datetime,
    *,
    call_id: int,
    leg_id: int,
    supervisor_id: int,
    agent_id: int | None,
    coached_leg_id: int | None,
    mode: Mode,
    is_told: bool,
) -> Supervision:
    """Write down that somebody is in a call in this way, and what his telephone is there for."""
    await _set_purpose.run(conn, leg_id, mode)
    return await _begin.one(
        conn, call_id, leg_id, supervisor_id, agent_id, coached_leg_id, mode, is_told, now
    )


async def finish(conn: Conn, now: datetime, supervision: Supervision) -> None:
    """He is not in it any more, or in another way."""
    await _finish.run(conn, supervision.id, now)
