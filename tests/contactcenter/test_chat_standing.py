"""How it stands with visitors: place, wait, agent, hours; and what asking costs."""

import heapq
import random
from datetime import UTC, datetime, timedelta
from statistics import mean

import factories
import pytest
from noon import NOON, after

from channels import Standing
from contactcenter.chats import chat_standing
from contactcenter.chats.chat_standing import PACE_TAKINGS, standing_of_stranger, standings, told_s
from contactcenter.db import Conn
from contactcenter.dispatch import pausing, seek
from contactcenter.tickets import tickets

AGENTS = 4
MEAN_TALK_S = 300.0


@pytest.fixture
async def queue_id(world: Conn) -> int:
    return await factories.queue(world, auto_accept=["webchat"])


@pytest.fixture
async def door(world: Conn, queue_id: int) -> int:
    return await factories.entry_point(world, queue_id=queue_id, channel="webchat")


async def test_who_has_written_nothing_is_new(world: Conn, door: int) -> None:
    him = await _stranger(world, door)

    assert await standings(world, NOON, [him, 999_999]) == {him: Standing()}
    assert await standing_of_stranger(world, NOON, door) == Standing()


async def test_places_follow_the_order_in_which_agents_are_given_tickets(
    world: Conn, queue_id: int, door: int
) -> None:
    waiting = [
        await factories.queued_ticket(world, after(n), queue_id=queue_id, channel="webchat")
        for n in range(4)
    ]
    last = await tickets.lock(world, waiting[3].id)
    await tickets.save(world, await tickets.grant_credit(world, last, "escalated", 300))
    theirs = [
        await factories.chat_visitor(world, after(9), entry_point_id=door, ticket_id=ticket.id)
        for ticket in waiting
    ]

    found = await standings(world, after(9), theirs[1:])

    assert [found[v].position for v in theirs[1:]] == [3, 4, 1]
    assert {found[v].state for v in theirs[1:]} == {"waiting"}
    assert {found[v].expected_wait_s for v in theirs[1:]} == {None}
    agent_id = await factories.agent(world, after(10), queues=[queue_id], capacity=2)
    await seek.tickets_for(world, after(10), agent_id)
    states = [(await tickets.find(world, ticket.id)).state for ticket in waiting]
    assert states == ["assigned", "waiting", "waiting", "assigned"]


async def test_other_queues_are_other_lines(world: Conn, queue_id: int, door: int) -> None:
    other = await factories.queue(world)
    for n in range(3):
        await factories.queued_ticket(world, after(n), queue_id=other)
    mine = await factories.queued_ticket(world, after(5), queue_id=queue_id)
    him = await factories.chat_visitor(world, after(5), entry_point_id=door, ticket_id=mine.id)

    assert (await standings(world, after(6), [him]))[him].position == 1


async def test_what_is_not_looked_at_yet_waits_without_a_place(
    world: Conn, queue_id: int, door: int
) -> None:
    opened = await factories.ticket(world, NOON, intake_queue_id=queue_id)
    him = await factories.chat_visitor(world, NOON, entry_point_id=door, ticket_id=opened)

    assert (await standings(world, NOON, [him]))[him] == Standing(state="waiting")


async def test_what_rings_at_an_agent_is_the_next(world: Conn, queue_id: int, door: int) -> None:
    await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ringing = await factories.queued_ticket(world, after(1), queue_id=queue_id)
    await world.execute("UPDATE ticket SET state = 'offered' WHERE id = $1", ringing.id)
    him = await factories.chat_visitor(world, after(1), entry_point_id=door, ticket_id=ringing.id)

    found = (await standings(world, after(2), [him]))[him]

    assert (found.state, found.position, found.agent) == ("waiting", 1, None)


