"""The ledger of promises: a row a clock, a row a pause; what has ended is never written again.

Clocks of a ticket change only under that ticket's row lock. What they mean is ``routing.sla``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import db, timers
from contactcenter.db import Conn
from contactcenter.tickets.tickets import Ticket
from routing import sla
from routing.sla import Clock, Happening, Metric, Pause, Situation
from routing.states import State


class Row(Struct, frozen=True, kw_only=True):
    """A row of ``sla_clock`` with its pauses; ``calendar_now`` is the calendar's version now.

    ``due_at`` and ``warn_at`` are None while it stands still, and where its calendar never opens
    again. ``paused_at`` and ``resumed_at`` go together; None is a pause that goes on.
    """

    id: int
    ticket_id: int
    metric: Metric
    episode: int
    policy: str
    target_s: int
    warn_share: float
    calendar_id: int | None
    calendar_version: int | None
    configuration_version: int
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None
    ended_by: sla.Ending | None
    calendar_now: int | None
    paused_at: list[datetime]
    resumed_at: list[datetime | None]

    @property
    def clock(self) -> Clock:
        """What the rules want to know of it."""
        return Clock(
            metric=self.metric,
            episode=self.episode,
            target=timedelta(seconds=self.target_s),
            started_at=self.started_at,
            pauses=tuple(
                Pause(from_at=from_at, to_at=to_at)
                for from_at, to_at in zip(self.paused_at, self.resumed_at, strict=True)
            ),
            breached_at=self.breached_at,
            ended_at=self.ended_at,
            ended_by=self.ended_by,
        )


class Standing(Struct, frozen=True, kw_only=True):
    """How a ticket stands, and the calendar of the queue it is in."""

    situation: Situation
    calendar_id: int | None


class Wanted(Struct, frozen=True, kw_only=True):
    """A timer of a running clock."""

    ticket_id: int
    metric: Metric
    kind: timers.Kind
    due_at: datetime


class _Standing(Struct, frozen=True, kw_only=True):
    ticket_id: int
    state: State
    episode: int
    enqueued_at: datetime
    was_answered: bool
    replied_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    is_dropped: bool
    calendar_id: int | None


class _Version(Struct, frozen=True, kw_only=True):
    id: int
    version: int


_NOTHING: Final = Happening()

_SQL = db.Statements(__name__)
_is_promised = _SQL.take("is_promised", bool)
_has_policies = _SQL.take("has_policies", bool)
_standing = _SQL.take("standing", _Standing)
_open_of = _SQL.take("open_of", Row)
_ledger = _SQL.take("ledger", Row)
_is_unanswered = _SQL.take("is_unanswered", bool)
_counted_otherwise = _SQL.take("counted_otherwise", int)
_versions = _SQL.take("versions", _Version)
_write = _SQL.command("write")


def note(
    conn: Conn, ticket_id: int, *, is_new: bool = False, heard_at: datetime | None = None
) -> None:
    """Something happened to a ticket that its promises depend on.

    The dispatcher's connection remembers it until the end of the hold, when all are settled.
    """
    happened: dict[int, Happening] | None = getattr(conn, "happened", None)
    if happened is not None:
        before = happened.get(ticket_id, _NOTHING)
        happened[ticket_id] = before.and_then(Happening(is_new=is_new, heard_at=heard_at))


async def is_promised(conn: Conn) -> bool:
    """Whether anything that was promised still runs."""
    return await _is_promised.one(conn)


async def has_policies(conn: Conn) -> bool:
    """Whether anything is promised from now on."""
    return await _has_policies.one(conn)


async def standing(conn: Conn, ticket_ids: Iterable[int]) -> dict[int, Standing]:
    """How these tickets stand."""
    return {
        row.ticket_id: Standing(
            situation=Situation(
                state=row.state,
                episode=row.episode,
                enqueued_at=row.enqueued_at,
                was_answered=row.was_answered,
                replied_at=row.replied_at,
                solved_at=row.solved_at,
                closed_at=row.closed_at,
                is_dropped=row.is_dropped,
            ),
            calendar_id=row.calendar_id,
        )
        for row in await _standing.all(conn, list(ticket_ids))
    }


def situation(ticket: Ticket) -> Situation:
    """How a locked ticket stands; of one that is open."""
    return Situation(
        state=ticket.state,
        episode=ticket.episode,
        enqueued_at=ticket.enqueued_at,
        was_answered=ticket.first_reply_at is not None,
        replied_at=ticket.last_reply_at,
        solved_at=ticket.solved_at,
        closed_at=ticket.closed_at,
        is_dropped=ticket.spam,
    )


async def open_of(conn: Conn, ticket_ids: Iterable[int]) -> list[Row]:
    """Their clocks that have not ended, oldest first."""
    return await _open_of.all(conn, list(ticket_ids))


async def ledger(conn: Conn, ticket_id: int) -> list[Row]:
    """Every clock a ticket ever had, oldest first."""
    return await _ledger.all(conn, ticket_id)


async def is_unanswered(conn: Conn, interaction_id: int) -> bool:
    """Whether a reply failed, and the customer has no other to what he wrote before it."""
    return await _is_unanswered.one(conn, interaction_id)


async def counted_otherwise(conn: Conn, calendar_id: int, limit: int) -> list[int]:
    """Tickets with clocks that were last counted with an earlier version of this calendar."""
    return await _counted_otherwise.all(conn, calendar_id, limit)


async def versions(conn: Conn, calendar_ids: Iterable[int]) -> dict[int, int]:
    """The version of each of these calendars."""
    return {row.id: row.version for row in await _versions.all(conn, sorted(calendar_ids))}


async def write(
    conn: Conn,
    now: datetime,
    changes: Sequence[Mapping[str, Any]],
    starts: Sequence[Mapping[str, Any]],
    wanted: Sequence[Wanted],
) -> None:
    """Write what ``sla`` made of them, in one statement."""
    await _write.run(conn, now, *map(_json, (changes, starts, wanted)))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
