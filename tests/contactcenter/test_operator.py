"""What the provider is asked to do, and what becomes of it when it, or we, fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import call_world
import factories
import pytest

from channels import CallGone, OutcomeUnknown, Unavailable, Undeliverable
from contactcenter import metrics
from contactcenter.bell import Bell
from contactcenter.calls import commands
from contactcenter.calls.dial_guard import DestinationNotAllowed
from contactcenter.db import Database
from contactcenter.dispatch import answering
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.switchboard.operator import Operator
from contactcenter.tickets import tickets
from contactcenter.timers import Instant

NOW = datetime.now(UTC)


class Exchange:
    """A provider that does what it is told, notes it, and fails as it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: dict[str, Exception | Callable[[], Awaitable[None]]] = {}
        self._dialled = 0

    def __getattr__(self, verb: str) -> Callable[..., Awaitable[Any]]:
        async def ask(*_args: object, **_wanted: object) -> str | None:
            self.asked.append(verb)
            failure = self.fails.get(verb)
            if isinstance(failure, Exception):
                raise failure
            if failure is not None:
                await failure()
            self._dialled += 1
            return f"CA{self._dialled}" if verb in ("offer", "add") else None

        return ask


class Forbidding:
    """A guard that allows nothing, or everything while it counts."""

    def __init__(self, *, only_counts: bool = False) -> None:
        self.counted: list[str] = []
        self._only_counts = only_counts

    def check_place(self, _address: str, *, entry_point: str) -> None:
        if not self._only_counts:
            raise DestinationNotAllowed(f"not from {entry_point}")

    async def permit(self, _conn: Any, _now: datetime, *, address: str, **_of: object) -> None:
        self.counted.append(address)


class House:
    """A contact centre with one agent and an operator, whose clock only the test moves."""

    def __init__(self, database: Database, dispatcher: Any) -> None:
        self.database = database
        self.dispatcher = dispatcher
        self.exchange = Exchange()
        self.late_s = 0.0
        self.operator = self.another()

    def another(self, **other: Any) -> Operator:
        return Operator(
            self.database,
            Bell(self.database),
            self.dispatcher,
            {"phone": SimpleNamespace(telephony=self.exchange, account=lambda _: "AC1")},
            clock=self.clock,
            **other,
        )

    async def clock(self, conn: Any) -> Instant:
        now = await conn.fetchval("SELECT clock_timestamp()")
        return Instant(now=now + timedelta(seconds=self.late_s), next_due_at=None, configuration=0)

    async def call(self, **agent: Any) -> tuple[int, int, int]:
        """A caller is offered to an agent: the call, the agent's telephone and the ticket."""
        async with self.database.transaction() as conn:
            queue_id = await factories.queue(conn)
            agent_id = await call_world.phone_agent(conn, NOW, queue_id, **agent)
            call_id, ticket = await call_world.waiting_call(
                conn, datetime.now(UTC), queue_id=queue_id
            )
            return call_id, await call_world.rung(conn, agent_id), ticket.id

    async def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        async with self.database.read() as conn:
            return [tuple(row) for row in await conn.fetch(sql, *args)]

    async def commands(self, call_id: int) -> list[tuple[Any, ...]]:
        return await self.rows(
            "SELECT verb, state FROM call_command WHERE call_id = $1 ORDER BY id", call_id
        )

    async def ticket(self, ticket_id: int) -> tickets.Ticket:
        async with self.database.read() as conn:
            return await tickets.find(conn, ticket_id)

    async def pressed(self, leg_id: int) -> None:
        """The agent picks up and takes the call."""
        await self.dispatcher.submit(lambda conn, now: answering.press(conn, now, leg_id, "1"))


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with dispatching(database) as dispatcher:
        yield House(database, dispatcher)


