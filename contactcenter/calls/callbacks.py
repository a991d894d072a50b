"""Callbacks: somebody is to be called instead of waiting on the line.

His ticket waits in his place, as old as it is, for somebody with a telephone. That one's telephone
rings first; the customer is dialled when he is there. Changed only under the routing lock.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

State = Literal["waiting", "calling", "kept", "unanswered", "cancelled"]
Ending = Literal["kept", "unanswered", "cancelled"]


class Callback(Struct, frozen=True, kw_only=True):
    """A row of ``callback``: ``attempts`` is how often the customer was dialled."""

    id: int
    ticket_id: int
    entry_point_id: int
    address: str
    language: str | None
    asked_in_call_id: int | None
    state: State
    attempts: int
    asked_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_because: str | None
    version: int


_SQL = db.Statements(__name__)
_find = _SQL.take("find", Callback)
_open_of = _SQL.take("open_of", Callback)
_latest_of_call = _SQL.take("latest_of_call", int)
_ask = _SQL.take("ask", int)
_end = _SQL.command("end_callback")
_dialled = _SQL.command("dialled")
_again = _SQL.command("again")


async def find(conn: Conn, callback_id: int) -> Callback | None:
    """Read one."""
    return await _find.first(conn, callback_id)


async def open_of(conn: Conn, ticket_id: int) -> Callback | None:
    """The callback that is promised to the customer of a ticket; locked."""
    return await _open_of.first(conn, ticket_id)


async def latest_of_call(conn: Conn, call_id: int) -> int | None:
    """What was promised to who called, whatever became of it."""
    return await _latest_of_call.first(conn, call_id)


async def ask(
    conn: Conn,
    now: datetime,
    *,
    ticket_id: int,
    entry_point_id: int,
    address: str,
    language: str | None,
    call_id: int | None,
) -> int:
    """Promise it; whoever has asked before has asked once."""
    return await _ask.one(conn, ticket_id, entry_point_id, address, language, call_id, now)


async def end(conn: Conn, now: datetime, callback_id: int, state: Ending, because: str) -> None:
    """It is over, for good."""
    await _end.run(conn, callback_id, state, because, now)


async def dialled(conn: Conn, callback_id: int) -> None:
    """The customer is being called, once more."""
    await _dialled.run(conn, callback_id)


async def again(conn: Conn, callback_id: int, due_at: datetime) -> None:
    """He did not answer: not before this instant again."""
    await _again.run(conn, callback_id, due_at)
