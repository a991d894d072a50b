"""Why an agent has not got a ticket: each clause, and the last word after random histories."""

import random
from datetime import UTC, datetime, timedelta

import factories
import pytest
from noon import NOON, after

from contactcenter import why_not
from contactcenter.db import Conn
from contactcenter.dispatch import ending, firing, holding, pausing, presence, seek
from contactcenter.errors import DomainError, NotFound
from contactcenter.speech import Speech
from contactcenter.tickets import tickets
from contactcenter.time_zones import zone_of
from contactcenter.why_not import WhyNot

SPEECH = Speech(language="en", zone=zone_of("UTC"))


async def asked(conn: Conn, at: datetime, ticket_id: int, agent_id: int, language="en") -> WhyNot:
    found = await why_not.of_agent(conn, ticket_id, agent_id)
    opens_at = await why_not.opens_at(conn, at, [found])
    speech = Speech(language=language, zone=zone_of("UTC"))
    return why_not.told(at, found, speech, queue_opens_at=opens_at)


async def said(conn: Conn, at: datetime, ticket_id: int, agent_id: int) -> list[object]:
    english = await asked(conn, at, ticket_id, agent_id)
    persian = await asked(conn, at, ticket_id, agent_id, "fa")
    sentences = [
        s.replace("\u2068", "").replace("\u2069", "") for s in (english.sentence, persian.sentence)
    ]
    return [english.clause, english.until, *sentences]


async def test_who_came_second_is_told_at_whom_it_rings_and_why(world: Conn) -> None:
    queue_id = await factories.queue(world, name="Support")
    ann = await factories.agent(world, after(-60), name="Ann", queues=[queue_id])
    bob = await factories.agent(world, after(-50), name="Bob", queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)

    clause, until, english, persian = await said(world, after(5), ticket.id, bob)
    assert (clause, until) == ("not_waiting", after(60))
    assert english == (
        "It rings at Ann, until 12:01:00. Bob came right behind (idle for less long)."
        " Nothing else keeps Bob from it."
    )
    assert persian == (
        "نزد Ann زنگ می‌خورد، تا ۱۲:۰۱:۰۰. Bob درست پس از او بود (کمتر بیکار بوده است)."
        " جز این چیزی مانع Bob نیست."
    )
    assert (await said(world, after(5), ticket.id, ann))[2:] == [
        "It rings at Ann, until 12:01:00.",
        "هم‌اکنون نزد Ann زنگ می‌خورد، تا ۱۲:۰۱:۰۰.",
    ]


async def test_a_ticket_that_is_held_is_told_with_its_holder(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    ann = await factories.agent(world, NOON, name="Ann", queues=[queue_id])
    bob = await factories.agent(world, NOON, name="Bob", queues=[queue_id], presence="away")
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)

    held = await said(world, after(5), ticket.id, bob)
    await pausing.hold(
        world, after(6), ticket.id, actor="system", reason="part", wake_at=after(3600)
    )
    paused = await said(world, after(7), ticket.id, ann)

    assert held == ["not_waiting", None, "Ann has it.", "در دست Ann است."]
    assert paused == [
        "not_waiting",
        after(3600),
        "It is on hold with Ann, until 13:00:00.",
        "درخواست نزد Ann معلق است، تا ۱۳:۰۰:۰۰.",
    ]


async def test_each_clause_is_named_with_when_it_ends(world: Conn) -> None:
    queue_id = await factories.queue(world, name="Support")
    member = [queue_id]
    stranger = await factories.agent(world, NOON, name="Stranger")
    away = await factories.agent(world, NOON, name="Away", queues=member, presence="away")
    full = await factories.agent(world, NOON, name="Full", queues=member, capacity=1)
    await world.execute("UPDATE agent SET load = 1 WHERE id = $1", full)
    late = await factories.agent(world, NOON, name="Late")
    await factories.join_queue(world, late, queue_id, delay_s=90)
    said_no = await factories.agent(world, NOON, name="Nope", queues=member)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    await holding.decline(world, after(5), ticket.id, said_no)

    answers = [
        await said(world, after(10), ticket.id, agent_id)
        for agent_id in (stranger, away, full, late, said_no)
    ]

    assert answers == [
        ["not_a_member", None, "Stranger does not serve Support.", "Stranger عضو Support نیست."],
        ["not_available", None, "Away is away since 12:00:00.", "Away از ۱۲:۰۰:۰۰ غایب است."],
        [
            "no_room",
            None,
            "Full has 0 of 1 units free; the ticket takes 1.",
            "Full از ۱ واحد ظرفیت ۰ واحد آزاد دارد؛ درخواست ۱ واحد می‌گیرد.",
        ],
        [
            "too_early",
            after(90),
            "Late is asked when it has waited 1 min 30 s, from 12:01:30.",
            "از Late پس از ۱ دقیقه و ۳۰ ثانیه انتظار پرسیده می‌شود، از ۱۲:۰۱:۳۰.",
        ],
        [
            "excluded",
            after(65),
            "Nope did not take it and is asked again from 12:01:05.",
            "Nope آن را نپذیرفت و از ۱۲:۰۱:۰۵ دوباره از او پرسیده می‌شود.",
        ],
    ]


