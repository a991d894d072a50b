"""The rules of routing against the database, on a clock of the test's own."""

from typing import get_args

import factories
import pytest
from noon import NOON, after

from contactcenter import agents, offers, timers
from contactcenter.db import Conn
from contactcenter.dispatch import (
    arriving,
    ending,
    escalating,
    firing,
    holding,
    moving,
    pausing,
    presence,
    refusals,
    seek,
    transferring,
)
from contactcenter.errors import BadInput
from contactcenter.tickets import tickets
from routing.timing import PLACE, place


async def legs_of(conn: Conn, ticket_id: int) -> list[tuple[int, int | None, str | None]]:
    rows = await conn.fetch(
        "SELECT tier, agent_id, ended_by FROM leg WHERE ticket_id = $1 ORDER BY id", ticket_id
    )
    return [tuple(row) for row in rows]


async def kinds_of(conn: Conn, ticket_id: int) -> list[str]:
    rows = await conn.fetch(
        "SELECT kind FROM event WHERE ticket_id = $1 AND version > 1 ORDER BY id", ticket_id
    )
    return [row["kind"] for row in rows]


async def assert_sound(conn: Conn) -> None:
    """What must hold after every change, whatever it was."""
    loads = await conn.fetch(
        """SELECT a.id, a.load, coalesce(sum(o.weight), 0) AS taken FROM agent a
           LEFT JOIN offer o ON o.agent_id = a.id AND o.state IN ('pending', 'accepted')
           GROUP BY a.id HAVING a.load <> coalesce(sum(o.weight), 0)"""
    )
    stranded = await conn.fetch(
        """SELECT t.id, a.id FROM ticket t JOIN membership m ON m.queue_id = t.queue_id
           JOIN agent a ON a.id = m.agent_id
           WHERE t.state = 'waiting' AND a.presence = 'available' AND a.capacity - a.load >= t.weight
             AND m.delay_s = 0
             AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = t.id AND x.agent_id = a.id)"""
    )
    torn = await conn.fetch(
        """SELECT ticket_id FROM (SELECT ticket_id, from_at, lag(to_at) OVER w AS ended,
             episode, lag(episode) OVER w AS before FROM leg WINDOW w AS (PARTITION BY ticket_id ORDER BY id)) l
           WHERE episode = before AND from_at <> ended"""
    )
    credit = await conn.fetch(
        """SELECT t.id FROM ticket t LEFT JOIN credit c ON c.ticket_id = t.id
           GROUP BY t.id HAVING t.credit_s <> coalesce(sum(c.credit_s), 0)"""
    )
    assert (loads, stranded, torn, credit) == ([], [], [], [])


async def test_a_waiting_ticket_rings_at_the_longest_idle_agent(world: Conn) -> None:
    queue_id = await factories.queue(world)
    await factories.agent(world, after(5), queues=[queue_id])
    longest = await factories.agent(world, after(1), queues=[queue_id])

    ticket = await factories.queued_ticket(world, after(10), queue_id=queue_id)
    ticket = await seek.agent_for(world, after(10), ticket)

    assert ticket.state == "offered"
    offer = await offers.live(world, ticket.id)
    assert offer is not None
    assert (offer.agent_id, offer.expires_at) == (longest, after(70))
    await assert_sound(world)


async def test_a_channel_that_needs_no_answer_is_assigned_at_once(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, queues=[queue_id])

    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, after(3), ticket)

    assert (ticket.state, ticket.agent_id) == ("assigned", agent_id)
    assert await legs_of(world, ticket.id) == [(1, None, "assigned"), (1, agent_id, None)]
    await assert_sound(world)


