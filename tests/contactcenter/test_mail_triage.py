"""Mails are looked at as other messages are, and only what a person wrote counts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import factories as make
import pytest

from contactcenter import queues, ticket_facts, timeline
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, escalation_facts, holding, pausing
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.sla import sla_clocks
from contactcenter.temperament_model import trained_reader
from contactcenter.tickets import tickets
from contactcenter.triage import Triage
from routing.escalation import Limits, Rule

RUDE = (
    "Too expensive! Give me a discount, meet me halfway: the shop next door asks 75, match it or I"
    " walk. What is your last price? I want to speak to your manager."
)


@pytest.fixture
async def triage(database: Database) -> AsyncIterator[Triage]:
    async with dispatching(database) as dispatcher:
        yield Triage(database, Bell(database), dispatcher, trained_reader())


async def _threaded(conn: Conn, *, kind: str = "message", **columns: Any) -> tuple[int, int]:
    """A ticket as a mail opens it, without an entry queue of its own; and its entry point's queue."""
    queue_id = await make.queue(conn)
    entry_point_id = await make.entry_point(
        conn, queue_id=queue_id, channel="email", address="support@ours.example"
    )
    ticket_id = await make.ticket(
        conn,
        datetime.now(UTC),
        intake_queue_id=queue_id,
        channel="email",
        entry_point_id=entry_point_id,
        **columns,
    )
    await conn.execute("UPDATE ticket SET intake_queue_id = NULL WHERE id = $1", ticket_id)
    await conn.execute("UPDATE interaction SET kind = $2 WHERE ticket_id = $1", ticket_id, kind)
    return ticket_id, queue_id


async def _look(database: Database, triage: Triage, ticket_id: int) -> asyncpg.Record:
    while await triage.look():
        pass
    async with database.read() as conn:
        return await conn.fetchrow(
            """SELECT state, queue_id, temperament, language, subject, last_customer_message_at,
                      (SELECT count(*) FROM interaction i
                       WHERE i.ticket_id = t.id AND i.triaged_at IS NULL) AS untriaged,
                      (SELECT count(*) FROM segment s WHERE s.contact_id = t.contact_id) AS segments,
                      (SELECT count(*) FROM sla_clock k WHERE k.ticket_id = t.id) AS clocks
               FROM ticket t WHERE id = $1""",
            ticket_id,
        )


