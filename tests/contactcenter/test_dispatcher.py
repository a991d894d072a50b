"""Several dispatchers, one lock: nobody is above capacity, nothing is stranded, errors stay alone."""

import asyncio
import random
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import metrics
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, holding, pausing, presence, refusals, seek
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.dispatch.routing_lock import ROUTING_LOCK
from contactcenter.errors import BadInput, DomainError, NoDatabase, NotFound
from contactcenter.tickets import tickets

NOW = datetime.now(UTC)


async def test_a_change_that_raises_is_undone_alone(database: Database) -> None:
    async def good(conn: Conn, _now: datetime) -> int:
        return await conn.fetchval("INSERT INTO team (name) VALUES ('good') RETURNING id")

    async def bad(conn: Conn, _now: datetime) -> None:
        await conn.execute("INSERT INTO team (name) VALUES ('bad')")
        raise BadInput("body.name", "no")

    async def broken(conn: Conn, _now: datetime) -> None:
        await conn.execute("SELECT 1/0")

    async with dispatching(database) as dispatcher:
        results = await asyncio.gather(
            *(dispatcher.submit(change) for change in (bad, good, broken)), return_exceptions=True
        )

    assert isinstance(results[0], BadInput)
    assert isinstance(results[1], int)
    assert isinstance(results[2], asyncpg.DivisionByZeroError)
    async with database.read() as conn:
        names = await conn.fetch("SELECT name FROM team WHERE name IN ('good', 'bad')")
    assert [row["name"] for row in names] == ["good"]


async def test_a_refusal_never_speaks_of_what_was_undone(database: Database) -> None:
    async def create(conn: Conn, _now: datetime) -> int:
        sql = "INSERT INTO team (name) VALUES ('Night') ON CONFLICT DO NOTHING RETURNING id"
        made: int | None = await conn.fetchval(sql)
        if made is None:
            there_is = await conn.fetchval("SELECT id FROM team WHERE name = 'Night'")
            raise BadInput("body.name", f"it is team {there_is}")
        return made

    async with dispatching(database) as dispatcher:
        made, refused = await asyncio.gather(
            dispatcher.submit(create), dispatcher.submit(create), return_exceptions=True
        )

    assert str(refused) == f"it is team {made}"


async def test_what_is_undone_is_not_counted(database: Database) -> None:
    """The batch is applied together and undone; then one by one, where one is undone again."""
    counted = metrics.WORKER_FAILURES.labels("of this test")
    attempts = []

    async def good(conn: Conn, _now: datetime) -> None:
        attempts.append("good")
        metrics.note(counted)
        await conn.execute("SELECT 1")

    async def refused(_conn: Conn, _now: datetime) -> None:
        metrics.note(counted)
        raise BadInput("body.name", "no")

    async with dispatching(database) as dispatcher:
        await asyncio.gather(
            *(dispatcher.submit(change) for change in (good, refused, good)),
            return_exceptions=True,
        )

    assert len(attempts) > 2, "the hold was repeated"
    assert counted._value.get() == 2


async def test_what_comes_of_an_offer_is_counted_once(database: Database) -> None:
    def answered() -> dict[str, float]:
        endings = ("accepted", "ended")
        return {e: metrics.OFFERS_ANSWERED.labels(e)._value.get() for e in endings}

    before = answered()
    conn = await database.connect("setting up")
    queue_id = await factories.queue(conn, auto_accept=["sms"])
    await factories.agent(conn, NOW, queues=[queue_id])
    ticket = await factories.queued_ticket(conn, NOW, queue_id=queue_id)
    await conn.close()

    async with dispatching(database) as dispatcher:

        async def give(conn: Conn, now: datetime) -> None:
            await seek.agent_for(conn, now, await tickets.lock(conn, ticket.id))

        async def solve(conn: Conn, now: datetime) -> None:
            await ending.solve(
                conn, now, ticket.id, actor="system", disposition="solved", reopen_window_s=60
            )

        async def refused(_conn: Conn, _now: datetime) -> None:
            raise BadInput("body.name", "no")

        for change in (give, solve):
            both = (dispatcher.submit(change), dispatcher.submit(refused))
            await asyncio.gather(*both, return_exceptions=True)

    assert answered() == {kind: count + 1 for kind, count in before.items()}


def _solution(ticket_id: int) -> ending.Solution:
    return ending.Solution(ticket_id=ticket_id, actor="x", disposition="solved", reopen_window_s=9)


async def _given(conn: Conn, agent_id: int, queue_id: int) -> int:
    """A ticket that the agent holds."""
    ticket = await factories.queued_ticket(conn, NOW, queue_id=queue_id)
    await holding.give_to(conn, NOW, ticket.id, agent_id, actor="x", note_id=None)
    return ticket.id