async def test_nobody_is_filled_above_capacity(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    await factories.agent(world, NOON, queues=[queue_id], capacity=2)
    found = []
    for second in range(3):
        ticket = await factories.queued_ticket(world, after(second), queue_id=queue_id)
        found.append((await seek.agent_for(world, after(second), ticket)).state)

    assert found == ["assigned", "assigned", "waiting"]
    await assert_sound(world)


async def test_an_agent_who_comes_takes_the_best_ticket_first(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    old = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    risen = await factories.queued_ticket(world, after(100), queue_id=queue_id)
    await tickets.save(world, await tickets.grant_credit(world, risen, "escalated", 300))
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=1, presence="offline")

    await presence.change(world, after(200), agent_id, "available", None, actor="system")

    assert (await tickets.find(world, risen.id)).agent_id == agent_id
    assert (await tickets.find(world, old.id)).state == "waiting"
    await assert_sound(world)


async def test_a_declined_ticket_keeps_its_age_and_asks_the_next(world: Conn) -> None:
    queue_id = await factories.queue(world)
    first = await factories.agent(world, NOON, queues=[queue_id])
    second = await factories.agent(world, after(1), queues=[queue_id])
    ticket = await factories.queued_ticket(world, after(10), queue_id=queue_id)
    ticket = await seek.agent_for(world, after(10), ticket)

    ticket = await holding.decline(world, after(20), ticket.id, first)

    offer = await offers.live(world, ticket.id)
    assert offer is not None
    assert (offer.agent_id, ticket.enqueued_at) == (second, after(10))
    await assert_sound(world)


async def test_who_declined_is_asked_again_when_the_exclusion_ends(world: Conn) -> None:
    queue_id = await factories.queue(world)
    only = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, NOON, ticket)
    ticket = await holding.decline(world, after(5), ticket.id, only)
    assert ticket.state == "waiting"

    await firing.fire_due(world, after(64), at_most=10)
    still = await tickets.find(world, ticket.id)
    await firing.fire_due(world, after(65), at_most=10)

    assert still.state == "waiting"
    assert (await tickets.find(world, ticket.id)).state == "offered"
    await assert_sound(world)


async def test_the_second_miss_in_a_row_means_away(world: Conn) -> None:
    queue_id = await factories.queue(world, offer_timeout_s=60)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=1)
    for second in (0, 1):
        ticket = await factories.queued_ticket(world, after(second), queue_id=queue_id)
        await seek.agent_for(world, after(second), ticket)

    await firing.fire_due(world, after(60), at_most=10)
    between = await agents.find(world, agent_id)
    await firing.fire_due(world, after(120), at_most=10)

    agent = await agents.find(world, agent_id)
    assert (between.presence, between.misses, between.load) == ("available", 1, 1)
    assert (agent.presence, agent.presence_reason, agent.load) == ("away", "missed", 0)
    await assert_sound(world)


async def test_a_late_answer_is_told_how_the_offer_ended(world: Conn) -> None:
    queue_id = await factories.queue(world, offer_timeout_s=60)
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    await firing.fire_due(world, after(60), at_most=10)

    with pytest.raises(refusals.OfferNotYours, match="expired"):
        await holding.accept(world, after(61), ticket.id, agent_id)


async def test_escalation_keeps_the_age_frees_the_junior_and_closes_the_leg(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(world, tier=1, auto_accept=["sms"], escalate_to_id=upper)
    junior = await factories.agent(world, NOON, queues=[lower], capacity=1)
    senior = await factories.agent(world, NOON, queues=[upper])
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)
    ticket = await seek.agent_for(world, NOON, ticket)
    next_ticket = await factories.queued_ticket(world, after(1), queue_id=lower)

    ticket = await moving.escalate(world, after(30), ticket, "agent", actor=f"user:{junior}")

    offer = await offers.live(world, ticket.id)
    assert offer is not None
    assert (offer.agent_id, ticket.tier, ticket.credit_s) == (senior, 2, 300)
    assert ticket.enqueued_at == NOON
    assert (await tickets.find(world, next_ticket.id)).agent_id == junior
    assert await legs_of(world, ticket.id) == [
        (1, None, "assigned"),
        (1, junior, "escalated"),
        (2, None, None),
    ]
    await assert_sound(world)


async def test_a_tier_that_runs_out_of_time_refers_by_itself(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(world, escalate_after_s=3600, escalate_to_id=upper)
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)

    await firing.fire_due(world, after(3599), at_most=10)
    before = await tickets.find(world, ticket.id)
    await firing.fire_due(world, after(3600), at_most=10)

    assert before.tier == 1
    assert (await tickets.find(world, ticket.id)).tier == 2
    assert "ticket_escalated" in await kinds_of(world, ticket.id)


async def test_the_tier_clock_stands_still_while_it_is_the_customers_turn(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    lower = await factories.queue(
        world, auto_accept=["sms"], escalate_after_s=3600, escalate_to_id=upper
    )
    agent_id = await factories.agent(world, NOON, queues=[lower])
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)
    ticket = await seek.agent_for(world, NOON, ticket)

    paused = await pausing.pend(world, after(600), ticket.id, actor="system", wake_at=None)
    await firing.fire_due(world, after(9000), at_most=10)
    during = await tickets.find(world, ticket.id)
    await pausing.resume(world, after(9000), during, actor="customer", because="customer_wrote")

    assert (paused.escalation_left_s, during.tier) == (3000, 1)
    assert await timers.due_for_ticket(world, "escalation", ticket.id) == after(12000)
    assert (await tickets.find(world, ticket.id)).agent_id == agent_id
    await assert_sound(world)