@asynccontextmanager
async def killed(operator: Operator, house: House, verb: str) -> AsyncIterator[None]:
    """The operator dies while the provider does what ``verb`` asks."""
    reached = asyncio.Event()

    async def never() -> None:
        reached.set()
        await asyncio.Event().wait()

    house.exchange.fails[verb] = never
    task = asyncio.create_task(operator.do_due())
    async with asyncio.timeout(20):
        await reached.wait()
    for one in operator._under_way:
        one.cancel()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    del house.exchange.fails[verb]
    yield


async def test_what_is_asked_for_is_done_once_and_the_telephone_is_known(house: House) -> None:
    call_id, leg_id, _ = await house.call()

    assert await house.operator.do_due() == 1

    assert house.exchange.asked == ["offer"]
    assert await house.commands(call_id) == [("offer", "done")]
    leg = await house.rows("SELECT external_id, state FROM call_leg WHERE id = $1", leg_id)
    assert leg == [("CA1", "dialling")]
    assert await house.operator.do_due() == 0


async def test_two_operators_share_the_work_and_keep_the_order_of_a_call(house: House) -> None:
    calls = [await house.call() for _ in range(4)]
    async with house.database.transaction() as conn:
        for call_id, leg_id, _ in calls:
            await commands.write(conn, datetime.now(UTC), call_id, "hang_up", leg_id=leg_id)

    done = await asyncio.gather(*(house.another().do_due() for _ in range(2)))

    assert sum(done) == 8
    assert sorted(house.exchange.asked) == ["hang_up"] * 4 + ["offer"] * 4
    ordered = await house.rows(
        "SELECT bool_and(o.done_at <= h.done_at) FROM call_command o"
        " JOIN call_command h ON h.call_id = o.call_id AND h.verb = 'hang_up'"
        " WHERE o.verb = 'offer'"
    )
    assert ordered == [(True,)]


async def test_the_ticket_is_his_once_the_customer_was_brought_to_him(house: House) -> None:
    call_id, leg_id, ticket_id = await house.call()
    await house.operator.do_due()
    await house.pressed(leg_id)
    assert (await house.ticket(ticket_id)).state == "offered"

    await house.operator.do_due()

    assert house.exchange.asked == ["offer", "connect"]
    assert (await house.ticket(ticket_id)).state == "assigned"
    assert await house.commands(call_id) == [("offer", "done"), ("connect", "done")]


async def test_nobody_is_moved_while_he_hears_that_he_is_recorded(house: House) -> None:
    call_id, leg_id, ticket_id = await house.call()
    async with house.database.transaction() as conn:
        await conn.execute(
            "INSERT INTO call_recording_notice (call_id, said) VALUES ($1, '[1]')", call_id
        )
        await conn.execute("UPDATE call SET parked_in = NULL WHERE id = $1", call_id)
    await house.operator.do_due()
    await house.pressed(leg_id)

    await house.operator.do_due()
    assert house.exchange.asked == ["offer"]

    async with house.database.transaction() as conn:
        await conn.execute("UPDATE call SET parked_in = 'QU1' WHERE id = $1", call_id)
    house.late_s = 1.0
    await house.operator.do_due()
    assert house.exchange.asked == ["offer", "connect"]
    assert (await house.ticket(ticket_id)).state == "assigned"


async def test_what_the_provider_did_and_did_not_do_is_counted(house: House) -> None:
    counted = [metrics.CALL_COMMANDS.labels("offer", kind) for kind in ("later", "done")]
    before = [one._value.get() for one in counted]
    await house.call()
    house.exchange.fails["offer"] = Unavailable("503")
    await house.operator.do_due()
    house.late_s = 1.0
    del house.exchange.fails["offer"]

    await house.operator.do_due()

    assert [one._value.get() for one in counted] == [before[0] + 1, before[1] + 1]