async def test_who_is_answered_knows_by_whom(world: Conn, queue_id: int, door: int) -> None:
    ann = await factories.agent(world, NOON, name="Ann", queues=[queue_id])
    mine = await factories.queued_ticket(world, after(1), queue_id=queue_id, channel="webchat")
    await seek.agent_for(world, after(2), mine)
    him = await factories.chat_visitor(world, after(1), entry_point_id=door, ticket_id=mine.id)
    await world.execute("UPDATE chat_visitor SET last_sequence = 3, read_sequence = 2")

    found = (await standings(world, after(3), [him]))[him]

    assert found == Standing(state="talking", agent="Ann", read_sequence=2)
    await pausing.pend(world, after(4), mine.id, actor=f"user:{ann}", wake_at=None)
    assert (await standings(world, after(5), [him]))[him].agent == "Ann"


async def test_hours_are_those_of_the_entry_point_else_of_its_queue(
    world: Conn, queue_id: int, door: int
) -> None:
    him = await _stranger(world, door)
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    opening = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)  # Saturday, 08:00 in Tehran
    calendar_id = await factories.calendar(world)
    await world.execute("UPDATE queue SET calendar_id = $1", calendar_id)
    closed = Standing(is_open=False, opens_at=opening)
    assert (await standings(world, friday, [him]))[him] == closed
    assert await standing_of_stranger(world, friday, door) == closed

    own = await factories.calendar(world, time_zone="UTC")
    await world.execute("UPDATE entry_point SET calendar_id = $1", own)
    at_work = opening + timedelta(hours=4)

    assert (await standings(world, at_work, [him]))[him] == Standing()
    later = Standing(is_open=False, opens_at=opening + timedelta(hours=3, minutes=30))
    assert await standing_of_stranger(world, opening, door) == later


async def test_a_calendar_that_never_opens_promises_nothing(world: Conn, door: int) -> None:
    calendar_id = await factories.calendar(world)
    await world.execute("DELETE FROM calendar_hours WHERE calendar_id = $1", calendar_id)
    await world.execute("UPDATE entry_point SET calendar_id = $1", calendar_id)

    assert await standing_of_stranger(world, NOON, door) == Standing(is_open=False)


# The expected wait --------------------------------------------------------------------------


async def test_nothing_is_expected_of_a_queue_that_nobody_serves_or_that_is_closed(
    world: Conn, queue_id: int, door: int
) -> None:
    mine = await factories.queued_ticket(world, after(-60), queue_id=queue_id)
    him = await factories.chat_visitor(world, after(-60), entry_point_id=door, ticket_id=mine.id)
    history = [(-600.0 - 10 * n, -500.0 + 10 * n) for n in range(6)]
    await _took(world, queue_id, history)

    async def expected() -> int | None:
        return (await standings(world, NOON, [him]))[him].expected_wait_s

    assert await expected() is None
    agent_id = await factories.agent(world, NOON, queues=[queue_id], presence="away")
    assert await expected() is None
    await world.execute("UPDATE agent SET presence = 'wrap_up' WHERE id = $1", agent_id)
    assert await expected() == 30  # 22 s: five gaps of 10 s, and a minute in which nobody was taken
    assert (await standings(world, after(7200), [him]))[him].expected_wait_s is None  # long ago
    await world.execute("UPDATE queue SET is_open = false")
    assert await expected() is None


async def test_few_takings_are_no_ground_for_a_guess(world: Conn, queue_id: int) -> None:
    await factories.agent(world, NOON, queues=[queue_id])
    await _took(world, queue_id, [(-600.0, -100.0 + n) for n in range(5)])
    assert await chat_standing.paces(world, NOON, [queue_id]) == {}

    await _took(world, queue_id, [(-600.0, -50.0)])

    assert await chat_standing.paces(world, NOON, [queue_id]) == {queue_id: 10.0}


async def test_time_in_which_nobody_waited_does_not_count(world: Conn, queue_id: int) -> None:
    await factories.agent(world, NOON, queues=[queue_id])
    came_and_taken = [(-60.0 * n - 7, -60.0 * n) for n in range(1, 8)]
    await _took(world, queue_id, came_and_taken)

    assert await chat_standing.paces(world, NOON, [queue_id]) == {queue_id: 7.0}