async def test_a_rule_does_not_refer_for_ever(world: Conn) -> None:
    top = await factories.queue(world, tier=2)
    ticket = await factories.queued_ticket(world, NOON, queue_id=top)

    same = await escalating.look(world, NOON, ticket, customer_asked=True)

    assert same.tier == 2
    with pytest.raises(moving.NoHigherTier):
        await moving.escalate(world, NOON, ticket, "agent", actor="user:1")


async def test_a_pending_ticket_takes_no_room_and_comes_back_to_its_holder(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=1)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, NOON, ticket)

    pending = await pausing.pend(world, after(10), ticket.id, actor="system", wake_at=after(500))
    load = (await agents.find(world, agent_id)).load
    await firing.fire_due(world, after(500), at_most=10)

    woken = await tickets.find(world, ticket.id)
    assert (pending.state, pending.agent_id, load) == ("pending", agent_id, 0)
    assert (woken.state, woken.agent_id, woken.wake_at) == ("assigned", agent_id, None)
    await assert_sound(world)


async def test_a_customer_who_writes_finds_another_when_his_agent_is_gone(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, NOON, ticket)
    pending = await pausing.pend(world, after(10), ticket.id, actor="system", wake_at=None)
    await presence.change(world, after(20), agent_id, "offline", None, actor="system")
    other = await factories.agent(world, after(30), queues=[queue_id])

    ticket = await pausing.resume(
        world, after(40), pending, actor="customer", because="customer_wrote"
    )

    assert (ticket.state, ticket.agent_id) == ("assigned", other)
    await assert_sound(world)


async def test_a_hold_needs_a_date_to_come(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, NOON, ticket)

    with pytest.raises(BadInput, match="future"):
        await pausing.hold(
            world, after(10), ticket.id, actor="system", reason="part", wake_at=after(9)
        )


async def test_solving_frees_the_agent_for_the_next_ticket(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=1)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, NOON, ticket)
    waiting = await factories.queued_ticket(world, after(1), queue_id=queue_id)

    solved = await ending.solve(
        world, after(60), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )

    assert (solved.state, solved.solved_by_id, solved.agent_id) == ("solved", agent_id, None)
    assert (await tickets.find(world, waiting.id)).agent_id == agent_id
    await firing.fire_due(world, after(160), at_most=10)
    assert (await tickets.find(world, ticket.id)).state == "closed"
    await assert_sound(world)