async def test_a_mail_goes_to_the_queue_of_its_entry_point(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        ticket_id, queue_id = await _threaded(conn, body="Where is my order?")

    found = await _look(database, triage, ticket_id)

    assert (found["state"], found["queue_id"], found["untriaged"]) == ("waiting", queue_id, 0)


async def test_a_mail_that_waited_too_long_goes_there_without_a_look(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        ticket_id, queue_id = await _threaded(conn)
        await conn.execute("UPDATE interaction SET received_at = received_at - interval '9 s'")

    found = await _look(database, triage, ticket_id)

    assert (found["state"], found["queue_id"]) == ("waiting", queue_id)
    assert triage.failures == 1


async def _promise_everything(conn: Conn) -> None:
    await conn.execute(
        "INSERT INTO sla_policy (name, position, condition, first_reply_s, resolution_s)"
        " VALUES ('all', 1, '{}', 3600, 7200)"
    )
    await make.configured(conn)


async def test_a_machines_mail_is_routed_but_nothing_is_read_from_it_or_promised_for_it(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        await _promise_everything(conn)
        ticket_id, queue_id = await _threaded(conn, kind="automatic", body=RUDE)

    found = await _look(database, triage, ticket_id)

    assert (found["state"], found["queue_id"], found["untriaged"]) == ("waiting", queue_id, 0)
    assert (found["temperament"], found["segments"]) == ("unknown", 0)
    assert (found["clocks"], found["last_customer_message_at"]) == (0, None)
    async with database.read() as conn:
        assert not await conn.fetchval("SELECT EXISTS (SELECT FROM escalation)")


async def test_the_same_words_of_a_person_count(database: Database, triage: Triage) -> None:
    async with database.read() as conn:
        await _promise_everything(conn)
        ticket_id, _ = await _threaded(conn, body=RUDE)

    found = await _look(database, triage, ticket_id)

    assert found["temperament"] != "unknown"
    assert (found["segments"], found["clocks"]) == (1, 2)
    assert found["last_customer_message_at"] is not None


async def test_a_rule_may_send_a_machines_mail_elsewhere(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        billing_id = await make.queue(conn)
        await conn.execute(
            "INSERT INTO entry_rule (position, condition, queue_id) VALUES (1, $1, $2)",
            {"keyword": ["invoice"], "channel": "email"},
            billing_id,
        )
        ticket_id, _ = await _threaded(conn, kind="automatic", body="Your invoice is attached")

    assert (await _look(database, triage, ticket_id))["queue_id"] == billing_id


async def test_who_is_known_keeps_his_temperament_when_his_machine_writes(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        contact_id = await make.contact(conn)
        await make.segment(
            conn, datetime.now(UTC), contact_id, "temperament", "warm", source="cues"
        )
        ticket_id, _ = await _threaded(conn, kind="automatic", body=RUDE, contact_id=contact_id)

    assert (await _look(database, triage, ticket_id))["temperament"] == "warm"


async def test_a_persons_words_beside_a_machines_are_the_ones_that_are_read(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        ticket_id, queue_id = await _threaded(conn, kind="automatic", body="مدیرتان را می‌خواهم")
        await conn.execute(
            "UPDATE queue SET escalate_to_id = $2 WHERE id = $1",
            queue_id,
            await make.queue(conn, tier=2),
        )
        await make.interaction(
            conn, datetime.now(UTC), ticket_id=ticket_id, body="My order, please"
        )

    found = await _look(database, triage, ticket_id)

    assert (found["subject"], found["language"]) == ("My order, please", "en")
    assert found["queue_id"] == queue_id  # it was not the person who asked for a manager
    assert found["last_customer_message_at"] is not None


async def test_what_a_machine_wrote_before_is_no_manner_of_the_person(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        contact_id = await make.contact(conn)
        first_id, _ = await _threaded(conn, kind="automatic", body=RUDE, contact_id=contact_id)
    await _look(database, triage, first_id)
    async with database.read() as conn:
        await make.interaction(
            conn, datetime.now(UTC), ticket_id=first_id, body="Where is my order?"
        )

    assert (await _look(database, triage, first_id))["temperament"] == "unknown"


@pytest.mark.parametrize("state", ["assigned", "pending", "solved"])
async def test_a_machines_mail_changes_nothing_about_a_ticket(
    database: Database, triage: Triage, state: str
) -> None:
    async with database.read() as conn:
        now = datetime.now(UTC)
        queue_id = await make.queue(conn)
        agent_id = await make.agent(conn, now)
        ticket = await make.queued_ticket(conn, now, queue_id=queue_id)
        await holding.give_to(conn, now, ticket.id, agent_id, actor="system", note_id=None)
        if state == "pending":
            await pausing.pend(conn, now, ticket.id, actor="system", wake_at=None)
        elif state == "solved":
            await ending.solve(
                conn, now, ticket.id, actor="system", disposition="solved", reopen_window_s=3600
            )
        await conn.execute("UPDATE ticket SET language = 'en'")
        await make.interaction(conn, datetime.now(UTC), ticket_id=ticket.id, kind="automatic")
        before = await conn.fetchval("SELECT version FROM ticket WHERE id = $1", ticket.id)

    found = await _look(database, triage, ticket.id)

    assert (found["state"], found["untriaged"]) == (state, 0)
    assert found["last_customer_message_at"] is None
    async with database.read() as conn:
        assert await conn.fetchval("SELECT version FROM ticket WHERE id = $1", ticket.id) == before


async def test_a_mail_marked_as_spam_before_triage_leaves_by_its_entry_points_queue(
    database: Database, triage: Triage
) -> None:
    async with database.read() as conn:
        await make.queue(conn, tier=1)
        ticket_id, queue_id = await _threaded(conn)
        ticket = await ending.mark_spam(conn, datetime.now(UTC), ticket_id, actor="system")

    assert (ticket.state, ticket.queue_id) == ("closed", queue_id)


# What others ask of the timeline ------------------------------------------------------------------


async def _between(world: Conn) -> tuple[int, int, int]:
    """A customer wrote, an agent answered, two machines wrote to one another: the ticket, both."""
    now = datetime.now(UTC)
    queue_id = await make.queue(world)
    agent_id = await make.agent(world, now)
    ticket = await make.queued_ticket(world, now, queue_id=queue_id, body="It is broken.")
    asked_id = await world.fetchval("SELECT max(id) FROM interaction")
    replied_id = await make.reply(world, now, ticket.id, agent_id)
    await make.interaction(world, now, ticket_id=ticket.id, kind="automatic", body="I am away.")
    await world.execute("UPDATE interaction SET triaged_at = $1", now)
    await make.interaction(
        world,
        now,
        ticket_id=ticket.id,
        direction="outbound",
        kind="autoresponse",
        body="We have it.",
    )
    return ticket.id, asked_id, replied_id


async def test_who_spoke_last_is_a_person(world: Conn) -> None:
    ticket_id, asked_id, replied_id = await _between(world)

    last = await timeline.last_words(world, ticket_id)
    heard = await timeline.last_heard(world, ticket_id)

    assert (last.customer_id, last.ours_id) == (asked_id, replied_id)
    assert heard is not None
    assert heard.id == asked_id


async def test_where_only_a_machine_wrote_it_can_be_answered(world: Conn) -> None:
    ticket_id, asked_id, _ = await _between(world)
    await world.execute("UPDATE interaction SET kind = 'automatic' WHERE id = $1", asked_id)

    heard = await timeline.last_heard(world, ticket_id)

    assert heard is not None
    assert heard.id == await world.fetchval(
        "SELECT max(id) FROM interaction WHERE kind = 'automatic'"
    )


async def test_rules_are_told_the_words_of_persons_alone(world: Conn) -> None:
    ticket_id, _, _ = await _between(world)
    later = datetime.now(UTC) + timedelta(hours=1)

    told = (await ticket_facts.read_all(world, [ticket_id], later))[ticket_id]

    assert told.text == "It is broken."


async def test_a_machine_that_wrote_last_does_not_wait_for_an_answer(world: Conn) -> None:
    ticket_id, _, _ = await _between(world)
    ticket = await tickets.lock(world, ticket_id)
    assert ticket.queue_id is not None

    facts, _ = await escalation_facts.gather(
        world,
        datetime.now(UTC),
        ticket,
        queue=await queues.find(world, ticket.queue_id),
        book=[Rule(name="words", condition={"keyword": ["away"]})],
        limits=Limits(escalations=3, cooldown=timedelta(hours=1)),
    )

    assert facts.unanswered is None
    assert facts.problem is not None
    assert facts.problem.text == "It is broken."
    assert facts.replies == 1


async def test_an_autoresponse_that_fails_leaves_nobody_unanswered(world: Conn) -> None:
    ticket_id, _, replied_id = await _between(world)
    automatic_id = await world.fetchval("SELECT id FROM interaction WHERE kind = 'autoresponse'")
    await world.execute("UPDATE interaction SET state = 'failed' WHERE direction = 'outbound'")

    assert not await sla_clocks.is_unanswered(world, automatic_id)
    assert await sla_clocks.is_unanswered(world, replied_id)
    await world.execute("UPDATE interaction SET state = 'sent' WHERE id = $1", automatic_id)
    assert await sla_clocks.is_unanswered(world, replied_id)  # it is no answer
    await world.execute(
        "UPDATE interaction SET kind = 'automatic' WHERE ticket_id = $1 AND direction = 'inbound'",
        ticket_id,
    )
    assert not await sla_clocks.is_unanswered(world, replied_id)  # nobody asked