async def test_the_last_takings_count(world: Conn, queue_id: int) -> None:
    await factories.agent(world, NOON, queues=[queue_id])
    slow = [(-3500.0, -3400.0 + 60 * n) for n in range(20)]
    fast = [(-3500.0, -2000.0 + 2 * n) for n in range(PACE_TAKINGS + 1)]
    await _took(world, queue_id, slow + fast)

    assert await chat_standing.paces(world, NOON, [queue_id]) == {queue_id: 2.0}


@pytest.mark.parametrize(
    ("wait_s", "told"),
    [(0, 10), (10, 10), (10.1, 20), (119, 120), (121, 150), (601, 660), (3599, 3600), (3601, 4200)],
)
def test_a_guess_is_told_in_steps(wait_s: float, told: int) -> None:
    assert told_s(wait_s) == told


async def test_the_expected_wait_is_what_a_simulated_queue_makes_of_it(
    world: Conn, queue_id: int
) -> None:
    """Whoever waits in M/M/4 at 95 % is told his wait, on average; and not at random."""
    await factories.agent(world, NOON, queues=[queue_id])
    trace = _played(random.Random(7), customers=700)
    await _took(world, queue_id, [(came, began) for came, began in trace if began > came])
    head = await factories.queued_ticket(world, NOON, queue_id=queue_id)

    told, waited = [], []
    for n, (came, began) in enumerate(trace[100:], start=100):
        ahead = [c for c, b in trace[:n] if b > came]
        if began <= came or n % 3:
            continue
        first = min(ahead, default=came)
        await world.execute(
            "UPDATE leg SET from_at = $2 WHERE ticket_id = $1 AND to_at IS NULL",
            head.id,
            after(first),
        )
        pace = await chat_standing.paces(world, after(came), [queue_id])
        if queue_id in pace:
            told.append((len(ahead) + 1) * pace[queue_id])
            waited.append(began - came)

    assert len(told) > 100
    assert mean(told) == pytest.approx(mean(waited), rel=0.1)
    off = mean(abs(t - w) for t, w in zip(told, waited, strict=True))
    by_mean = mean(abs(mean(waited) - w) for w in waited)
    assert off < by_mean / 2  # far better than telling everybody the average


def _played(chance: random.Random, *, customers: int) -> list[tuple[float, float]]:
    """When customers came and when their talks began: one line, four agents, at 95 %."""
    free_at = [0.0] * AGENTS
    came, trace = 0.0, []
    for _ in range(customers):
        came += chance.expovariate(0.95 * AGENTS / MEAN_TALK_S)
        began = max(came, heapq.heappop(free_at))
        heapq.heappush(free_at, began + chance.expovariate(1 / MEAN_TALK_S))
        trace.append((came, began))
    return trace


async def _took(conn: Conn, queue_id: int, waits: list[tuple[float, float]]) -> None:
    """Legs of some who waited in the queue and were taken: from when to when, since noon."""
    ticket_id = await factories.ticket(conn, NOON, intake_queue_id=queue_id)
    await conn.executemany(
        """INSERT INTO leg (ticket_id, episode, tier, queue_id, from_at, to_at, ended_by)
           VALUES ($1, 1, 1, $2, $3, $4, 'assigned')""",
        [(ticket_id, queue_id, after(begin), after(end)) for begin, end in waits],
    )


async def _stranger(conn: Conn, entry_point_id: int) -> int:
    """A visitor of whom a row is kept, and who has not written."""
    return await conn.fetchval(
        """INSERT INTO chat_visitor (entry_point_id, token_sha256, address, created_at, seen_at)
           VALUES ($1, sha256('secret'), 'stranger', $2, $2) RETURNING id""",
        entry_point_id,
        NOON,
    )
