"""How fast the router hands out tickets: agents who are full solve one and get the next.

The dispatcher runs as it does in ``serve``, under the routing lock; what is left out is HTTP. The
floor is one transaction an assignment that takes the head of one queue and writes two rows: no
rules, no legs, no offers, no timers, no events. Both take turns in slices, each on a database of
its own that was made alike.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from contactcenter import db, timers
from contactcenter.bell import Bell
from contactcenter.bench import figures
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.scratch import connect, scratch
from contactcenter.db import Conn, Database, OwnConnection
from contactcenter.dispatch import ending, presence
from contactcenter.dispatch.dispatcher import BATCH, Change, Dispatcher

QUEUES: Final = 100
CAPACITY: Final = 3
_AT_ONCE: Final = 50_000
_REOPEN_WINDOW_S: Final = 3600
_DISPOSITION: Final = "solved"
_OLDEST: Final = timedelta(hours=2)


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure: ``seconds`` with one event at a time, and as many with 32 at a time."""

    plain: bool = False
    waiting: int = 100_000
    agents: int = 1000
    queues_each: int = 8
    seconds: float = 20.0
    slices: int = 4
    seed: int = 1
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line; an event is one ticket solved, and its agent given what he has room for now.

    ``assignments_per_s`` and ``busy_p95_ms`` are with 32 events under way, the ``event_…`` with
    one. ``ratio`` is the median of the slices' rate over the floor's.
    """

    rules: str
    waiting: int
    agents: int
    queues_each: int
    seconds: float
    assignments: int
    assignments_per_s: float
    busy_p95_ms: float
    event_p50_ms: float
    event_p95_ms: float
    sign_on_per_s: float
    floor_per_s: float
    ratio: float


_SQL = db.Statements(__name__)
_teams = _SQL.command("teams")
_queues = _SQL.command("queues")
_agents = _SQL.command("agents")
_memberships = _SQL.command("memberships")
_contacts = _SQL.command("contacts")
_tickets = _SQL.command("tickets")
_legs = _SQL.command("legs")
_rules = _SQL.command("rules")
_waits = _SQL.command("waits")
_agent_ids = _SQL.take("agent_ids", int)
_held = _SQL.take("held", int)
_assigned = _SQL.take("assigned", int)
_misfits = _SQL.take("misfits", int)
_floor = _SQL.command("floor")

Say = Callable[[str], None]


class _Turn(Struct, frozen=True):
    """One slice: how many assignments, in how long, and the time of each event, sorted."""

    assignments: int
    took_s: float
    each_s: list[float]

    @property
    def per_s(self) -> float:
        return self.assignments / self.took_s


async def measure(plan: Plan, say: Say) -> Result:
    """Make a centre, fill it, let it work; raises ``MeasurementInvalid`` if an event is amiss."""
    if plan.waiting < plan.agents * CAPACITY * 2:
        raise MeasurementInvalid(f"{plan.agents} agents would take all {plan.waiting} tickets")
    async with scratch(plan.database_url) as server:
        url = await server.database()
        await _settle(url, plan, say)
        floor_url = await server.copy(url)
        async with _working(url) as (database, dispatcher):
            chance = random.Random(plan.seed)  # noqa: S311  chooses who solves next
            work = _Work(database, dispatcher, chance)
            sign_on_per_s = await work.sign_on()
            say(f"{plan.agents} agents signed on, {sign_on_per_s:.0f} assignments/s")
            return await _in_turns(plan, work, floor_url, sign_on_per_s, say)


async def _in_turns(
    plan: Plan, work: "_Work", floor_url: str, sign_on_per_s: float, say: Say
) -> Result:
    alone: list[_Turn] = []
    busy: list[_Turn] = []
    floors: list[_Turn] = []
    slice_s = plan.seconds / plan.slices
    floor_conn = await connect(floor_url)
    try:
        for n in range(plan.slices):
            alone.append(await work.turn(callers=1, seconds=slice_s))
            busy.append(await work.turn(callers=BATCH, seconds=slice_s))
            floors.append(await _floor_turn(floor_conn, seconds=slice_s / 2))
            say(
                f"slice {n + 1}: {busy[-1].per_s:.0f}/s, alone {alone[-1].per_s:.0f}/s, "
                f"floor {floors[-1].per_s:.0f}/s"
            )
    finally:
        await floor_conn.close(timeout=5)
    each_s = sorted(s for turn in alone for s in turn.each_s)
    return Result(
        rules="plain" if plan.plain else "full",
        waiting=plan.waiting,
        agents=plan.agents,
        queues_each=plan.queues_each,
        seconds=plan.seconds,
        assignments=sum(t.assignments for t in alone + busy),
        assignments_per_s=round(figures.median([t.per_s for t in busy]), 1),
        busy_p95_ms=round(
            figures.percentile(sorted(s for t in busy for s in t.each_s), 0.95) * 1000, 2
        ),
        event_p50_ms=round(figures.percentile(each_s, 0.5) * 1000, 2),
        event_p95_ms=round(figures.percentile(each_s, 0.95) * 1000, 2),
        sign_on_per_s=round(sign_on_per_s, 1),
        floor_per_s=round(figures.median([t.per_s for t in floors]), 1),
        ratio=round(
            figures.median([b.per_s / f.per_s for b, f in zip(busy, floors, strict=True)]), 3
        ),
    )


class _Work:
    """Full agents who solve their tickets, in an order left to chance."""

    def __init__(self, database: Database, dispatcher: Dispatcher, chance: random.Random) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._chance = chance
        self._to_solve: list[int] = []
        self._being_solved: set[int] = set()

    async def sign_on(self) -> float:
        """Everybody becomes available and is given what he has room for; assignments a second."""
        async with self._database.read() as conn:
            coming = iter(await _agent_ids.all(conn))

        async def come() -> None:
            for agent_id in coming:
                await self._dispatcher.submit(_sign_on(agent_id))

        began_s = time.perf_counter()
        await asyncio.gather(*(come() for _ in range(BATCH)))
        took_s = time.perf_counter() - began_s
        async with self._database.read() as conn:
            return await _assigned.one(conn) / took_s

    async def turn(self, *, callers: int, seconds: float) -> _Turn:
        """Solve for so long, so many at a time; afterwards everybody must be full again."""
        each_s: list[float] = []
        before = await self._checked()
        began_s = time.perf_counter()
        until_s = began_s + seconds

        async def caller() -> None:
            while time.perf_counter() < until_s:
                ticket_id = await self._next()
                asked_s = time.perf_counter()
                await self._dispatcher.submit_to(ending.solve_all, _solution(ticket_id))
                each_s.append(time.perf_counter() - asked_s)
                self._being_solved.discard(ticket_id)

        await asyncio.gather(*(caller() for _ in range(callers)))
        took_s = time.perf_counter() - began_s
        return _Turn(await self._checked() - before, took_s, sorted(each_s))

    async def _next(self) -> int:
        """A ticket that is held, and that nobody is solving."""
        while not self._to_solve:
            taken = set(self._being_solved)  # some may be solved between the reading and now
            async with self._database.read() as conn:
                held = await _held.all(conn)
            if not held:
                raise MeasurementInvalid("nobody holds a ticket: solved ones brought no other")
            taken |= self._being_solved
            if not self._to_solve:  # somebody else may have been faster
                self._to_solve = [ticket_id for ticket_id in held if ticket_id not in taken]
                self._chance.shuffle(self._to_solve)
        ticket_id = self._to_solve.pop()
        self._being_solved.add(ticket_id)
        return ticket_id

    async def _checked(self) -> int:
        """How many assignments there have been, where every agent is exactly full."""
        self._to_solve = []  # what the last turn left may be solved by now
        async with self._database.read() as conn:
            misfits = await _misfits.all(conn)
            if misfits:
                raise MeasurementInvalid(
                    f"agents {misfits[:5]} do not hold what they have room for"
                )
            return await _assigned.one(conn)


def _sign_on(agent_id: int) -> Change[None]:
    async def change(conn: Conn, now: datetime) -> None:
        await presence.change(conn, now, agent_id, "available", None, actor="system")

    return change


def _solution(ticket_id: int) -> ending.Solution:
    return ending.Solution(
        ticket_id=ticket_id,
        actor="system",
        disposition=_DISPOSITION,
        reopen_window_s=_REOPEN_WINDOW_S,
    )


@asynccontextmanager
async def _working(url: str) -> AsyncIterator[tuple[Database, Dispatcher]]:
    """The dispatcher as ``serve`` runs it, with the bell that tells of what it did."""
    database = await Database(url).open()
    bell = Bell(database)
    dispatcher = Dispatcher(database, bell)
    tasks = [asyncio.create_task(run()) for run in (bell.run, dispatcher.run)]
    try:
        yield database, dispatcher
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await dispatcher.close()
        await database.close()


async def _floor_turn(conn: OwnConnection, *, seconds: float) -> _Turn:
    agent_ids = await _agent_ids.all(conn)
    now = await timers.clock(conn)
    each_s: list[float] = []
    began_s = time.perf_counter()
    while time.perf_counter() - began_s < seconds:
        asked_s = time.perf_counter()
        if not await _floor.run(conn, agent_ids[len(each_s) % len(agent_ids)], now):
            break  # its tickets are used up: what there was is enough
        each_s.append(time.perf_counter() - asked_s)
    if not each_s:
        raise MeasurementInvalid("the floor ran out of waiting tickets: ask for more")
    return _Turn(len(each_s), time.perf_counter() - began_s, sorted(each_s))


async def _settle(url: str, plan: Plan, say: Say) -> None:
    conn = await connect(url)
    try:
        await _teams.run(conn)
        await _queues.run(conn, QUEUES)
        await _agents.run(conn, plan.agents, CAPACITY)
        await _memberships.run(conn, plan.queues_each)
        if not plan.plain:
            await _rules.run(conn)
        oldest_at = await timers.clock(conn) - _OLDEST
        for first in range(1, plan.waiting + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, plan.waiting)
            await _contacts.run(conn, first, last)
            await _tickets.run(conn, first, last, oldest_at, plan.waiting, not plan.plain)
            await _legs.run(conn, first, last)
            if not plan.plain:
                await _waits.run(conn, first, last)
        await conn.execute("VACUUM (ANALYZE)")
    finally:
        await conn.close(timeout=5)
    say(f"{plan.waiting} tickets wait")
