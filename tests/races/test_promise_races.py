"""A reply, the end of its time and a pause meet: in every order one outcome, by the instants."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import factories
import pytest
from interleaving import Bench, Story, bench, schedules, under_the_lock
from suspensions import cancelled_at

from contactcenter import desk, timers
from contactcenter.addressing import Letter
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, firing, holding
from contactcenter.sla import sla
from contactcenter.tickets import tickets
from routing.sla import Happening

TARGET_S = 3600
SECOND = timedelta(seconds=1)


class Promise:
    """A held ticket that is promised a reply, and a clock that goes on with each question.

    The first to ask is told an instant a second before the reply is due, the second that instant.
    """

    def __init__(self, table: asyncpg.Connection) -> None:
        self.table = table

    @classmethod
    async def made(cls, table: asyncpg.Connection, *, asked_before: int = 0) -> "Promise":
        promise = cls(table)
        now = await timers.clock(table)
        await table.execute("DELETE FROM timer")
        await table.execute(
            "INSERT INTO sla_policy (name, position, condition, first_reply_s) VALUES"
            " ('all', 0, '{}', $1) ON CONFLICT (name) DO NOTHING",
            TARGET_S,
        )
        queue_id = await factories.queue(table)
        entry_point_id = await factories.entry_point(table, queue_id=queue_id)
        promise.agent_id = await factories.agent(table, now, queues=[queue_id])
        ticket = await factories.queued_ticket(
            table, now, queue_id=queue_id, entry_point_id=entry_point_id
        )
        promise.ticket_id = ticket.id
        await holding.give_to(table, now, ticket.id, promise.agent_id, actor="system", note_id=None)
        happened = {ticket.id: Happening(is_new=True, heard_at=now)}
        await sla.settle(table, now, happened)
        promise.due_at = now + timedelta(seconds=TARGET_S)
        promise.asked = asked_before
        # The warning was given: what is due now is the end.
        await table.execute(
            "UPDATE sla_clock SET warned_at = $2 WHERE ticket_id = $1", ticket.id, now
        )
        await table.execute(
            "UPDATE timer SET kind = 'sla_due', due_at = $1 WHERE kind = 'sla_warning'",
            promise.due_at,
        )
        return promise

    async def reply(self, conn: Conn) -> None:
        await tickets.lock(conn, self.ticket_id)
        await desk.reply(
            conn,
            self._now(),
            self.ticket_id,
            Letter(text="x", correlation_id=f"c{self.ticket_id}"),
            author_id=self.agent_id,
            actor="x",
            channels={},
        )

    async def fire(self, conn: Conn) -> None:
        await firing.fire_due(conn, self._now(), at_most=10)

    async def solve(self, conn: Conn) -> None:
        now = self._now()
        await ending.solve(
            conn, now, self.ticket_id, actor="x", disposition="solved", reopen_window_s=900
        )
        await sla.settle(conn, now, {self.ticket_id: Happening()})

    async def check(self, _story: Story | None = None) -> None:
        """It is broken exactly if it did not end before it was due, and that was told once."""
        row = await self.table.fetchrow(
            "SELECT ended_at, ended_by, breached_at FROM sla_clock WHERE ticket_id = $1",
            self.ticket_id,
        )
        told = await self.table.fetch(
            "SELECT data->>'due_at' FROM event WHERE ticket_id = $1 AND kind = 'sla_breached'",
            self.ticket_id,
        )
        is_kept = row["ended_at"] is not None and row["ended_at"] < self.due_at
        assert row["breached_at"] == (None if is_kept else self.due_at)
        assert len(told) == (0 if is_kept else 1)

    async def check_that_nothing_is_left(self, story: Story) -> None:
        await self.check(story)
        await firing.fire_due(self.table, self.due_at + 9 * SECOND, at_most=10)
        await self.check(story)
        left = await self.table.fetch("SELECT kind FROM timer WHERE kind LIKE 'sla_%'")
        assert left == []

    def _now(self) -> Any:
        self.asked += 1
        return self.due_at + (self.asked - 2) * SECOND


Pair = Callable[
    [Promise], tuple[Callable[[Conn], Awaitable[None]], Callable[[Conn], Awaitable[None]]]
]


@pytest.mark.parametrize("asked_before", [0, 1])
@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(lambda p: (p.reply, under_the_lock(p.fire)), id="reply-due"),
        pytest.param(lambda p: (p.reply, under_the_lock(p.solve)), id="reply-solution"),
    ],
)
@pytest.mark.parametrize(
    "at_most", [8, pytest.param(10_000, marks=[pytest.mark.full, pytest.mark.timeout(900)])]
)
async def test_whoever_comes_first_the_promise_is_kept_or_broken_by_the_instants(
    database: Database, table: asyncpg.Connection, pair: Pair, asked_before: int, at_most: int
) -> None:
    async with bench(lambda: database.connect("bench")) as pairs:
        steps = [0, 0]
        orders: list[Any] = [[], [1] * 1000]
        opened: Bench = pairs
        for order in orders:
            promise = await Promise.made(table, asked_before=asked_before)
            story = await opened.run(pair(promise), order)
            await promise.check_that_nothing_is_left(story)
            steps = [max(*both) for both in zip(steps, story.steps, strict=True)]
        for order in schedules(steps, at_most=at_most, chance=random.Random(1)):
            promise = await Promise.made(table, asked_before=asked_before)
            story = await opened.run(pair(promise), order)
            await promise.check_that_nothing_is_left(story)


@pytest.mark.parametrize("asked_before", [0, 1])
@pytest.mark.parametrize("who", ["reply", "fire"])
@pytest.mark.parametrize("every", [7, pytest.param(1, marks=[pytest.mark.full])])
async def test_whoever_dies_on_the_way_leaves_all_of_it_or_nothing(
    database: Database, table: asyncpg.Connection, who: str, asked_before: int, every: int
) -> None:
    was_cut, n = True, 1 - every
    while was_cut:
        n += every
        promise = await Promise.made(table, asked_before=asked_before)
        conn = await database.connect("doomed")

        async def work(promise: Promise = promise, conn: Conn = conn) -> None:
            async with conn.transaction():
                await getattr(promise, who)(conn)

        was_cut = await cancelled_at(work(), n)
        conn.terminate()
        promise.asked = max(promise.asked, 2)
        async with table.transaction():
            await promise.fire(table)
        async with table.transaction():
            if await table.fetchval(
                "SELECT last_reply_at IS NULL FROM ticket WHERE id = $1", promise.ticket_id
            ):
                await promise.reply(table)

        await promise.check()
    assert n > 1