async def test_a_caller_who_has_hung_up_is_withdrawn_and_the_agent_is_free(house: House) -> None:
    _, leg_id, ticket_id = await house.call()
    await house.operator.do_due()
    await house.pressed(leg_id)
    house.exchange.fails["connect"] = CallGone("21220")

    await house.operator.do_due()

    assert (await house.ticket(ticket_id)).state == "closed"
    assert await house.rows("SELECT misses, load FROM agent") == [(0, 0)]
    assert "remove" in [verb for verb, _ in await house.rows("SELECT verb, id FROM call_command")]


async def test_what_is_unavailable_is_tried_again_later_and_a_dead_offer_is_not(
    house: House,
) -> None:
    call_id, leg_id, ticket_id = await house.call()
    house.exchange.fails["offer"] = Unavailable("503")
    await house.operator.do_due()
    assert await house.commands(call_id) == [("offer", "queued")]

    house.late_s = 1.0
    del house.exchange.fails["offer"]
    await house.operator.do_due()
    assert house.exchange.asked == ["offer", "offer"]
    assert await house.commands(call_id) == [("offer", "done")]
    assert (await house.ticket(ticket_id)).state == "offered"
    assert leg_id


async def test_a_telephone_that_cannot_be_called_is_a_miss_at_once(house: House) -> None:
    _, _, ticket_id = await house.call()
    house.exchange.fails["offer"] = Undeliverable("21211: no such number")

    await house.operator.do_due()

    assert (await house.ticket(ticket_id)).state == "waiting"
    assert await house.rows("SELECT misses, load, presence FROM agent") == [(1, 0, "available")]
    assert await house.rows("SELECT end_reason FROM call_leg WHERE user_id IS NOT NULL") == [
        ("failed",)
    ]


async def test_an_answer_that_was_lost_never_dials_twice(house: House) -> None:
    call_id, leg_id, ticket_id = await house.call()
    house.exchange.fails["offer"] = OutcomeUnknown("read timeout")
    await house.operator.do_due()
    house.late_s = 4.0
    del house.exchange.fails["offer"]

    await house.operator.do_due()

    first = [row for row in await house.commands(call_id) if row[1] == "refused"]
    assert first == [("offer", "refused")], "nobody heard of it: it was given up, not dialled again"
    legs = await house.rows(
        "SELECT id = $1, state, end_reason FROM call_leg WHERE user_id IS NOT NULL ORDER BY id",
        leg_id,
    )
    assert legs[0] == (True, "ended", "canceled")
    assert legs[1][:2] == (False, "dialling"), "he is asked anew, on a telephone of its own"
    assert await house.rows("SELECT misses FROM agent") == [(0,)]
    assert (await house.ticket(ticket_id)).state == "offered"


async def test_an_answer_that_was_lost_is_made_good_by_the_providers_first_hook(
    house: House,
) -> None:
    call_id, leg_id, _ = await house.call()
    house.exchange.fails["offer"] = OutcomeUnknown("read timeout")
    await house.operator.do_due()
    async with house.database.transaction() as conn:
        await conn.execute(
            "UPDATE call_leg SET state = 'ringing', external_id = 'CA9' WHERE id = $1", leg_id
        )
    house.late_s = 4.0

    await house.operator.do_due()

    assert house.exchange.asked == ["offer"]
    assert await house.commands(call_id) == [("offer", "done")]


@pytest.mark.parametrize("verb", ["offer", "connect"])
async def test_what_a_dead_operator_had_begun_is_taken_up_by_another(
    house: House, verb: str
) -> None:
    call_id, leg_id, ticket_id = await house.call()
    if verb == "connect":
        await house.operator.do_due()
        await house.pressed(leg_id)
    async with killed(house.another(), house, verb):
        house.late_s = commands.CLAIM_S + 1
        await house.another().do_due()

    ticket = await house.ticket(ticket_id)
    if verb == "connect":
        assert ticket.state == "assigned"
        assert house.exchange.asked == ["offer", "connect", "connect"]
    else:
        assert ticket.state == "offered"
        assert await house.rows("SELECT count(*) FROM call_leg WHERE state = 'dialling'") == [(1,)]
    assert not await house.rows("SELECT FROM call_command WHERE state IN ('queued', 'sending')")
    assert call_id