async def test_wrap_up_keeps_the_next_ticket_away_until_it_ends(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"], wrap_up_s=30)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=1)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    waiting = await factories.queued_ticket(world, after(1), queue_id=queue_id)
    await ending.solve(
        world, after(60), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )

    during = (await tickets.find(world, waiting.id)).state
    await firing.fire_due(world, after(90), at_most=10)

    assert during == "waiting"
    assert (await tickets.find(world, waiting.id)).agent_id == agent_id
    await assert_sound(world)


async def test_a_reopened_ticket_starts_an_episode_that_asks_everybody(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    await holding.decline(world, after(5), ticket.id, agent_id)
    await holding.claim(world, after(6), ticket.id, agent_id)
    solved = await ending.solve(
        world, after(10), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )

    ticket = await ending.reopen(world, after(20), solved, actor="customer", because="wrote")

    assert (ticket.state, ticket.episode, ticket.reopens) == ("offered", 2, 1)
    assert (ticket.enqueued_at, ticket.credit_s) == (after(20), 120)
    await assert_sound(world)


async def test_a_reopened_ticket_does_not_collide_with_a_newer_one(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    await factories.agent(world, NOON, queues=[queue_id])
    contact_id = await factories.contact(world)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id, contact_id=contact_id)
    await seek.agent_for(world, NOON, ticket)
    solved = await ending.solve(
        world, after(10), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )
    newer = await factories.queued_ticket(
        world, after(20), queue_id=queue_id, contact_id=contact_id
    )
    await seek.agent_for(world, after(20), newer)

    ticket = await ending.reopen(world, after(30), solved, actor="user:1", because="agent")

    assert (ticket.state, ticket.intake_queue_id) == ("assigned", None)
    await assert_sound(world)


async def test_going_offline_gives_ringing_tickets_back_and_keeps_held_ones(world: Conn) -> None:
    ringing_queue = await factories.queue(world)
    auto_queue = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, queues=[ringing_queue, auto_queue])
    rings = await factories.queued_ticket(world, NOON, queue_id=ringing_queue)
    await seek.agent_for(world, NOON, rings)
    held = await factories.queued_ticket(world, NOON, queue_id=auto_queue)
    await seek.agent_for(world, NOON, held)

    await presence.change(world, after(10), agent_id, "offline", None, actor="system")

    assert (await tickets.find(world, rings.id)).state == "waiting"
    assert (await tickets.find(world, held.id)).agent_id == agent_id
    await assert_sound(world)


async def test_a_draining_agent_is_offline_when_he_has_finished(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    await presence.change(world, after(1), agent_id, "draining", None, actor="system")
    late = await factories.queued_ticket(world, after(2), queue_id=queue_id)
    late = await seek.agent_for(world, after(2), late)

    await ending.solve(
        world, after(10), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )

    assert late.state == "waiting"
    assert (await agents.find(world, agent_id)).presence == "offline"


async def test_a_backup_team_helps_out_only_after_its_delay(world: Conn) -> None:
    queue_id = await factories.queue(world)
    backup = await factories.agent(world, NOON)
    await factories.join_queue(world, backup, queue_id, level=2, delay_s=30)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    ticket = await seek.agent_for(world, NOON, ticket)
    assert ticket.state == "waiting"

    await firing.fire_due(world, after(30), at_most=10)

    offer = await offers.live(world, ticket.id)
    assert offer is not None
    assert offer.agent_id == backup


async def test_a_disabled_person_leaves_nothing_behind(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    leaver = await factories.agent(world, NOON, queues=[queue_id])
    held = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, held)
    paused = await factories.queued_ticket(world, after(1), queue_id=queue_id)
    await seek.agent_for(world, after(1), paused)
    await pausing.pend(world, after(2), paused.id, actor="system", wake_at=None)
    heir = await factories.agent(world, after(3), queues=[queue_id])

    await presence.retire(world, after(10), leaver)

    found = [(await tickets.find(world, t.id)).agent_id for t in (held, paused)]
    assert found == [heir, heir]
    await assert_sound(world)


async def test_spam_leaves_the_queue_and_the_figures(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)

    gone = await ending.mark_spam(world, after(10), ticket.id, actor="system")

    assert (gone.state, gone.spam) == ("closed", True)
    assert (await agents.find(world, agent_id)).load == 0
    assert await legs_of(world, ticket.id) == [(1, None, "assigned"), (1, agent_id, "spam")]
    await assert_sound(world)


async def test_versions_of_a_ticket_rise_with_every_event(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    await holding.accept(world, after(1), ticket.id, agent_id)
    await ending.solve(
        world, after(2), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )

    rows = await world.fetch(
        "SELECT version FROM event WHERE ticket_id = $1 AND version IS NOT NULL ORDER BY id",
        ticket.id,
    )
    versions = [row["version"] for row in rows]
    assert versions == sorted(set(versions))
    assert versions[-1] == (await tickets.find(world, ticket.id)).version


async def test_words_said_twice_do_not_pass_over_the_next_tier(world: Conn) -> None:
    top = await factories.queue(world, tier=3)
    middle = await factories.queue(world, tier=2, escalate_to_id=top)
    lower = await factories.queue(world, tier=1, escalate_to_id=middle)
    ticket = await factories.queued_ticket(world, NOON, queue_id=lower)
    tiers = []
    for second in (10, 20, 310):
        ticket = await escalating.look(world, after(second), ticket, customer_asked=True)
        tiers.append(ticket.tier)

    assert tiers == [2, 2, 3]


async def test_what_triage_found_takes_effect_once_however_often_it_is_told(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    await ending.solve(
        world, after(10), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )
    message_id = await factories.interaction(world, after(20), ticket_id=ticket.id, body="Again!")
    finding = arriving.Finding(
        ticket_id=ticket.id,
        interaction_ids=[message_id],
        received_at=after(20),
        temperament="unknown",
        language="en",
        subject="Again!",
        queue_id=queue_id,
    )

    await arriving.route(world, after(21), finding)
    reopened = await tickets.find(world, ticket.id)
    await ending.solve(
        world, after(30), ticket.id, actor="system", disposition="solved", reopen_window_s=100
    )
    await arriving.route(world, after(40), finding)  # another process found the same, and is late

    assert (reopened.state, reopened.reopens) == ("assigned", 1)
    late = await tickets.find(world, ticket.id)
    assert (late.state, late.reopens) == ("solved", 1)


async def test_timers_of_one_instant_fire_in_the_order_of_the_rules(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await factories.agent(world, NOON)
    ids = [(await factories.queued_ticket(world, NOON, queue_id=queue_id)).id for _ in range(2)]
    ids.append(ids[0] * 10)  # by text between the two, by number behind them
    await world.execute(
        "INSERT INTO ticket (id, contact_id, channel, opened_at, enqueued_at)"
        " SELECT $1, contact_id, channel, opened_at, enqueued_at FROM ticket WHERE id = $2",
        ids[-1],
        ids[0],
    )
    kinds = [k for k in PLACE if k in get_args(timers.Kind) and k != "wrap_up_end"]
    assert len(kinds) > 4
    for kind in reversed(kinds):
        for ticket_id in reversed(ids):
            await timers.set_for_ticket(world, kind, ticket_id, after(5))
    await timers.set_for_agent(world, "wrap_up_end", agent_id, after(5))
    await timers.set_for_ticket(world, "overflow", ids[0], after(4))

    fired = []
    while (timer := await timers.due(world, after(5))) is not None:
        await timers.taken(world, timer)
        fired.append(place(timer.due_at.second, timer.kind, timer.ticket_id or timer.agent_id))

    assert len(fired) == 3 * len(kinds) + 1
    assert fired == sorted(fired)


async def test_a_timer_that_fails_is_neither_lost_nor_in_the_way(world: Conn) -> None:
    queue_id = await factories.queue(world)
    first = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    second = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    for ticket, due in ((first, 5), (second, 6)):
        await timers.set_for_ticket(world, "delay_step", ticket.id, after(due))
    # An agent whom the schema forbids to take it: the first timer fails, the second must not.
    await world.execute(f"ALTER TABLE offer ADD CONSTRAINT planted CHECK (ticket_id <> {first.id})")
    await factories.agent(world, NOON, queues=[queue_id])

    fired = await firing.fire_due(world, after(10), at_most=10)

    assert fired == 2
    assert (await tickets.find(world, second.id)).state == "offered"
    assert await timers.due_for_ticket(world, "delay_step", first.id) == after(70)


@pytest.mark.parametrize("how", ["escalated", "transferred", "released", "given", "spam"])
async def test_wrap_up_follows_each_leg_however_it_ended(world: Conn, how: str) -> None:
    upper = await factories.queue(world, tier=2)
    sideways = await factories.queue(world)
    queue_id = await factories.queue(world, auto_accept=["sms"], wrap_up_s=30, escalate_to_id=upper)
    agent_id = await factories.agent(world, NOON, queues=[queue_id], capacity=3)
    other_id = await factories.agent(world, NOON)
    kept, ticket = [
        await seek.agent_for(
            world, NOON, await factories.queued_ticket(world, NOON, queue_id=queue_id)
        )
        for _ in range(2)
    ]
    match how:
        case "escalated":
            await moving.escalate(world, after(5), ticket, "agent", actor="user:1")
        case "transferred":
            await transferring.transfer(
                world, after(5), ticket, sideways, actor="user:1", note_id=None
            )
        case "released":
            await holding.release(world, after(5), ticket.id, actor="user:1", reason="sick")
        case "given":
            await holding.give_to(
                world, after(5), ticket.id, other_id, actor="user:1", note_id=None
            )
        case _:
            await ending.mark_spam(world, after(5), ticket.id, actor="user:1")

    agent = await agents.find(world, agent_id)
    assert (kept.agent_id, agent.presence, agent.load) == (agent_id, "wrap_up", 1)
    await firing.fire_due(world, after(35), at_most=10)
    assert (await agents.find(world, agent_id)).presence == "available"


async def test_neither_a_pause_nor_an_offer_that_was_taken_back_is_wrapped_up(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    queue_id = await factories.queue(world, wrap_up_s=30, escalate_to_id=upper)
    agent_id = await factories.agent(world, NOON, queues=[queue_id])
    held, rings = [
        await seek.agent_for(
            world, NOON, await factories.queued_ticket(world, NOON, queue_id=queue_id)
        )
        for _ in range(2)
    ]
    await holding.accept(world, NOON, held.id, agent_id)
    await pausing.pend(world, after(5), held.id, actor="system", wake_at=None)
    await moving.escalate(world, after(6), rings, "agent", actor="user:1")

    assert (await agents.find(world, agent_id)).presence == "available"
