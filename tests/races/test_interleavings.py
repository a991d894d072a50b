"""Pairs of transactions that meet, in the orders in which they can; not by luck but one by one.

The fast suite takes some of the orders, the long rounds take all with one interruption.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import factories
import pytest
from interleaving import Bench, Story, Work, bench, schedules, under_the_lock
from routing_promises import broken

from channels import Address, Inbound, Raw, StatusUpdate
from contactcenter import desk, merges, timers
from contactcenter.addressing import Letter
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, escalating, firing, holding, moving, refusals, seek
from contactcenter.errors import DomainError
from contactcenter.intake import Intake, _Waiting
from contactcenter.outbound import deliveries, opt_outs, outbox
from contactcenter.tickets import tickets

pytestmark = pytest.mark.parametrize(
    "at_most", [8, pytest.param(10_000, marks=[pytest.mark.full, pytest.mark.timeout(900)])]
)

#: Makes fresh rows and returns the two works on them, and what must hold afterwards.
Round = Callable[[], Awaitable[tuple[tuple[Work, Work], Callable[[Story], Awaitable[None]]]]]


@pytest.fixture
async def table_bench(database: Database) -> AsyncIterator[Bench]:
    async with bench(lambda: database.connect("bench")) as opened:
        yield opened


async def every_order(table_bench: Bench, one_round: Round, at_most: int) -> list[Story]:
    """Run the pair in each order; the first two runs tell how many steps there are."""
    stories = []
    steps = [0, 0]
    for order in ([], [1] * 1000):
        works, check = await one_round()
        story = await table_bench.run(works, order)
        await checked(story, check)
        steps = [max(*pair) for pair in zip(steps, story.steps, strict=True)]
        stories.append(story)
    for order in schedules(steps, at_most=at_most, chance=random.Random(1)):
        works, check = await one_round()
        story = await table_bench.run(works, order)
        await checked(story, check)
        stories.append(story)
    return stories


async def checked(story: Story, check: Callable[[Story], Awaitable[None]]) -> None:
    try:
        await check(story)
    except AssertionError as failed:
        raise AssertionError(f"{failed}\nin this order:\n{story}") from failed


async def held_ticket(table: asyncpg.Connection) -> tuple[int, int]:
    """A ticket and who holds it."""
    now = await timers.clock(table)
    queue_id = await factories.queue(table, auto_accept=["sms"])
    entry_point_id = await factories.entry_point(table, queue_id=queue_id)
    agent_id = await factories.agent(table, now, queues=[queue_id])
    ticket = await factories.queued_ticket(
        table, now, queue_id=queue_id, entry_point_id=entry_point_id
    )
    await seek.agent_for(table, now, await tickets.lock(table, ticket.id))
    return ticket.id, agent_id


async def test_a_reply_and_a_solution_are_in_one_order_or_the_reply_is_refused(
    table: asyncpg.Connection, table_bench: Bench, at_most: int
) -> None:
    async def one_round() -> Any:
        ticket_id, agent_id = await held_ticket(table)

        async def reply(conn: Conn) -> int:
            letter = Letter(text="x", correlation_id=f"c{ticket_id}")
            return await desk.reply(
                conn,
                await timers.clock(conn),
                ticket_id,
                letter,
                author_id=agent_id,
                actor="x",
                channels={},
            )

        async def solve(conn: Conn) -> Any:
            return await ending.solve(
                conn,
                await timers.clock(conn),
                ticket_id,
                actor="x",
                disposition="solved",
                reopen_window_s=900,
            )

        async def check(story: Story) -> None:
            kinds = [
                row["kind"]
                for row in await table.fetch(
                    """SELECT kind FROM event WHERE ticket_id = $1
                       AND kind IN ('reply_written', 'ticket_solved') ORDER BY version""",
                    ticket_id,
                )
            ]
            written = await table.fetchval(
                "SELECT count(*) FROM outbox WHERE correlation_id = $1", f"c{ticket_id}"
            )
            if isinstance(story.outcomes[0], DomainError):
                assert (kinds, written) == (["ticket_solved"], 0)
            else:
                assert (kinds, written) == (["reply_written", "ticket_solved"], 1)
            assert await broken(table) == []

        return (reply, under_the_lock(solve)), check

    stories = await every_order(table_bench, one_round, at_most)

    assert {isinstance(story.outcomes[0], DomainError) for story in stories} == {True, False}


async def test_a_rule_and_a_person_at_once_raise_a_ticket_once(
    table: asyncpg.Connection, table_bench: Bench, at_most: int
) -> None:
    now = await timers.clock(table)
    top = await factories.queue(table, tier=3)
    middle = await factories.queue(table, tier=2, escalate_to_id=top)
    await factories.escalation_rule(table, "all", {"channel": "sms"})

    async def one_round() -> Any:
        queue_id = await factories.queue(table, auto_accept=["sms"], escalate_to_id=middle)
        agent_id = await factories.agent(table, now, queues=[queue_id])
        waiting = await factories.queued_ticket(table, now, queue_id=queue_id)
        await seek.agent_for(table, now, await tickets.lock(table, waiting.id))

        async def ask(conn: Conn) -> Any:
            at = await timers.clock(conn)
            return await escalating.look(conn, at, await tickets.lock(conn, waiting.id))

        async def refer(conn: Conn) -> Any:
            ticket = await tickets.lock(conn, waiting.id)
            if ticket.agent_id != agent_id:  # as the API refuses whoever holds it no more
                return None
            return await escalating.refer_up(
                conn,
                await timers.clock(conn),
                ticket,
                "cannot_solve",
                actor=f"user:{agent_id}",
                queue_id=None,
                note_id=None,
            )

        async def check(story: Story) -> None:
            steps = await table.fetch(
                "SELECT reason FROM escalation WHERE ticket_id = $1", waiting.id
            )
            reasons = [row["reason"] for row in steps]
            assert reasons == (["rule"] if story.outcomes[1] is None else ["cannot_solve"])
            assert (await tickets.find(table, waiting.id)).tier == 2
            assert await broken(table) == []

        return (under_the_lock(ask), under_the_lock(refer)), check

    stories = await every_order(table_bench, one_round, at_most)

    assert {story.outcomes[1] is None for story in stories} == {True, False}


async def test_an_answer_that_a_rule_waits_for_is_not_lost_while_the_rules_are_asked(
    table: asyncpg.Connection, table_bench: Bench, at_most: int
) -> None:
    upper = await factories.queue(table, tier=2)
    await factories.escalation_rule(table, "talking", {"public_replies_without_solve": 2})

    async def one_round() -> Any:
        ticket_id, agent_id = await held_ticket(table)
        await table.execute(
            "UPDATE queue SET escalate_to_id = $2 FROM ticket t"
            " WHERE t.id = $1 AND queue.id = t.queue_id",
            ticket_id,
            upper,
        )
        await factories.reply(table, await timers.clock(table), ticket_id, agent_id)
        await timers.set_for_ticket(table, "escalation_check", ticket_id, await timers.clock(table))

        async def reply(conn: Conn) -> int:
            return await desk.reply(
                conn,
                await timers.clock(conn),
                ticket_id,
                Letter(text="x", correlation_id=f"c{ticket_id}"),
                author_id=agent_id,
                actor="x",
                channels={},
            )

        async def fire(conn: Conn) -> int:
            return await firing.fire_due(conn, await timers.clock(conn), at_most=10)

        async def check(story: Story) -> None:
            assert not any(isinstance(o, Exception) for o in story.outcomes), story.outcomes
            await firing.fire_due(table, await timers.clock(table), at_most=10)
            assert (await tickets.find(table, ticket_id)).tier == 2
            assert await broken(table) == []

        return (reply, under_the_lock(fire)), check

    await every_order(table_bench, one_round, at_most)


async def test_an_acceptance_and_an_escalation_leave_one_holder_and_no_load_behind(
    table: asyncpg.Connection, table_bench: Bench, at_most: int
) -> None:
    now = await timers.clock(table)
    senior_queue = await factories.queue(table, tier=2)

    async def one_round() -> Any:
        queue_id = await factories.queue(table, escalate_to_id=senior_queue)
        agent_id = await factories.agent(table, now, queues=[queue_id])
        waiting = await factories.queued_ticket(table, now, queue_id=queue_id)
        rings = await seek.agent_for(table, now, await tickets.lock(table, waiting.id))
        assert rings.state == "offered"

        async def accept(conn: Conn) -> Any:
            return await holding.accept(conn, await timers.clock(conn), waiting.id, agent_id)

        async def escalate(conn: Conn) -> Any:
            at = await timers.clock(conn)
            ticket = await tickets.lock(conn, waiting.id)
            return await moving.escalate(conn, at, ticket, "customer_words", actor="x")

        async def check(story: Story) -> None:
            found = await tickets.find(table, waiting.id)
            load = await table.fetchval("SELECT load FROM agent WHERE id = $1", agent_id)
            assert (found.state, found.queue_id, found.agent_id) == ("waiting", senior_queue, None)
            assert load == 0
            if isinstance(story.outcomes[0], DomainError):
                assert isinstance(story.outcomes[0], refusals.OfferNotYours)
            assert await broken(table) == []

        return (under_the_lock(accept), under_the_lock(escalate)), check

    stories = await every_order(table_bench, one_round, at_most)

    assert {isinstance(story.outcomes[0], DomainError) for story in stories} == {True, False}


async def test_a_message_that_meets_a_merge_ends_with_the_contact_that_is_left(
    database: Database, table: asyncpg.Connection, table_bench: Bench, at_most: int
) -> None:
    now = await timers.clock(table)
    queue_id = await factories.queue(table)
    await factories.entry_point(table, queue_id=queue_id, address="+982100000000")
    intake = Intake(database, Bell(database), reopen_window_s=3600)

    async def one_round() -> Any:
        kept_id, other_id = [await factories.contact(table) for _ in range(2)]
        await factories.ticket(table, now, intake_queue_id=queue_id, contact_id=kept_id)
        phone = await table.fetchval("SELECT value FROM identity WHERE contact_id = $1", other_id)
        item = Inbound(
            channel="sms",
            entry_point="+982100000000",
            sender=Address(kind="phone", value=phone),
            text="Hello",
            raw=Raw(body=phone.encode(), content_type="text/plain"),
            external_id=f"SM{phone}",
        )

        async def merge(conn: Conn) -> Any:
            at = await timers.clock(conn)
            return await merges.merge(conn, at, kept_id, other_id, actor="x", must_read_as=None)

        async def receive(conn: Conn) -> None:
            await intake._write(conn, [_Waiting(item)])

        async def check(_story: Story) -> None:
            owners = await table.fetch(
                """SELECT contact_id FROM interaction WHERE external_id = $1
                   UNION SELECT contact_id FROM identity WHERE value = $2
                   UNION SELECT t.contact_id FROM interaction i JOIN ticket t ON t.id = i.ticket_id
                   WHERE i.external_id = $1""",
                f"SM{phone}",
                phone,
            )
            left = await table.fetchval(
                "SELECT count(*) FROM ticket WHERE contact_id = $1", other_id
            )
            stored = await table.fetchval(
                "SELECT count(*) FROM interaction WHERE external_id = $1", f"SM{phone}"
            )
            assert ([row[0] for row in owners], left, stored) == ([kept_id], 0, 1)

        return (under_the_lock(merge), receive), check

    await every_order(table_bench, one_round, at_most)


class Line:
    """A channel whose refusals hold for one of our addresses."""

    has_threads = False

    def sender(self, entry_point: str) -> str:
        return entry_point

    def account(self, _entry_point: str) -> str:
        return "AC1"


async def queued_message(table: asyncpg.Connection) -> tuple[int, int, str, str]:
    """A message that waits to be sent: its id, its recipient's, our address, its correlation."""
    ticket_id, agent_id = await held_ticket(table)
    now = await timers.clock(table)
    correlation_id = f"m{ticket_id}"
    interaction_id = await desk.reply(
        table,
        now,
        ticket_id,
        Letter(text="x", correlation_id=correlation_id),
        author_id=agent_id,
        actor="x",
        channels={},
    )
    identity_id, address = await table.fetchrow(
        """SELECT i.identity_id, e.address FROM interaction i JOIN entry_point e
           ON e.id = i.entry_point_id WHERE i.id = $1""",
        interaction_id,
    )
    return interaction_id, identity_id, address, correlation_id