async def test_many_are_solved_in_one_go_and_everybody_gets_what_waited_longest(
    database: Database,
) -> None:
    conn = await database.connect("setting up")
    queue_id = await factories.queue(conn, auto_accept=["sms"])
    agents = [await factories.agent(conn, NOW, queues=[queue_id], capacity=2) for _ in range(3)]
    held = [await _given(conn, agent_id, queue_id) for agent_id in agents * 2]
    waiting = [
        (await factories.queued_ticket(conn, NOW - timedelta(seconds=60 - n), queue_id=queue_id)).id
        for n in range(8)
    ]
    calls = []

    async def solve_all(conn: Conn, now: datetime, items: list[ending.Solution]):
        calls.append(len(items))
        return await ending.solve_all(conn, now, items)

    async with dispatching(database) as dispatcher:
        solved = await asyncio.gather(
            *(dispatcher.submit_to(solve_all, _solution(ticket_id)) for ticket_id in held)
        )

    assert calls == [6]
    assert [ticket.id for ticket in solved] == held
    assert {ticket.state for ticket in solved} == {"solved"}
    states = await conn.fetch("SELECT state FROM ticket WHERE id = ANY($1) ORDER BY id", waiting)
    assert [row["state"] for row in states] == ["assigned"] * 6 + ["waiting"] * 2
    assert {row["load"] for row in await conn.fetch("SELECT load FROM agent")} == {2}
    await conn.close()


async def test_one_that_may_not_be_solved_is_refused_alone(database: Database) -> None:
    conn = await database.connect("setting up")
    queue_id = await factories.queue(conn, auto_accept=["sms"])
    agent_id = await factories.agent(conn, NOW, queues=[queue_id])
    held = await _given(conn, agent_id, queue_id)
    ids = [held, held, 999]

    async with dispatching(database) as dispatcher:
        results = await asyncio.gather(
            *(dispatcher.submit_to(ending.solve_all, _solution(i)) for i in ids),
            return_exceptions=True,
        )
    solved = await conn.fetchval("SELECT count(*) FROM event WHERE kind = 'ticket_solved'")
    await conn.close()

    assert isinstance(results[0], tickets.Ticket)
    assert isinstance(results[1], refusals.Refused)
    assert isinstance(results[2], NotFound)
    assert solved == 1


async def test_whoever_became_free_looks_before_a_ticket_that_is_given_back(
    database: Database,
) -> None:
    conn = await database.connect("setting up")
    queue_id = await factories.queue(conn, auto_accept=["sms"])
    one, other = [await factories.agent(conn, NOW, queues=[queue_id], capacity=1) for _ in range(2)]
    his, the_others = [await _given(conn, agent_id, queue_id) for agent_id in (one, other)]
    holds = []

    async def release(conn: Conn, now: datetime) -> str:
        holds.append("release")
        released = await holding.release(conn, now, the_others, actor="x", reason="lunch")
        return released.state

    async with dispatching(database) as dispatcher:
        _, state = await asyncio.gather(
            dispatcher.submit_to(ending.solve_all, _solution(his)), dispatcher.submit(release)
        )
    holder_id = await conn.fetchval("SELECT agent_id FROM ticket WHERE id = $1", the_others)
    await conn.close()

    assert (state, holder_id) == ("assigned", one)
    assert holds == ["release"], "the hold was not repeated"


async def test_the_clock_is_read_after_the_lock(database: Database) -> None:
    async def clock(conn: Conn, now: datetime) -> tuple[datetime, datetime]:
        return now, await conn.fetchval("SELECT now()")

    dispatcher = Dispatcher(database, Bell(database))
    async with database.read() as conn:
        async with conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock($1)", ROUTING_LOCK)
            waiting = asyncio.create_task(dispatcher.submit(clock))
            await asyncio.sleep(0)  # handed in before the first batch is made
            task = asyncio.create_task(dispatcher.run())
            async with asyncio.timeout(10):
                while not await conn.fetchval(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                ):
                    await asyncio.sleep(0.01)
            released_at = await conn.fetchval("SELECT clock_timestamp()")
        given, began = await waiting
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await dispatcher.close()

    assert began < released_at < given


async def test_without_a_database_a_change_is_refused_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")

    async def change(_conn: Conn, _now: datetime) -> None:
        raise AssertionError

    async with dispatching(nowhere) as dispatcher:
        with pytest.raises(NoDatabase):
            async with asyncio.timeout(5):
                await dispatcher.submit(change)