async def test_a_closed_queue_is_told_with_its_next_opening(world: Conn) -> None:
    queue_id = await factories.queue(world, name="Support")
    calendar_id = await factories.calendar(world)
    await world.execute(
        "INSERT INTO calendar_use (queue_id, calendar_id, from_at) VALUES ($1, $2, $3)",
        queue_id,
        calendar_id,
        NOON - timedelta(days=30),
    )
    await world.execute("UPDATE queue SET is_open = false WHERE id = $1", queue_id)
    agent_id = await factories.agent(world, NOON, name="Ann", queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)

    # NOON is a Friday; Saturday begins at 08:00 in Tehran.
    assert await said(world, NOON, ticket.id, agent_id) == [
        "queue_closed",
        datetime(2026, 11, 21, 4, 30, tzinfo=UTC),
        "Support is closed, until 2026-11-21 04:30:00.",
        "Support بسته است، تا ۱۴۰۵-۰۸-۳۰ ۰۴:۳۰:۰۰.",
    ]


async def test_a_ticket_kept_for_somebody_is_told_so_to_the_others(world: Conn) -> None:
    queue_id = await factories.queue(world)
    owner = await factories.agent(world, NOON, name="Ann", queues=[queue_id], presence="wrap_up")
    other = await factories.agent(world, NOON, name="Bob", queues=[queue_id], presence="away")
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await world.execute(
        "UPDATE ticket SET sticky_agent_id = $1, sticky_until = $2 WHERE id = $3",
        owner,
        after(60),
        ticket.id,
    )
    await world.execute("UPDATE agent SET presence = 'available' WHERE id = $1", other)

    assert (await said(world, after(59), ticket.id, other))[:3] == [
        "kept_for_another",
        after(60),
        "It is kept for Ann, until 12:01:00.",
    ]
    assert (await asked(world, after(60), ticket.id, other)).clause is None
    assert (await asked(world, after(59), ticket.id, owner)).clause == "not_available"


async def test_an_agent_who_does_not_exist_is_named(world: Conn) -> None:
    queue_id = await factories.queue(world)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)

    with pytest.raises(NotFound, match="there is no agent 999999"):
        await why_not.of_agent(world, ticket.id, 999_999)


@pytest.mark.parametrize("seed", range(8))
async def test_whoever_is_idle_beside_a_waiting_ticket_is_told_what_keeps_him(
    world: Conn, seed: int
) -> None:
    """Work conservation, asked of the API's own answer after every step of a random history."""
    chance = random.Random(seed)
    queues = [await factories.queue(world, offer_timeout_s=20, wrap_up_s=w) for w in (0, 30)]
    agents = [
        await factories.agent(world, NOON, capacity=chance.choice([1, 2]), presence="offline")
        for _ in range(4)
    ]
    for agent_id in agents:
        for queue_id in chance.sample(queues, chance.choice([1, 2])):
            level, delay_s = chance.choice([(1, 0), (2, 0), (2, 25)])
            await factories.join_queue(world, agent_id, queue_id, level=level, delay_s=delay_s)
    choices, found, at, named = (queues, agents), [], NOON, set()

    for _ in range(40):
        at += timedelta(seconds=chance.choice([0, 3, 10, 40]))
        while await firing.fire_due(world, at, at_most=32):
            pass
        try:
            async with world.transaction():
                await _step(world, chance, at, choices, found)
        except DomainError:
            pass  # what its state does not allow
        waiting = await world.fetch("SELECT id FROM ticket WHERE state = 'waiting' ORDER BY id")
        for (ticket_id,) in waiting:
            for one in await why_not.of_members(world, ticket_id, after_id=0, limit=50):
                answer = why_not.told(at, one, SPEECH, queue_opens_at=None)
                assert answer.clause is not None, answer
                named.add(answer.clause)

    assert "not_waiting" not in named
    assert len(named) > 1


async def _step(conn, chance, at, choices, found) -> None:
    queues, agents = choices
    agent_id = chance.choice(agents)
    do = chance.choice(["come", "come", "arrive", "arrive", "arrive", "answer", "solve", "leave"])
    if do == "arrive":
        queue_id = chance.choice(queues)
        ticket = await factories.queued_ticket(conn, at, queue_id=queue_id)
        found.append(ticket.id)
        await seek.agent_for(conn, at, ticket)
        return
    if do == "come":
        await presence.change(conn, at, agent_id, "available", None, actor="system")
    elif do == "leave":
        wanted, reason = chance.choice([("offline", None), ("away", "lunch"), ("draining", None)])
        await presence.change(conn, at, agent_id, wanted, reason, actor="system")
    elif found:
        ticket = await tickets.find(conn, chance.choice(found))
        if do == "solve":
            await ending.solve(
                conn, at, ticket.id, actor="system", disposition="solved", reopen_window_s=60
            )
            return
        rings_at = await conn.fetchval(
            "SELECT agent_id FROM offer WHERE ticket_id = $1 AND state = 'pending'", ticket.id
        )
        answer = chance.choice([holding.accept, holding.decline])
        await answer(conn, at, ticket.id, rings_at or agent_id)
