"""A caller never waits for a classifier: what cannot be looked at is routed all the same."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import asyncpg
import factories
import pytest

from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.temperament_model import trained_reader
from contactcenter.triage import BATCH, Triage
from routing.temperament import Message
from routing.temperament.reading import Reading


@pytest.fixture
async def dispatcher(database: Database) -> AsyncIterator[Dispatcher]:
    async with dispatching(database) as dispatcher:
        yield dispatcher


def failing(_message: Message, _before: Sequence[Message] = ()) -> Reading:
    raise RuntimeError("no model")


async def row(database: Database, ticket_id: int) -> asyncpg.Record:
    async with database.read() as conn:
        return await conn.fetchrow(
            "SELECT state, queue_id, temperament, language, subject, (SELECT count(*) FROM interaction i"
            " WHERE i.ticket_id = t.id AND i.triaged_at IS NULL) AS untriaged FROM ticket t WHERE id = $1",
            ticket_id,
        )


async def test_a_new_problem_gets_its_queue_subject_language_and_temperament(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        ticket_id = await factories.ticket(
            conn,
            datetime.now(UTC),
            intake_queue_id=queue_id,
            body="آخرش چند می‌دی؟ یه کم راه بیا، ده درصد کم کن همین الان می‌خرم",
        )

    await Triage(database, Bell(database), dispatcher, trained_reader()).look()

    found = await row(database, ticket_id)
    assert (found["state"], found["queue_id"], found["language"]) == ("waiting", queue_id, "fa")
    assert (found["subject"], found["untriaged"]) == (
        "آخرش چند می‌دی؟ یه کم راه بیا، ده درصد کم کن همین الان می‌خرم",
        0,
    )
    assert found["temperament"] == "haggler"
    async with database.read() as conn:
        evidence = await conn.fetchval("SELECT to_jsonb(e)::text FROM temperament_evidence e")
    assert "cue" in evidence
    assert "درصد" not in evidence


async def test_the_first_entry_rule_that_holds_chooses_the_queue(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        other_id = await factories.queue(conn)
        await conn.execute(
            "INSERT INTO entry_rule (position, condition, queue_id) VALUES (1, $1, $2)",
            {"keyword": ["گارانتی", "warranty"], "channel": "sms"},
            other_id,
        )
        ticket_id = await factories.ticket(
            conn, datetime.now(UTC), intake_queue_id=queue_id, body="Is it under WARRANTY?"
        )

    await Triage(database, Bell(database), dispatcher, trained_reader()).look()

    assert (await row(database, ticket_id))["queue_id"] == other_id


async def test_an_assessor_that_fails_twice_is_done_without(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        ticket_id = await factories.ticket(conn, datetime.now(UTC), intake_queue_id=queue_id)
    triage = Triage(database, Bell(database), dispatcher, failing)

    looks = 0
    while (await row(database, ticket_id))["untriaged"]:
        await triage.look()
        looks += 1
        assert looks < 5

    found = await row(database, ticket_id)
    assert (found["state"], found["queue_id"], found["temperament"]) == (
        "waiting",
        queue_id,
        "unknown",
    )
    assert (looks, triage.failures) == (3, 1)


async def test_a_message_nobody_looked_at_in_time_is_routed_without_a_look(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        long_ago = await conn.fetchval("SELECT clock_timestamp() - interval '3 seconds'")
        ticket_id = await factories.ticket(
            conn, long_ago, intake_queue_id=queue_id, body="آخرش چند؟ تخفیف بده دیگه، گرونه"
        )
    triage = Triage(database, Bell(database), dispatcher, trained_reader())

    await triage.look()

    found = await row(database, ticket_id)
    assert (found["state"], found["temperament"], triage.failures) == ("waiting", "unknown", 1)


async def test_several_processes_queue_a_ticket_once(database: Database) -> None:
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        for _ in range(30):
            await factories.ticket(conn, datetime.now(UTC), intake_queue_id=queue_id)
    dispatchers = [Dispatcher(database, Bell(database)) for _ in range(3)]
    tasks = [asyncio.create_task(one.run()) for one in dispatchers]
    looking = [Triage(database, Bell(database), one, trained_reader()) for one in dispatchers]

    await asyncio.gather(*(one.look() for _ in range(4) for one in looking))
    for task, one in zip(tasks, dispatchers, strict=True):
        task.cancel()
        await one.close()

    async with database.read() as conn:
        queued = await conn.fetchval("SELECT count(*) FROM event WHERE kind = 'ticket_queued'")
        legs = await conn.fetchval("SELECT count(*) FROM leg")
    assert (queued, legs) == (30, 30)


async def test_a_message_on_a_ticket_that_stays_needs_no_routing(
    database: Database, dispatcher: Dispatcher
) -> None:
    now = datetime.now(UTC)
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        ticket = await factories.queued_ticket(conn, now, queue_id=queue_id)
        await conn.execute("UPDATE ticket SET language = 'en' WHERE id = $1", ticket.id)
        await factories.interaction(
            conn, datetime.now(UTC), ticket_id=ticket.id, body="Hello again?"
        )
        before = await conn.fetchval("SELECT version FROM ticket WHERE id = $1", ticket.id)

    await Triage(database, Bell(database), dispatcher, trained_reader()).look()

    async with database.read() as conn:
        after = await conn.fetchrow(
            "SELECT version, last_customer_message_at FROM ticket WHERE id = $1", ticket.id
        )
    assert (after["version"], (await row(database, ticket.id))["untriaged"]) == (before, 0)
    assert after["last_customer_message_at"] > now


async def test_words_on_a_ticket_that_stays_are_heard_by_the_rules_that_listen(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        upper = await factories.queue(conn, tier=2)
        queue_id = await factories.queue(conn, escalate_to_id=upper)
        await factories.escalation_rule(conn, "legal", {"keyword": "lawyer"})
        now = datetime.now(UTC)
        ticket = await factories.queued_ticket(conn, now, queue_id=queue_id)
        await conn.execute("UPDATE ticket SET language = 'en' WHERE id = $1", ticket.id)
        await conn.execute("DELETE FROM timer")  # the rules were asked when it came
        await factories.interaction(conn, now, ticket_id=ticket.id, body="I have a lawyer")

    await Triage(database, Bell(database), dispatcher, trained_reader()).look()

    async with asyncio.timeout(10):
        while (await row(database, ticket.id))["queue_id"] != upper:
            await asyncio.sleep(0.02)


async def test_a_backlog_is_looked_at_piece_by_piece_until_nothing_is_left(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        ticket_id = await factories.ticket(conn, datetime.now(UTC), intake_queue_id=queue_id)
        for n in range(5 * BATCH):
            await factories.interaction(conn, datetime.now(UTC), ticket_id=ticket_id, body=f"{n}")
    triage = Triage(database, Bell(database), dispatcher, trained_reader())

    await triage.look()
    first = await row(database, ticket_id)
    while await triage.look():
        pass

    last = await row(database, ticket_id)
    assert (first["state"], last["state"]) == ("waiting", "waiting")
    assert 0 < first["untriaged"] <= BATCH + 1
    assert last["untriaged"] == 0


async def test_looks_give_way_to_messages_that_come_in_but_never_stand_still(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        for _ in range(5):
            await factories.ticket(conn, datetime.now(UTC), intake_queue_id=queue_id)
    asked = 0

    def always() -> bool:
        nonlocal asked
        asked += 1
        return True

    await Triage(database, Bell(database), dispatcher, trained_reader(), always).look()

    async with database.read() as conn:
        waiting = await conn.fetchval("SELECT count(*) FROM ticket WHERE state = 'waiting'")
    assert (asked, waiting) == (5, 5)