async def test_a_lost_connection_is_opened_again(database: Database) -> None:
    async def own_pid(conn: Conn, _now: datetime) -> int:
        return await conn.fetchval("SELECT pg_backend_pid()")

    async with dispatching(database) as dispatcher:
        pid = await dispatcher.submit(own_pid)
        async with database.read() as conn:
            await conn.execute("SELECT pg_terminate_backend($1)", pid)
        async with asyncio.timeout(10):
            while True:
                try:
                    other = await dispatcher.submit(own_pid)
                    break
                except NoDatabase:
                    await asyncio.sleep(0.05)

    assert other != pid


@pytest.mark.slow
async def test_eight_dispatchers_keep_every_promise(database: Database) -> None:
    async with database.read() as conn:
        queue_ids = [await factories.queue(conn, auto_accept=["sms"]) for _ in range(2)]
        queue_ids.append(await factories.queue(conn))
        agent_ids = [
            await factories.agent(conn, NOW, queues=[queue_ids[n % 2], queue_ids[2]], capacity=2)
            for n in range(10)
        ]
        for n in range(90):
            await factories.queued_ticket(conn, NOW, queue_id=queue_ids[n % 3])
    async with AsyncExitStack() as stack:
        dispatchers = [await stack.enter_async_context(dispatching(database)) for _ in range(8)]

        async def work(agent_id: int) -> None:
            chance = random.Random(agent_id)
            for _ in range(25):
                dispatcher = chance.choice(dispatchers)
                with suppress(DomainError):
                    await dispatcher.submit(_something(chance, agent_id))

        for ticket_id in range(1, 91):
            await dispatchers[ticket_id % 8].submit(_look(ticket_id))
        await asyncio.gather(*(work(agent_id) for agent_id in agent_ids))

    await assert_promises_kept(database)


def _look(ticket_id: int):
    async def change(conn: Conn, now: datetime) -> None:
        ticket = await tickets.lock(conn, ticket_id)
        if ticket.state == "waiting":
            await seek.agent_for(conn, now, ticket)

    return change


def _something(chance: random.Random, agent_id: int):
    """Whatever an agent may do next: answer what rings, solve, pause, come or go."""
    kind = chance.choice(["answer", "answer", "solve", "pend", "presence"])

    async def change(conn: Conn, now: datetime) -> None:
        rings = await conn.fetchval(
            "SELECT ticket_id FROM offer WHERE agent_id = $1 AND state = 'pending'", agent_id
        )
        held = await conn.fetchval(
            "SELECT id FROM ticket WHERE agent_id = $1 AND state = 'assigned'", agent_id
        )
        if kind == "answer" and rings is not None:
            act = chance.choice([holding.accept, holding.decline])
            await act(conn, now, rings, agent_id)
        elif kind == "solve" and held is not None:
            await ending.solve(conn, now, held, actor="x", disposition="solved", reopen_window_s=9)
        elif kind == "pend" and held is not None:
            await pausing.pend(conn, now, held, actor="x", wake_at=None)
        elif kind == "presence":
            wanted = chance.choice(["available", "away", "offline", "available"])
            await presence.change(conn, now, agent_id, wanted, "break", actor="x")

    return change


async def assert_promises_kept(database: Database) -> None:
    async with database.read() as conn:
        twice = await conn.fetch(
            "SELECT ticket_id FROM offer WHERE state IN ('pending', 'accepted')"
            " GROUP BY ticket_id HAVING count(*) > 1"
        )
        loads = await conn.fetch(
            """SELECT a.id FROM agent a LEFT JOIN offer o
                 ON o.agent_id = a.id AND o.state IN ('pending', 'accepted')
               GROUP BY a.id HAVING a.load <> coalesce(sum(o.weight), 0) OR a.load > a.capacity"""
        )
        stranded = await conn.fetch(
            """SELECT t.id FROM ticket t JOIN membership m ON m.queue_id = t.queue_id
               JOIN agent a ON a.id = m.agent_id
               WHERE t.state = 'waiting' AND a.presence = 'available' AND a.load < a.capacity
                 AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = t.id AND x.agent_id = a.id
                                 AND x.until_at > clock_timestamp())"""
        )
        holders = await conn.fetch(
            """SELECT t.id FROM ticket t LEFT JOIN offer o ON o.ticket_id = t.id AND o.state = 'accepted'
               WHERE t.state = 'assigned' AND o.agent_id IS DISTINCT FROM t.agent_id"""
        )
        solved = await conn.fetchval("SELECT count(*) FROM ticket WHERE state = 'solved'")
    assert (twice, loads, stranded, holders) == ([], [], [], [])
    assert solved > 0
