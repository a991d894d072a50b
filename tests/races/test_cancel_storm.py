"""Work that is cancelled wherever it waits leaves all of it or nothing, and nothing locked."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import factories
import pytest
from msgspec import Struct
from routing_promises import broken
from suspensions import cancelled_at

from channels import Address, Inbound, NotStored, Raw
from contactcenter import desk, timers
from contactcenter.addressing import Letter
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch import ending, seek
from contactcenter.dispatch.dispatcher import Dispatcher, _Pending
from contactcenter.dispatch.routing_lock import ROUTING_LOCK
from contactcenter.intake import Intake
from contactcenter.tickets import tickets

#: More places to wait than any of these has; without it a mistake here would never end.
AT_MOST = 200


class Desk(Struct, frozen=True, kw_only=True):
    """One ticket that an agent holds, and the address it is answered from."""

    database: Database
    table: asyncpg.Connection
    agent_id: int
    ticket_id: int


@pytest.fixture
async def held(database: Database, table: asyncpg.Connection) -> Desk:
    now = await timers.clock(table)
    queue_id = await factories.queue(table, auto_accept=["sms"])
    entry_point_id = await factories.entry_point(table, queue_id=queue_id, address="+982100000000")
    agent_id = await factories.agent(table, now, queues=[queue_id])
    ticket = await factories.queued_ticket(
        table, now, queue_id=queue_id, entry_point_id=entry_point_id
    )
    await seek.agent_for(table, now, await tickets.lock(table, ticket.id))
    return Desk(database=database, table=table, agent_id=agent_id, ticket_id=ticket.id)


async def cancelled_everywhere(
    work: Callable[[int], Awaitable[object]], check: Callable[[int], Awaitable[None]]
) -> int:
    """Cancel the n-th run at its n-th wait, until one gets through; how many waits there were."""
    for n in range(1, AT_MOST):
        was_cancelled = await cancelled_at(work(n), n)
        await check(n)
        if not was_cancelled:
            return n
    raise AssertionError(f"more than {AT_MOST} waits")


async def assert_nothing_is_left_open(desk_: Desk) -> None:
    pool = desk_.database._pool
    assert pool is not None
    async with asyncio.timeout(5):
        while pool.get_idle_size() != pool.get_size():
            await asyncio.sleep(0.01)
    await desk_.table.fetch("SELECT id FROM ticket FOR UPDATE NOWAIT")
    assert await desk_.table.fetchval("SELECT pg_try_advisory_lock($1)", ROUTING_LOCK)
    await desk_.table.execute("SELECT pg_advisory_unlock($1)", ROUTING_LOCK)


async def test_a_reply_is_written_whole_or_not_at_all(held: Desk) -> None:
    async def write(n: int) -> None:
        async with held.database.transaction() as conn:
            await desk.reply(
                conn,
                await timers.clock(conn),
                held.ticket_id,
                Letter(text=f"reply {n}", correlation_id=f"c{n}"),
                author_id=held.agent_id,
                actor=f"user:{held.agent_id}",
                channels={},
            )

    written = []

    async def check(n: int) -> None:
        found = await held.table.fetchrow(
            """SELECT (SELECT count(*) FROM interaction WHERE body = $1) AS interactions,
                      (SELECT count(*) FROM outbox WHERE correlation_id = $2) AS outbox,
                      (SELECT count(*) FROM event e JOIN interaction i
                         ON i.id = (e.data->>'interaction_id')::bigint
                       WHERE e.kind = 'reply_written' AND i.body = $1) AS events,
                      (SELECT version FROM ticket) AS version""",
            f"reply {n}",
            f"c{n}",
        )
        assert len({found["interactions"], found["outbox"], found["events"]}) == 1, (n, found)
        written.extend([n] * found["interactions"])
        await assert_nothing_is_left_open(held)

    waits = await cancelled_everywhere(write, check)

    assert waits > 10
    assert written[-1] == waits


async def test_a_dispatcher_that_is_stopped_anywhere_solves_whole_or_not_at_all(
    held: Desk,
) -> None:
    solution = ending.Solution(
        ticket_id=held.ticket_id, actor="x", disposition="solved", reopen_window_s=900
    )

    async def serve(_n: int) -> None:
        dispatcher = Dispatcher(held.database, Bell(held.database))
        pending = _Pending(ending.solve_all, solution)
        try:
            await dispatcher._serve([pending])
        finally:
            await dispatcher.close()
            if pending.done.done():
                pending.done.exception()  # a ticket that is solved already cannot be solved
            pending.done.cancel()

    outcomes = []

    async def check(_n: int) -> None:
        async with asyncio.timeout(5):  # the server may still be ending the connection
            while await held.table.fetchval(OTHERS_AT_WORK):
                await asyncio.sleep(0.01)
        state = await held.table.fetchval("SELECT state FROM ticket")
        solved = await held.table.fetchval(
            "SELECT count(*) FROM event WHERE kind = 'ticket_solved'"
        )
        load = await held.table.fetchval("SELECT load FROM agent")
        assert (state, solved, load) in {("assigned", 0, 1), ("solved", 1, 0)}
        assert await broken(held.table) == []
        await assert_nothing_is_left_open(held)
        outcomes.append(state)

    waits = await cancelled_everywhere(serve, check)

    assert waits > 20
    assert outcomes[-1] == "solved"
    assert outcomes == sorted(outcomes)  # once solved, it stays so


OTHERS_AT_WORK = """SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND application_name = 'contactcenter dispatcher')"""


async def test_a_message_whose_request_is_gone_is_stored_whole_or_not_at_all(held: Desk) -> None:
    intake = Intake(held.database, Bell(held.database), reopen_window_s=3600)

    async def take(n: int) -> None:
        item = Inbound(
            channel="sms",
            entry_point="+982100000000",
            sender=Address(kind="phone", value=f"+98912{n:07}"),
            text=f"message {n}",
            raw=Raw(body=b"n=%d" % n, content_type="text/plain"),
            external_id=f"SM{n}",
        )
        writer = asyncio.create_task(intake.run())
        try:
            with suppress(NotStored):
                await intake.receive([item])
        finally:
            writer.cancel()

    async def check(n: int) -> None:
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            while await held.table.fetchval(INTAKE_AT_WORK):
                await asyncio.sleep(0.01)
        found = await held.table.fetchrow(
            """SELECT (SELECT count(*) FROM interaction WHERE body = $1) AS interactions,
                      (SELECT count(*) FROM identity WHERE value = $2) AS identities,
                      (SELECT count(*) FROM identity d JOIN ticket t ON t.contact_id = d.contact_id
                       WHERE d.value = $2) AS tickets""",
            f"message {n}",
            f"+98912{n:07}",
        )
        assert len(set(found)) == 1, (n, found)

    await cancelled_everywhere(take, check)
    await intake.close()


INTAKE_AT_WORK = """SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND application_name = 'contactcenter intake' AND state <> 'idle')"""