async def test_a_slow_provider_is_not_waited_for_longer_than_its_deadline(house: House) -> None:
    call_id, _, _ = await house.call()

    async def asleep() -> None:
        await asyncio.Event().wait()

    house.exchange.fails["offer"] = asleep
    await house.another(deadline_s=0.05).do_due()

    rows = await house.rows("SELECT state, error FROM call_command WHERE call_id = $1", call_id)
    assert rows == [("queued", commands.DOUBT)]


async def test_nobody_is_dialled_whom_the_guard_does_not_allow(house: House) -> None:
    _, _, ticket_id = await house.call()

    await house.another(guard=Forbidding()).do_due()

    assert house.exchange.asked == []
    assert await house.rows("SELECT end_reason FROM call_leg WHERE user_id IS NOT NULL") == [
        ("not_allowed",)
    ]
    assert (await house.ticket(ticket_id)).state == "waiting"


async def test_who_is_called_back_is_counted_like_any_other(house: House) -> None:
    call_id, _, _ = await house.call()
    async with house.database.transaction() as conn:
        leg_id = await conn.fetchval(
            "INSERT INTO call_leg (call_id, party, address, purpose, state, began_at)"
            " VALUES ($1, 'customer', '+989120000000', 'callback', 'wanted', $2) RETURNING id",
            call_id,
            NOW,
        )
        await commands.write(conn, datetime.now(UTC), call_id, "offer", leg_id=leg_id, name="join")
    guard = Forbidding(only_counts=True)

    await house.another(guard=guard).do_due()

    assert guard.counted == ["+989120000000"]


async def test_an_offer_that_is_over_is_not_dialled_any_more(house: House) -> None:
    call_id, leg_id, ticket_id = await house.call()
    house.exchange.fails["offer"] = Unavailable("503")
    await house.operator.do_due()
    async with house.database.transaction() as conn:
        customer = await call_world.customer_of(conn, call_id)
    await house.dispatcher.submit(lambda conn, now: call_world.ended(conn, now, call_id, customer))
    house.late_s = 5.0

    await house.operator.do_due()

    assert house.exchange.asked == ["offer"]
    assert (await house.ticket(ticket_id)).state == "closed"
    assert await house.rows("SELECT state FROM call_leg WHERE id = $1", leg_id) == [("ended",)]
    assert await house.rows("SELECT load FROM agent") == [(0,)]


async def test_to_hang_up_is_tried_for_long_and_whoever_is_gone_is_no_failure(
    house: House,
) -> None:
    call_id, leg_id, _ = await house.call()
    await house.operator.do_due()
    async with house.database.transaction() as conn:
        await commands.write(conn, datetime.now(UTC), call_id, "hang_up", leg_id=leg_id)
    house.exchange.fails["hang_up"] = Unavailable("503")
    for late_s in (0.0, 1.0, 10.0, 60.0, 250.0):
        house.late_s = late_s
        await house.operator.do_due()
    assert (await house.commands(call_id))[-1] == ("hang_up", "queued")

    house.exchange.fails["hang_up"] = CallGone("gone")
    house.late_s = 290.0
    await house.operator.do_due()
    assert (await house.commands(call_id))[-1] == ("hang_up", "refused")


async def test_without_a_database_nothing_is_lost(house: House, dsn: str) -> None:
    call_id, _, _ = await house.call()
    blocker = await asyncpg.connect(dsn)
    try:
        await blocker.execute("BEGIN; LOCK TABLE call_command")
        begun = asyncio.create_task(house.operator.do_due())
        await asyncio.sleep(0.05)
        assert house.exchange.asked == []
        await blocker.execute("ROLLBACK")
        await begun
    finally:
        await blocker.close()
    assert await house.commands(call_id) == [("offer", "done")]
