"""What the provider is asked to do in a call: written with the change that is its reason.

A command is carried out beside that change, after it is committed, by ``switchboard.operator``;
those of one call in the order in which they were written. One that was begun and never answered is
``sending`` until its claim is over, and then taken up again.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn

Verb = Literal[
    "offer",
    "connect",
    "hold",
    "unhold",
    "add",
    "remove",
    "coach",
    "record",
    "pause_recording",
    "resume_recording",
    "hang_up",
    "leave_queue",
]

#: The error of a command whose answer was lost.
DOUBT: Final = "nobody knows whether it was done"
#: Longer than any request to a provider may take, so that a live operator never loses its claim.
CLAIM_S: Final = 20


class Command(Struct, frozen=True, kw_only=True):
    """A claimed command; ``attempts`` counts this one, ``is_doubtful`` says that it may be done.

    ``leg_id`` is the telephone it is about, where it is about one.
    """

    id: int
    call_id: int
    leg_id: int | None
    verb: Verb
    arguments: dict[str, Any]
    attempts: int
    created_at: datetime
    is_doubtful: bool


class Told(Struct, frozen=True, kw_only=True):
    """A command as it is shown: what was to be done, and what became of it."""

    id: int
    leg_id: int | None
    verb: str
    arguments: dict[str, Any]
    state: str
    attempts: int
    error: str | None
    created_at: datetime
    done_at: datetime | None


_SQL = db.Statements(__name__)
_write = _SQL.take("write", int)
_claim = _SQL.take("claim", Command)
_finish = _SQL.command("finish")
_put_back = _SQL.command("put_back")
_call_off = _SQL.command("call_off")
_of_call = _SQL.take("of_call", Told)


async def write(
    conn: Conn,
    now: datetime,
    call_id: int,
    verb: Verb,
    *,
    leg_id: int | None = None,
    due_at: datetime | None = None,
    **arguments: object,
) -> int:
    """Ask for something; it is done once the caller's transaction is committed, not before."""
    return await _write.one(conn, call_id, leg_id, verb, arguments, due_at or now, now)


async def claim(conn: Conn, now: datetime, *, at_most: int) -> list[Command]:
    """Take what is due, of each call the first that is open: what came before it is done.

    What somebody else claimed and never finished is taken over, and says so.
    """
    until_at = now + timedelta(seconds=CLAIM_S)
    return await _claim.all(conn, now, until_at, at_most, DOUBT)


async def finish(
    conn: Conn,
    now: datetime,
    command: Command,
    state: Literal["done", "refused", "failed"],
    *,
    error: str | None = None,
) -> None:
    """Say what became of a claimed command: done, nobody there any more, or never possible.

    Who was so slow that another took it over says nothing.
    """
    await _finish.run(conn, command.id, command.attempts, state, error, now)


async def put_back(
    conn: Conn, command: Command, *, due_at: datetime, error: str, is_doubtful: bool = False
) -> None:
    """Once more, later: it was certainly not done, or is looked for first."""
    await _put_back.run(conn, command.id, command.attempts, due_at, DOUBT if is_doubtful else error)


async def call_off(
    conn: Conn, now: datetime, leg_id: int, *verbs: Verb, reason: str = "called off"
) -> None:
    """What nobody has begun with is not wanted any more."""
    await _call_off.run(conn, leg_id, list(verbs), reason, now)


async def of_call(conn: Conn, call_id: int) -> list[Told]:
    """All of a call, in order."""
    return await _of_call.all(conn, call_id)
