"""What visitors see of their conversations: lines, numbered without a gap.

A line's number is counted under the lock of its visitor's row, so the order of the numbers is that
of the commits: whoever has read up to a number never finds a line below it later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import structlog
from msgspec import Struct

from channels import Line
from contactcenter import db
from contactcenter.chats import chat_files
from contactcenter.db import Conn

#: So many lines of one visitor are read at once; whoever lacks more is read again.
PAGE: Final = 100

log = structlog.get_logger()


class Spoken(Struct, frozen=True, kw_only=True):
    """A visitor's message that has just been stored; ``is_left`` where nobody was there."""

    address: str
    interaction_id: int
    client_id: str
    is_left: bool = False


class Shown(Struct, frozen=True, kw_only=True):
    """Whom a message of ours was put before, and whether that happened now."""

    visitor_id: int
    is_new: bool


class _Held(Struct, frozen=True, kw_only=True):
    id: int
    address: str
    last_sequence: int


class _Row(Struct, frozen=True, kw_only=True):
    visitor_id: int
    sequence: int
    interaction_id: int
    client_id: str | None = None
    correlation_id: str | None = None
    is_left: bool = False


class _Said(Struct, frozen=True, kw_only=True):
    visitor_id: int
    sequence: int
    at: datetime
    by: Literal["visitor", "agent", "centre"]
    kind: Literal["message", "ended"]
    text: str
    name: str | None
    client_id: str | None
    interaction_id: int | None
    has_files: bool


_SQL = db.Statements(__name__)
_hold = _SQL.take("hold", _Held)
_add = _SQL.command("add")
_goes_on = _SQL.command("goes_on")
_written = _SQL.take("written", int)
_is_shown = _SQL.take("is_shown", bool)
_after = _SQL.take("after", _Said)


async def add_spoken(conn: Conn, now: datetime, spoken: Sequence[Spoken]) -> list[int]:
    """Put visitors' messages into their own lines, with the messages themselves.

    The last one's ticket is the visitor's from now on, and a chat he ended goes on. Returns who has
    new lines.
    """
    held = await _hold.all(conn, sorted({one.address for one in spoken}))
    if unknown := {one.address for one in spoken} - {one.address for one in held}:
        log.warning("chat_visitors_not_known", count=len(unknown))
    by_address = {one.address: one for one in held}
    last = {one.id: one.last_sequence for one in held}
    rows = []
    for one in spoken:
        if (visitor := by_address.get(one.address)) is not None:
            last[visitor.id] += 1
            rows.append(
                _Row(
                    visitor_id=visitor.id,
                    sequence=last[visitor.id],
                    interaction_id=one.interaction_id,
                    client_id=one.client_id,
                    is_left=one.is_left,
                )
            )
    await _write(conn, now, rows)
    latest = {row.visitor_id: row.interaction_id for row in rows}
    await _goes_on.run(conn, list(latest), list(latest.values()))
    return sorted(latest)


async def add_ours(conn: Conn, now: datetime, *, address: str, correlation_id: str) -> Shown | None:
    """Put a message of ours into a visitor's lines, once; None where there is no such visitor.

    ``correlation_id`` is of the attempt to send it, which tells what the message is.
    """
    held = await _hold.all(conn, [address])
    interaction_id = await _written.first(conn, correlation_id)
    if not held or interaction_id is None:
        return None
    visitor = held[0]
    if await _is_shown.one(conn, interaction_id, visitor.id):
        return Shown(visitor_id=visitor.id, is_new=False)
    row = _Row(
        visitor_id=visitor.id,
        sequence=visitor.last_sequence + 1,
        interaction_id=interaction_id,
        correlation_id=correlation_id,
    )
    await _write(conn, now, [row])
    return Shown(visitor_id=visitor.id, is_new=True)


async def after(conn: Conn, reached: Mapping[int, int]) -> dict[int, list[Line]]:
    """What each visitor lacks after the number he has reached, in order, ``PAGE`` of each at most.

    Fewer than that are all there are.
    """
    lines = await _after.all(conn, list(reached), list(reached.values()), PAGE)
    with_files = [one.interaction_id for one in lines if one.has_files and one.interaction_id]
    files = await chat_files.of_interactions(conn, with_files) if with_files else {}
    found: dict[int, list[Line]] = {}
    for one in lines:
        line = Line(
            sequence=one.sequence,
            at=one.at,
            by=one.by,
            kind=one.kind,
            text=one.text,
            name=one.name,
            client_id=one.client_id,
            files=files.get(one.interaction_id or 0, ()),
        )
        found.setdefault(one.visitor_id, []).append(line)
    return found


async def _write(conn: Conn, now: datetime, rows: Sequence[_Row]) -> None:
    """Write messages as lines of visitors whose rows are locked."""
    if rows:
        await _add.run(
            conn,
            [row.visitor_id for row in rows],
            [row.sequence for row in rows],
            [row.interaction_id for row in rows],
            [row.client_id for row in rows],
            [row.correlation_id for row in rows],
            [row.is_left for row in rows],
            now,
        )
