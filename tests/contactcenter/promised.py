"""A centre that promises things, on a clock of the test's own.

Each change is a hold of the routing lock: what is due fires before it, promises are settled after.
"""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import asyncpg
import factories as make

from channels import Channel
from contactcenter import addressing, calendars, desk, opening_hours, timers
from contactcenter.administration import calendar_setup
from contactcenter.calendars import Calendar
from contactcenter.dispatch import (
    arriving,
    ending,
    firing,
    holding,
    moving,
    pausing,
    promises,
    seek,
)
from contactcenter.dispatch.connection import RoutingConnection, forget_rules
from contactcenter.outbound import outbox
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket

T = TypeVar("T")

#: A Wednesday; in Tehran it is 12:00.
NOON = datetime(2026, 11, 18, 8, 30, tzinfo=UTC)
_SMS = cast(
    "Channel",
    SimpleNamespace(
        has_threads=False,
        max_files_bytes=5_000_000,
        sender=lambda address: address,
        size=lambda _text: SimpleNamespace(segments=1),
    ),
)


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


class Centre:
    """One queue with one agent who has room for everything; a test connection of the router."""

    def __init__(self, conn: RoutingConnection) -> None:
        self.conn = conn

    @classmethod
    async def opened(cls, dsn: str) -> "Centre":
        conn = await asyncpg.connect(dsn, connection_class=RoutingConnection)
        await make.prepare(conn)
        centre = cls(conn)
        centre.queue_id = await make.queue(conn, tier=1)
        await make.entry_point(conn, queue_id=centre.queue_id)
        centre.agent_id = await make.agent(conn, at(-600), capacity=1000)
        return centre

    queue_id: int
    agent_id: int

    async def promise(
        self, name: str = "all", *, position: int = 0, condition: Any = None, **columns: Any
    ) -> None:
        """A policy, in force from now on; times are in minutes."""
        targets = [columns.pop(metric, None) for metric in ("first", "next", "resolution")]
        await self.conn.execute(
            """INSERT INTO sla_policy (name, position, condition, first_reply_s, next_reply_s,
                                       resolution_s, calendar_id, warn_share)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
            name,
            position,
            condition or {},
            *[None if target is None else round(target * 60) for target in targets],
            columns.pop("calendar_id", None),
            columns.pop("warn_share", 0.75),
        )
        assert not columns, f"unknown: {columns}"
        await self.configured()

    async def configured(self) -> int:
        """A new version of the configuration; what was written of it counts from now on."""
        version = await make.configured(self.conn)
        forget_rules(self.conn)
        return version

    async def hold(self, now: datetime, change: Awaitable[T]) -> T:
        """What the dispatcher does in one hold of the lock."""
        async with self.conn.transaction():
            await self._fire(now)
            result = await change
            await seek.catch_up(self.conn, now)
            await promises.catch_up(self.conn, now)
        return result

    async def pass_to(self, minute: float) -> None:
        """Time passes; what is due fires when it is due."""
        while True:
            due_at = await self.conn.fetchval("SELECT min(due_at) FROM timer")
            if due_at is None or due_at > at(minute):
                return
            async with self.conn.transaction():
                await self._fire(due_at)

    async def fire_until(self, kind: str, minute: float) -> None:
        """What is due fires up to the first of this kind, and nothing that comes of it."""
        while True:
            async with self.conn.transaction():
                first = await timers.due(self.conn, at(minute))
                assert first is not None, f"no {kind} is due"
                await firing.fire_due(self.conn, at(minute), at_most=1)
            if first.kind == kind:
                return

    async def wake_up(self, minute: float) -> None:
        """The dispatcher was away until now; what was due meanwhile fires late."""
        while await self._fire(at(minute)):
            pass

    async def _fire(self, now: datetime) -> int:
        async with self.conn.transaction():
            return await firing.fire_due(self.conn, now, at_most=100)

    # What happens -----------------------------------------------------------------------------

    async def asked(self, minute: float, *, looked_at: float | None = None, **columns: Any) -> int:
        """A customer has a new problem; triage looks at it then, or later."""
        queue_id = columns.pop("queue_id", self.queue_id)
        ticket_id = await make.ticket(self.conn, at(minute), intake_queue_id=queue_id, **columns)
        now = minute if looked_at is None else looked_at
        await self.hold(at(now), self._route(now, ticket_id, queue_id))
        return ticket_id

    async def wrote(self, ticket_id: int, minute: float, *, looked_at: float | None = None) -> None:
        """The customer writes again, and triage looks at it."""
        await self.sent(ticket_id, minute)
        await self.looks(ticket_id, minute if looked_at is None else looked_at)

    async def sent(self, ticket_id: int, minute: float) -> None:
        """A message that nobody has looked at yet."""
        await make.interaction(self.conn, at(minute), ticket_id=ticket_id)

    async def looks(self, ticket_id: int, minute: float) -> None:
        """Triage looks at what is new, and hands it over."""
        await self.hold(at(minute), self._route(minute, ticket_id, self.queue_id))

    async def _route(self, minute: float, ticket_id: int, queue_id: int) -> None:
        rows = await self.conn.fetch(
            "SELECT id, received_at FROM interaction WHERE ticket_id = $1"
            " AND triaged_at IS NULL AND direction = 'inbound' ORDER BY id",
            ticket_id,
        )
        finding = arriving.Finding(
            ticket_id=ticket_id,
            interaction_ids=[row["id"] for row in rows],
            received_at=rows[-1]["received_at"],
            first_received_at=rows[0]["received_at"],
            temperament="unknown",
            language=None,
            subject="",
            queue_id=queue_id,
        )
        await arriving.route(self.conn, at(minute), finding)

    async def given(self, ticket_id: int, minute: float) -> None:
        change = holding.give_to(
            self.conn, at(minute), ticket_id, self.agent_id, actor="system", note_id=None
        )
        await self.hold(at(minute), change)

    async def held(self, minute: float, **columns: Any) -> int:
        """A new problem that the agent has at once."""
        ticket_id = await self.asked(minute, **columns)
        await self.given(ticket_id, minute)
        return ticket_id

    async def reply(self, ticket_id: int, minute: float) -> None:
        letter = addressing.Letter(text="Hello.", correlation_id=f"{ticket_id}-{minute}")
        async with self.conn.transaction():
            await desk.reply(
                self.conn,
                at(minute),
                ticket_id,
                letter,
                author_id=self.agent_id,
                actor=f"user:{self.agent_id}",
                channels={"sms": _SMS},
            )

    async def fails(self, ticket_id: int, minute: float) -> None:
        """The oldest reply that is waiting to be sent will not be."""
        job_id, interaction_id = await self.conn.fetchrow(
            """SELECT o.id, o.interaction_id FROM outbox o JOIN interaction i ON i.id = o.interaction_id
               WHERE i.ticket_id = $1 AND o.state = 'queued' ORDER BY o.id LIMIT 1""",
            ticket_id,
        )
        await self.conn.execute(
            "UPDATE outbox SET state = 'sending', claimed_until = now() WHERE id = $1", job_id
        )
        job = cast("outbox.Job", SimpleNamespace(id=job_id, interaction_id=interaction_id))
        async with self.conn.transaction():
            await outbox.failed(self.conn, at(minute), job, "failed", code="30003", detail="off")

    async def write_first(self, minute: float) -> int:
        change = desk.write_first(
            self.conn,
            at(minute),
            addressing.Letter(text="It is ready.", correlation_id=f"first-{minute}"),
            contact_id=await make.contact(self.conn),
            channel="sms",
            subject="",
            author_id=self.agent_id,
            actor=f"user:{self.agent_id}",
            channels={"sms": _SMS},
        )
        return (await self.hold(at(minute), change)).id

    async def pend(self, ticket_id: int, minute: float) -> None:
        change = pausing.pend(self.conn, at(minute), ticket_id, actor="system", wake_at=None)
        await self.hold(at(minute), change)

    async def put_on_hold(self, ticket_id: int, minute: float, until: float) -> None:
        change = pausing.hold(
            self.conn, at(minute), ticket_id, actor="system", reason="part", wake_at=at(until)
        )
        await self.hold(at(minute), change)

    async def resume(self, ticket_id: int, minute: float) -> None:
        async def change() -> Ticket:
            ticket = await tickets.lock(self.conn, ticket_id)
            return await pausing.resume(
                self.conn, at(minute), ticket, actor="system", because="agent"
            )

        await self.hold(at(minute), change())

    async def escalate(self, ticket_id: int, minute: float, queue_id: int) -> None:
        async def change() -> Ticket:
            ticket = await tickets.lock(self.conn, ticket_id)
            return await moving.escalate(
                self.conn, at(minute), ticket, "agent", actor="system", queue_id=queue_id
            )

        await self.hold(at(minute), change())

    async def solve(self, ticket_id: int, minute: float) -> None:
        change = ending.solve(
            self.conn,
            at(minute),
            ticket_id,
            actor="system",
            disposition="solved",
            reopen_window_s=86400,
        )
        await self.hold(at(minute), change)

    async def reopen(self, ticket_id: int, minute: float) -> None:
        async def change() -> Ticket:
            ticket = await tickets.lock(self.conn, ticket_id)
            return await ending.reopen(
                self.conn, at(minute), ticket, actor="system", because="agent"
            )

        await self.hold(at(minute), change())

    async def opens(self, calendar_id: int, minute: float, *days: str, closes: str) -> None:
        """The calendar is written anew: these weekdays from 08:00 until then."""
        hours = (opening_hours.Hours(opens="08:00", closes=closes),)
        async with self.conn.transaction():
            before: Calendar = await calendars.lock(self.conn, calendar_id)
            wanted = calendar_setup.WantedCalendar(
                name_en=before.name_en,
                name_fa=before.name_fa,
                time_zone=before.time_zone,
                week=opening_hours.Week(**dict.fromkeys(days, hours)),
                exceptions=[],
            )
            await calendar_setup.replace(self.conn, at(minute), before, wanted, actor="system")

    # What is in the ledger --------------------------------------------------------------------

    async def clocks(self, ticket_id: int, *columns: str) -> list[Any]:
        """These columns of every clock, in order; instants in minutes after noon."""
        rows = await self.conn.fetch(
            f"SELECT {', '.join(columns)} FROM sla_clock WHERE ticket_id = $1 ORDER BY id",
            ticket_id,
        )
        return [tuple(map(_minutes, row)) for row in rows]

    async def pauses(self, ticket_id: int) -> list[Any]:
        rows = await self.conn.fetch(
            """SELECT k.metric, p.from_at, p.to_at FROM sla_pause p
               JOIN sla_clock k ON k.id = p.clock_id WHERE k.ticket_id = $1 ORDER BY k.id, p.from_at""",
            ticket_id,
        )
        return [tuple(map(_minutes, row)) for row in rows]

    async def told(self, ticket_id: int) -> list[Any]:
        """What was told of its promises: kind, metric, when, and when it is or was due."""
        rows = await self.conn.fetch(
            """SELECT kind, data->>'metric' AS metric, at, (data->>'due_at')::timestamptz AS due_at
               FROM event WHERE ticket_id = $1 AND kind LIKE 'sla_%' ORDER BY id""",
            ticket_id,
        )
        return [tuple(map(_minutes, row)) for row in rows]

    async def timers(self) -> list[Any]:
        """What is waited for: kind and when."""
        rows = await self.conn.fetch(
            "SELECT kind, due_at FROM timer WHERE kind LIKE 'sla_%' OR kind = 'escalation_check'"
            " ORDER BY due_at, kind"
        )
        return [tuple(map(_minutes, row)) for row in rows]


def _minutes(value: Any) -> Any:
    return (value - NOON) / timedelta(minutes=1) if isinstance(value, datetime) else value
