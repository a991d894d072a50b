"""How chats end: a last line that says who ended it, until somebody writes again.

``turns`` tells here what tickets are over and which came back, in the transaction in which that
happens; who ends his chat himself is in ``chat_farewell``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

EndedBy = Literal["visitor", "agent", "centre"]

#: By these turns of a ticket its chats end, and who ends them.
ENDINGS: Final[Mapping[str, EndedBy]] = {
    "ticket_solved": "agent",
    "ticket_abandoned": "visitor",
    "ticket_marked_spam": "centre",
}
#: By this turn they go on.
REOPENING: Final = "ticket_reopened"


class Outlook(Struct, frozen=True, kw_only=True):
    """Whether ``somebody_waits`` for an answer to a ticket; whether words of his are untriaged."""

    somebody_waits: bool
    is_unheard: bool


class _Held(Struct, frozen=True, kw_only=True):
    id: int
    ticket_id: int


_SQL = db.Statements(__name__)
_hold = _SQL.take("hold", _Held)
_end_all = _SQL.command("end_all")
_begin_again = _SQL.command("begin_again")
_ticket_of = _SQL.take("ticket_of", int)
_end_one = _SQL.take("end_one", int)
_outlook = _SQL.take("outlook", Outlook)


async def follow(conn: Conn, now: datetime, turned: Sequence[tuple[int, str]]) -> None:
    """Let chats end or go on with their tickets: each with the kind of event that tells of it.

    An agent's last words come before the end, also those that wait to be sent.
    """
    over = {ticket_id: ENDINGS[kind] for ticket_id, kind in turned if kind in ENDINGS}
    held = await _hold.all(conn, list(over)) if over else []
    if held:
        ended_by = [over[one.ticket_id] for one in held]
        await _end_all.run(conn, [one.id for one in held], now, ended_by)
    back = [ticket_id for ticket_id, kind in turned if kind == REOPENING]
    if back:
        await _begin_again.run(conn, back)


async def ticket_of(conn: Conn, visitor_id: int) -> int | None:
    """The ticket a visitor writes in; None while he has none, or is unknown."""
    return await _ticket_of.first(conn, visitor_id) or None


async def end_one(conn: Conn, now: datetime, visitor_id: int, ticket_id: int) -> bool:
    """Note that a visitor ended his chat in this ticket, which is locked; False if it is over."""
    return await _end_one.first(conn, visitor_id, ticket_id, now) is not None


async def outlook(conn: Conn, ticket_id: int) -> Outlook:
    """Who still waits for an answer to a ticket."""
    return await _outlook.one(conn, ticket_id)