async def test_nothing_is_claimed_for_whoever_had_said_stop_before(
    table: asyncpg.Connection, table_bench: Bench, at_most: int
) -> None:
    async def one_round() -> Any:
        await table.execute("UPDATE outbox SET state = 'failed', claimed_until = NULL")
        interaction_id, identity_id, address, _ = await queued_message(table)

        async def stop(conn: Conn) -> bool:
            at = await timers.clock(conn)
            return await opt_outs.withdraw(
                conn, at, identity_id, "sms", address, source="customer", actor="customer"
            )

        async def claim(conn: Conn) -> list[outbox.Job]:
            jobs = await outbox.claim(conn, at_most=8)
            lines = {"sms": Line()}
            refused = await opt_outs.refused(conn, lines, jobs)  # type: ignore[arg-type]
            return [job for job in jobs if job not in refused]

        async def check(story: Story) -> None:
            said = story.place_of(0, "committed")
            looked = story.place_of(1, "FROM opt_out")
            assert said is not None
            assert looked is not None
            sent = [job.interaction_id for job in story.outcomes[1]]
            assert sent == ([] if said < looked else [interaction_id])

        return (stop, claim), check

    stories = await every_order(table_bench, one_round, at_most)

    assert {len(story.outcomes[1]) for story in stories} == {0, 1}


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_report_that_meets_the_answer_stands(
    table: asyncpg.Connection, table_bench: Bench, at_most: int, is_lost: bool
) -> None:
    async def one_round() -> Any:
        interaction_id, _, _, correlation_id = await queued_message(table)
        jobs = await outbox.claim(table, at_most=8)
        job = next(job for job in jobs if job.interaction_id == interaction_id)

        async def answer(conn: Conn) -> None:
            at = await timers.clock(conn)
            if is_lost:
                await outbox.failed(conn, at, job, "unknown", code=None, detail="lost")
            else:
                await outbox.sent(
                    conn, at, job, external_id=f"SM{job.id}", status="queued", segments=1
                )

        async def report(conn: Conn) -> None:
            told = StatusUpdate(
                channel="sms",
                external_id=f"SM{job.id}",
                status="delivered",
                correlation_id=correlation_id,
                raw=Raw(body=b"", content_type="text/plain"),
            )
            await deliveries.note_status(conn, told)

        async def check(_story: Story) -> None:
            found = await table.fetchrow(
                """SELECT o.state AS sending, i.state, i.external_id FROM outbox o
                   JOIN interaction i ON i.id = o.interaction_id WHERE i.id = $1""",
                interaction_id,
            )
            assert tuple(found) == ("sent", "delivered", f"SM{job.id}")

        return (answer, report), check

    await every_order(table_bench, one_round, at_most)
