"""What becomes of the messages we sent: callbacks in any order, and a state that only rises."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import STATUS_RANK, StatusUpdate
from contactcenter import db, events, timers
from contactcenter.db import Conn

#: A state of ours that knows less than any provider's word.
_RANK_BEFORE_ALL: Final = -1
#: States in which the customer has not got it.
_NOT_DELIVERED: Final = frozenset({"undelivered", "failed", "canceled"})


class _Message(Struct, frozen=True, kw_only=True):
    id: int
    state: str
    ticket_id: int | None
    contact_id: int
    error_code: str | None


class _Sent(_Message, frozen=True, kw_only=True):
    external_id: str


class _Status(Struct, frozen=True, kw_only=True):
    status: str
    error_code: str | None
    received_at: datetime


_SQL = db.Statements(__name__)
_lock_message = _SQL.command("lock_message")
_keep_status = _SQL.take("keep_status", datetime)
_sent_message = _SQL.take("sent_message", _Message)
_adopt = _SQL.command("adopt")
_kept_statuses = _SQL.take("kept_statuses", _Status)
_set_state = _SQL.command("set_state")
_lock_messages = _SQL.command("lock_messages")
_keep_states = _SQL.command("keep_states")
_sent_messages = _SQL.take("sent_messages", _Sent)
_set_states = _SQL.command("set_states")


async def note_status(conn: Conn, update: StatusUpdate) -> bool:
    """Keep a callback and, if it tells more than what is known, raise the message's state.

    The first report on a message whose answer was lost tells that it was sent, and by what id.
    Returns whether a message's state rose.
    """
    await _lock_message.run(conn, update.external_id)
    received_at = await _keep_status.one(
        conn, update.channel, update.external_id, update.status, update.error_code
    )
    if update.correlation_id is not None:
        await _adopt.run(conn, update.external_id, update.correlation_id)
    return await _raise(
        conn,
        update.external_id,
        _Status(status=update.status, error_code=update.error_code, received_at=received_at),
    )


async def note_states(conn: Conn, channel: str, states: Mapping[str, str]) -> int:
    """The same for many messages at once, by external id; of outcomes that are no failure.

    Returns how many messages' states rose.
    """
    ids = sorted(states)
    await _lock_messages.run(conn, ids)
    known = await _sent_messages.all(conn, ids)
    early = sorted(set(ids) - {one.external_id for one in known})  # before the sender's own note
    if early:
        await _keep_states.run(conn, channel, early, [states[one] for one in early])
    rose = [one for one in known if rises(one.state, states[one.external_id])]
    received_at = await timers.clock(conn)
    await _set_states.run(conn, [one.id for one in rose], [states[one.external_id] for one in rose])
    await events.record(
        conn, *(_rise(one, states[one.external_id], None, received_at) for one in rose)
    )
    return len(rose)


async def lock(conn: Conn, external_id: str) -> None:
    """Order the sender's own write of a message's id with the callbacks about it."""
    await _lock_message.run(conn, external_id)


async def apply_kept(conn: Conn, external_id: str) -> list[str]:
    """Apply what was told of a message before we knew its id; after ``lock`` and the write.

    Returns the codes of the failures that raised its state.
    """
    kept = await _kept_statuses.all(conn, external_id)
    rose = [status for status in kept if await _raise(conn, external_id, status)]
    return [status.error_code for status in rose if status.error_code is not None]


def rises(now: str, then: str) -> bool:
    """Whether a status tells more than the present state; equal ranks do not replace one another.

    A joined semilattice up to the four outcomes of rank 3: whichever of those comes first stands.
    """
    return STATUS_RANK[then] > STATUS_RANK.get(now, _RANK_BEFORE_ALL)


async def _raise(conn: Conn, external_id: str, status: _Status) -> bool:
    message = await _sent_message.first(conn, external_id)
    if message is None or not rises(message.state, status.status):
        return False
    await _set_state.run(conn, message.id, status.status, status.error_code or message.error_code)
    if status.status in _NOT_DELIVERED and message.ticket_id is not None:
        await timers.set_for_message(
            conn, "sla_unsent", message.id, message.ticket_id, status.received_at
        )
    await events.record(conn, _rise(message, status.status, status.error_code, status.received_at))
    return True


def _rise(message: _Message, to: str, error_code: str | None, at: datetime) -> events.Event:
    return events.Event(
        kind="interaction_status_changed",
        at=at,
        actor="system",
        ticket_id=message.ticket_id,
        contact_id=message.contact_id,
        data={
            "interaction_id": message.id,
            "from": message.state,
            "to": to,
            "error_code": error_code,
        },
    )
