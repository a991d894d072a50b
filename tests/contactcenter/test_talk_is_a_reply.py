"""To talk with a customer is to answer him: what was promised is kept, once, at the right instant."""

from collections.abc import AsyncIterator
from datetime import datetime

import call_world
import factories as make
import pytest
from call_world import met
from promised import Centre, at

from contactcenter.dispatch import answering, calling, returning
from contactcenter.measuring import Ask, Row, measured
from contactcenter.reporting import kept_facts
from contactcenter.tickets import tickets


@pytest.fixture
async def centre(dsn: str) -> AsyncIterator[Centre]:
    opened = await Centre.opened(dsn)
    await opened.promise(first=5, next=30)
    opened.agent_id = await call_world.phone_agent(
        opened.conn, at(-600), opened.queue_id, capacity=1000
    )
    yield opened
    await opened.conn.close()


async def rings(centre: Centre, minute: float) -> tuple[int, int, int]:
    """A caller waits since ``minute``, and it rings at the agent: the call, his leg, the ticket."""
    call_id, ticket = await centre.hold(
        at(minute), call_world.waiting_call(centre.conn, at(minute), queue_id=centre.queue_id)
    )
    leg_id = await call_world.dialled(
        centre.conn, await call_world.rung(centre.conn, centre.agent_id)
    )
    return call_id, leg_id, ticket.id


async def taken(centre: Centre, minute: float, leg_id: int) -> None:
    await centre.hold(at(minute), answering.press(centre.conn, at(minute), leg_id, "1"))
    await centre.hold(at(minute), answering.connected(centre.conn, at(minute), leg_id))


async def first_reply(centre: Centre) -> Row:
    every = [row["id"] for row in await centre.conn.fetch("SELECT id FROM ticket")]
    for ticket_id in every:
        opened = {"channel": "phone", "entry_point_id": None}
        await make.event(
            centre.conn, at(0), "ticket_opened", ticket_id=ticket_id, actor="customer", data=opened
        )
    facts = await kept_facts.tell(centre.conn, every)
    [row] = measured(facts, Ask(metric="first_reply", from_at=at(-60), to_at=at(60)))
    return row


async def answers(centre: Centre, ticket_id: int) -> list[tuple[int, str]]:
    rows = await centre.conn.fetch(
        "SELECT agent_id, data ->> 'answered_at' AS at FROM event"
        " WHERE ticket_id = $1 AND kind = 'call_answered'",
        ticket_id,
    )
    return [(row["agent_id"], row["at"]) for row in rows]


async def test_a_promise_is_kept_when_both_talk_though_it_is_told_late(centre: Centre) -> None:
    call_id, leg_id, ticket_id = await rings(centre, 0)
    await taken(centre, 0.2, leg_id)
    assert (await tickets.find(centre.conn, ticket_id)).first_reply_at is None

    for told_at in (3, 3, 7):  # late, twice, and late again
        await centre.hold(at(told_at), met(centre.conn, at(1.5), call_id, leg_id, now=at(told_at)))

    assert await centre.clocks(ticket_id, "metric", "started_at", "met_at", "breached_at") == [
        ("first_reply", 0, 1.5, None)
    ]
    assert (await tickets.find(centre.conn, ticket_id)).first_reply_at == at(1.5)
    [(agent_id, told)] = await answers(centre, ticket_id)
    assert (agent_id, datetime.fromisoformat(told)) == (centre.agent_id, at(1.5))
    replied = await first_reply(centre)
    assert (replied.n, replied.mean) == (1, 90.0)


async def test_a_promise_is_broken_where_nobody_talks_in_time(centre: Centre) -> None:
    call_id, leg_id, ticket_id = await rings(centre, 0)
    await taken(centre, 0.2, leg_id)
    await centre.pass_to(6)
    await centre.hold(at(6.5), met(centre.conn, at(6.4), call_id, leg_id, now=at(6.5)))

    assert await centre.clocks(ticket_id, "metric", "met_at", "breached_at") == [
        ("first_reply", 6.4, 5)
    ]


async def test_who_hangs_up_before_anybody_talks_was_answered_nothing(centre: Centre) -> None:
    call_id, leg_id, ticket_id = await rings(centre, 0)
    await taken(centre, 0.2, leg_id)

    await centre.hold(at(2), call_world.over(centre.conn, at(2), call_id, "abandoned"))

    assert await centre.clocks(ticket_id, "metric", "met_at") == [("first_reply", None)]
    assert await answers(centre, ticket_id) == []
    assert (await first_reply(centre)).n == 0


async def test_a_call_of_ours_answers_what_the_customer_wrote(centre: Centre) -> None:
    ticket_id = await centre.held(0)
    call_id = await _calls_out(centre, ticket_id, 10)
    leg_id = await call_world.rung(centre.conn, centre.agent_id)

    await centre.hold(at(11), met(centre.conn, at(10.5), call_id, leg_id, now=at(11)))
    await centre.hold(at(12), calling.follow(centre.conn, at(12), call_id))

    assert await centre.clocks(ticket_id, "metric", "met_at") == [("first_reply", 10.5)]
    assert len(await answers(centre, ticket_id)) == 1


async def test_a_number_outside_alone_answers_nobody(centre: Centre) -> None:
    call_id, _, ticket_id = await rings(centre, 0)
    await centre.conn.execute(
        "UPDATE call_leg SET party = 'number', user_id = NULL, offer_id = NULL, joined_at = $2"
        " WHERE call_id = $1 AND party = 'agent'",
        call_id,
        at(1),
    )
    await centre.conn.execute("UPDATE call SET answered_at = $2 WHERE id = $1", call_id, at(1))

    await centre.hold(at(2), calling.follow(centre.conn, at(2), call_id))

    assert await answers(centre, ticket_id) == []


async def test_a_ticket_whose_customer_was_talked_with_is_not_returned(centre: Centre) -> None:
    """The provider's second may lie before the instant at which the ticket became his."""
    await centre.conn.execute("UPDATE queue SET return_after_s = 120")
    call_id, leg_id, ticket_id = await rings(centre, 0)
    await taken(centre, 0.2, leg_id)
    await centre.hold(at(1), met(centre.conn, at(0.19), call_id, leg_id, now=at(1)))
    await centre.hold(at(5), call_world.over(centre.conn, at(5), call_id))

    await centre.hold(at(5), returning.return_if_due(centre.conn, at(5), ticket_id))

    assert (await tickets.find(centre.conn, ticket_id)).state == "assigned"


async def _calls_out(centre: Centre, ticket_id: int, minute: float) -> int:
    """The holder has the customer called; both telephones ring."""
    call_id: int = await centre.conn.fetchval(
        "INSERT INTO call (entry_point_id, direction, address_kind, address, contact_id, ticket_id,"
        " state, began_at) SELECT e.id, 'outbound', 'phone', '+989120000000', t.contact_id, t.id,"
        " 'dialling', $2 FROM ticket t, entry_point e WHERE t.id = $1 LIMIT 1 RETURNING id",
        ticket_id,
        at(minute),
    )
    for party, user_id in (("agent", centre.agent_id), ("customer", None)):
        await centre.conn.execute(
            "INSERT INTO call_leg (call_id, party, user_id, address, purpose, state, began_at)"
            " VALUES ($1, $2, $3, '+4930', 'outbound', 'ringing', $4)",
            call_id,
            party,
            user_id,
            at(minute),
        )
    return call_id
