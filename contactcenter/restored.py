"""What has to be done once after a database was restored from a backup, before anybody serves.

A backup is the past. What it says is still to be sent may have been sent since, who was signed in
then is not now, and the positions clients keep in the feed are of a history that did not happen.
"""

from datetime import datetime
from functools import partial
from typing import Final

import structlog
from msgspec import Struct

from contactcenter import db, events, timers
from contactcenter.db import Conn, Database
from contactcenter.dispatch import presence
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.errors import Conflict
from contactcenter.outbound import outbox

#: So many rows a transaction: no writing transaction of ours lasts over a second.
_PIECE: Final = 2000
#: Each message gets an event of its own.
_MESSAGES: Final = 100

log = structlog.get_logger()


class Restored(Struct, frozen=True, kw_only=True):
    """What was done: how many of each, and the new epoch of the feed."""

    epoch: int
    events_moved: int
    messages_distrusted: int
    agents_signed_off: int
    sessions_ended: int
    links_ended: int
    tokens_alive: int


_SQL = db.Statements(__name__)
_serving = _SQL.take("serving", int)
_move_events = _SQL.command("move_events")
_raise_epoch = _SQL.take("raise_epoch", int)
_end_sessions = _SQL.command("end_sessions")
_end_links = _SQL.command("end_links")
_end_leases = _SQL.command("end_leases")
_hold_timers = _SQL.command("hold_timers")
_there = _SQL.take("there", int)
_tokens_alive = _SQL.take("tokens_alive", int)


async def restored(database: Database) -> Restored:
    """Make a restored database fit to be served; raises ``Conflict`` while somebody serves it.

    Doing it twice does no harm but to sign everybody off once more.
    """
    async with database.read() as conn:
        if serving := await _serving.one(conn):
            raise Conflict(f"{serving} processes serve this database; stop them first")
    events_moved = await _all_pieces(database)
    distrusted = await _distrust(database)
    signed_off = await _sign_off(database)
    async with database.transaction() as conn:
        sessions_ended = await _end_sessions.run(conn)
        links_ended = await _end_links.run(conn)
        await _end_leases.run(conn)
        epoch = await _raise_epoch.one(conn)
        tokens_alive = await _tokens_alive.one(conn)
        data = {
            "epoch": epoch,
            "messages_distrusted": distrusted,
            "agents_signed_off": signed_off,
        }
        now = await timers.clock(conn)
        event = events.Event(kind="database_restored", at=now, actor="system", data=data)
        await events.record(conn, event)
    log.warning("database_restored", epoch=epoch, messages_distrusted=distrusted)
    return Restored(
        epoch=epoch,
        events_moved=events_moved,
        messages_distrusted=distrusted,
        agents_signed_off=signed_off,
        sessions_ended=sessions_ended,
        links_ended=links_ended,
        tokens_alive=tokens_alive,
    )


async def _all_pieces(database: Database) -> int:
    """Put events with a transaction id that this server has yet to come to before all new ones."""
    moved = 0
    while True:
        async with database.transaction() as conn:
            piece = await _move_events.run(conn, _PIECE)
        moved += piece
        if not piece:
            return moved


async def _distrust(database: Database) -> int:
    """Nobody knows what became of messages that the backup has as unsent."""
    distrusted = 0
    while True:
        async with database.transaction() as conn:
            now = await timers.clock(conn)
            piece = await outbox.distrust(conn, now, at_most=_MESSAGES)
        distrusted += piece
        if not piece:
            return distrusted


async def _sign_off(database: Database) -> int:
    async with database.transaction() as conn:
        await _hold_timers.run(conn)
        there = await _there.all(conn)
    async with dispatching(database) as dispatcher:
        for agent_id in there:
            await dispatcher.submit(partial(_offline, agent_id))
    return len(there)


async def _offline(agent_id: int, conn: Conn, now: datetime) -> None:
    await presence.change(conn, now, agent_id, "offline", "restored", actor="system")
