"""What a call does to its ticket and to the agents, on a clock of the test's own."""

import call_world
import factories
import pytest
from noon import NOON, after

from contactcenter import agents, why_not
from contactcenter.db import Conn
from contactcenter.dispatch import (
    answering,
    calling,
    ending,
    firing,
    holding,
    pausing,
    presence,
    refusals,
    seek,
    transferring,
)
from contactcenter.tickets import tickets


async def talking(
    world: Conn, *, wrap_up_s: int = 0, second: bool = False
) -> tuple[int, int, int, int, int]:
    """Ann talks with a caller since noon + 10: queue, agent, call, ticket and her telephone."""
    queue_id = await factories.queue(world, wrap_up_s=wrap_up_s)
    agent_id = await call_world.phone_agent(world, NOON, queue_id, name="Ann")
    if second:
        await call_world.phone_agent(world, after(1), queue_id, name="Bob")
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
    assert await answering.press(world, after(9), leg_id, "1") == "join"
    await call_world.joined(world, after(9), leg_id)
    assert await answering.connected(world, after(10), leg_id)
    await call_world.joined(world, after(10), await call_world.customer_of(world, call_id))
    return queue_id, agent_id, call_id, ticket.id, leg_id


async def state_of(world: Conn, ticket_id: int) -> tuple[str, int | None, int | None]:
    ticket = await tickets.find(world, ticket_id)
    return ticket.state, ticket.agent_id, ticket.live_call_id


async def test_a_call_rings_only_at_who_has_a_telephone(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["phone"])
    without = await factories.agent(world, NOON, queues=[queue_id])
    agent_id = await call_world.phone_agent(world, after(5), queue_id)

    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)

    assert (ticket.state, ticket.live_call_id, ticket.weight) == ("offered", call_id, 3)
    row = await world.fetchrow(
        "SELECT l.user_id, l.purpose, l.state, c.verb, c.arguments, o.expires_at FROM call_leg l"
        " JOIN call_command c ON c.leg_id = l.id JOIN offer o ON o.id = l.offer_id"
    )
    assert tuple(row) == (
        agent_id,
        "offer",
        "wanted",
        "offer",
        {"name": "offer", "timeout_s": 20},
        after(20),
    )
    assert (await agents.find(world, without)).load == 0


async def test_why_not_says_who_has_no_telephone_and_whose_is_in_use(world: Conn) -> None:
    queue_id = await factories.queue(world)
    without = await factories.agent(world, NOON, queues=[queue_id])
    busy = await call_world.phone_agent(world, NOON, queue_id, capacity=6)
    await call_world.waiting_call(world, NOON, queue_id=queue_id)
    _, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)

    asked = {}
    for agent_id in (without, busy):
        situation = await why_not.of_agent(world, ticket.id, agent_id)
        holds = why_not.clauses(NOON, situation)
        asked[agent_id] = [clause for clause, is_so in holds.items() if not is_so]
    assert asked == {without: ["no_telephone"], busy: ["telephone_busy"]}


async def test_whoever_gets_a_telephone_free_finds_the_caller(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id, presence="away")
    first, _ = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    second, _ = await call_world.waiting_call(world, after(1), queue_id=queue_id)
    await presence.change(world, after(2), agent_id, "available", None, actor="system")

    await call_world.over(world, after(5), first, "abandoned")

    assert (await state_of(world, (await calling.find(world, second)).ticket_id))[0] == "offered"
    assert (await agents.find(world, agent_id)).misses == 0


async def test_the_ticket_is_his_when_the_customer_is_there_and_not_before(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))

    assert await answering.pick_up(world, after(3), leg_id) == "ask"
    assert await answering.press(world, after(5), leg_id, "1") == "join"
    assert await answering.press(world, after(5), leg_id, "1") == "join", "a copy is answered alike"
    assert (await state_of(world, ticket.id))[0] == "offered"
    assert await call_world.asked_for(world, call_id) == ["offer", "connect"]

    assert await answering.connected(world, after(6), leg_id)
    ticket = await tickets.find(world, ticket.id)
    assert (ticket.state, ticket.agent_id) == ("assigned", agent_id)


async def test_the_console_cannot_take_what_rings_at_a_telephone(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    _, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)

    with pytest.raises(refusals.AnswerByPhone, match="take the call there"):
        await holding.accept(world, after(1), ticket.id, agent_id)


@pytest.mark.parametrize(
    ("key", "misses", "state"), [("2", 0, "declined"), (None, 1, "expired"), ("7", 1, "expired")]
)
async def test_another_key_or_none_ends_the_offer_at_once(
    world: Conn, key: str | None, misses: int, state: str
) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id), "answered")

    assert await answering.press(world, after(4), leg_id, key) == "over"

    assert (await state_of(world, ticket.id))[0] == "waiting"
    assert (await agents.find(world, agent_id)).misses == misses
    assert await world.fetchval("SELECT state FROM offer") == state
    assert await call_world.asked_for(world, call_id) == ["offer", "hang_up"]
    await call_world.ended(world, after(5), call_id, leg_id)
    assert (await state_of(world, ticket.id))[0] == "waiting", "not asked again for a minute"


@pytest.mark.parametrize("reason", ["busy", "no_answer", "failed", "completed"])
async def test_a_telephone_that_is_not_answered_is_a_miss_at_once_and_two_are_away(
    world: Conn, reason: str
) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    for n in range(2):
        call_id, _ = await call_world.waiting_call(world, after(n), queue_id=queue_id)
        leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
        await call_world.ended(world, after(n), call_id, leg_id, reason)

    agent = await agents.find(world, agent_id)
    assert (agent.presence, agent.presence_reason, agent.load) == ("away", "missed", 0)


async def test_whose_telephone_was_never_dialled_has_missed_nothing(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    _, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)

    await firing.fire_due(world, after(20), at_most=32)

    agent = await agents.find(world, agent_id)
    assert (agent.misses, agent.presence, agent.load) == (0, "available", 3)
    assert (await state_of(world, ticket.id))[0] == "offered", "and is asked again at once"
    states = await world.fetch(
        "SELECT state, end_reason FROM call_leg WHERE user_id IS NOT NULL ORDER BY id"
    )
    assert [tuple(row) for row in states] == [("ended", "canceled"), ("wanted", None)]


async def test_who_picks_up_in_the_last_moment_has_time_for_the_key(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    _, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id), "answered")

    await answering.pick_up(world, after(19), leg_id)
    await firing.fire_due(world, after(30), at_most=32)
    assert await answering.press(world, after(30), leg_id, "1") == "join"

    await firing.fire_due(world, after(59), at_most=32)
    assert (await state_of(world, ticket.id))[0] == "offered", "the customer is on his way"
    await firing.fire_due(world, after(61), at_most=32)
    assert (await agents.find(world, agent_id)).misses == 0, "it was not he who did not come"
    assert await answering.press(world, after(62), leg_id, "1") == "over"


async def test_the_caller_who_hangs_up_while_he_presses_costs_him_nothing(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    _, behind = await call_world.waiting_call(world, after(1), queue_id=queue_id)
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
    await answering.press(world, after(5), leg_id, "1")

    await calling.caller_gone(world, after(6), call_id)

    assert (await state_of(world, ticket.id)) == ("closed", None, None)
    assert (await tickets.find(world, ticket.id)).abandoned_at == after(6)
    assert (await agents.find(world, agent_id)).misses == 0
    assert (
        await world.fetchval("SELECT state FROM offer WHERE ticket_id = $1", ticket.id)
        == "withdrawn"
    )
    assert await call_world.asked_for(world, call_id) == ["offer", "connect", "remove"]
    assert not await answering.connected(world, after(7), leg_id)
    await call_world.ended(world, after(8), call_id, leg_id)
    assert (await state_of(world, behind.id))[0] == "offered", "he has the next one"


@pytest.mark.parametrize("is_brought", [False, True], ids=["before the key", "on his way"])
async def test_nobody_takes_a_caller_who_is_known_to_be_gone(
    world: Conn, *, is_brought: bool
) -> None:
    """What he told by hanging up is stored, and his ticket has not followed yet."""
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
    if is_brought:
        await answering.press(world, after(5), leg_id, "1")
    await world.execute(
        "UPDATE call_leg SET state = 'ended', end_reason = 'completed', ended_at = $2"
        " WHERE call_id = $1 AND party = 'customer'",
        call_id,
        after(5),
    )

    if is_brought:
        assert not await answering.connected(world, after(6), leg_id)
    else:
        assert await answering.press(world, after(6), leg_id, "1") == "over"
    await calling.follow(world, after(6), call_id)

    assert (await state_of(world, ticket.id)) == ("closed", None, None)
    assert (await tickets.find(world, ticket.id)).abandoned_at == after(6)
    agent = await agents.find(world, agent_id)
    assert (agent.load, agent.misses) == (0, 0)


async def test_a_ticket_that_was_there_before_stays_without_its_call(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id, presence="away")
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    call_id, before = await call_world.waiting_call(
        world, after(60), queue_id=queue_id, ticket_id=ticket.id
    )
    assert (before.state, before.needs_phone, before.enqueued_at) == ("waiting", True, NOON)

    await call_world.over(world, after(90), call_id, "abandoned")

    left = await tickets.find(world, ticket.id)
    assert (left.state, left.needs_phone, left.live_call_id, left.weight) == (
        "waiting",
        False,
        None,
        1,
    )
    assert left.enqueued_at == NOON, "as urgent as it is"
    await presence.change(world, after(91), agent_id, "available", None, actor="system")
    assert (await state_of(world, ticket.id))[0] in ("offered", "assigned")


async def test_what_rings_elsewhere_is_asked_anew_of_who_has_a_telephone(world: Conn) -> None:
    queue_id = await factories.queue(world)
    desk = await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await seek.agent_for(world, NOON, ticket)
    agent_id = await call_world.phone_agent(world, after(5), queue_id)

    _, after_call = await call_world.waiting_call(
        world, after(9), queue_id=queue_id, ticket_id=ticket.id
    )

    assert after_call.state == "offered"
    assert [(await agents.find(world, one)).load for one in (desk, agent_id)] == [0, 3]


@pytest.mark.parametrize("there", [True, False])
async def test_who_holds_the_ticket_of_a_caller_is_asked_first_if_he_can_talk(
    world: Conn, there: bool
) -> None:
    queue_id = await factories.queue(world)
    holder = await call_world.phone_agent(world, NOON, queue_id)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await holding.claim(world, NOON, ticket.id, holder)
    other = await call_world.phone_agent(world, NOON, queue_id)
    if not there:
        await presence.change(world, after(1), holder, "away", "lunch", actor="system")

    _, called = await call_world.waiting_call(
        world, after(9), queue_id=queue_id, ticket_id=ticket.id
    )

    assert called.state == "offered"
    rings_at = await world.fetchval("SELECT agent_id FROM offer WHERE state = 'pending'")
    assert rings_at == (holder if there else other)
    loads = {one: (await agents.find(world, one)).load for one in (holder, other)}
    assert sorted(loads.values()) == [0, 3]


async def test_a_solved_ticket_comes_back_with_its_caller(world: Conn) -> None:
    queue_id, agent_id, call_id, ticket_id, _ = await talking(world)
    await call_world.over(world, after(50), call_id)
    await ending.solve(
        world, after(60), ticket_id, actor="system", disposition="solved", reopen_window_s=3600
    )

    again, back = await call_world.waiting_call(
        world, after(100), queue_id=queue_id, ticket_id=ticket_id
    )

    assert (back.state, back.episode, back.live_call_id, back.weight) == ("offered", 2, again, 3)
    assert await call_world.rung(world, agent_id)


@pytest.mark.parametrize("act", ["pend", "hold", "solve", "give"])
async def test_nobody_pends_or_solves_what_he_talks_about(world: Conn, act: str) -> None:
    _, _, _, ticket_id, _ = await talking(world, second=True)
    bob = await world.fetchval("SELECT id FROM user_account WHERE name = 'Bob'")
    now, by = after(20), "system"

    acts = {
        "pend": lambda: pausing.pend(world, now, ticket_id, actor=by, wake_at=None),
        "hold": lambda: pausing.hold(
            world, now, ticket_id, actor=by, reason="x", wake_at=after(90)
        ),
        "solve": lambda: ending.solve(
            world, now, ticket_id, actor=by, disposition="solved", reopen_window_s=60
        ),
        "give": lambda: holding.give_to(world, now, ticket_id, bob, actor=by, note_id=None),
    }
    with pytest.raises(refusals.CallIsLive, match="end it or transfer it"):
        await acts[act]()


async def test_a_supervisor_who_gives_a_caller_to_somebody_lets_it_ring_there(world: Conn) -> None:
    queue_id = await factories.queue(world)
    first = await call_world.phone_agent(world, NOON, queue_id)
    second = await call_world.phone_agent(world, after(5), queue_id)
    nobody = await factories.agent(world, NOON)
    call_id, ticket = await call_world.waiting_call(world, NOON, queue_id=queue_id)

    with pytest.raises(refusals.NoTelephone):
        await holding.give_to(world, after(6), ticket.id, nobody, actor="user:1", note_id=None)
    await holding.give_to(world, after(7), ticket.id, second, actor="user:1", note_id=None)

    assert (await state_of(world, ticket.id))[0] == "offered"
    assert [(await agents.find(world, one)).load for one in (first, second)] == [0, 3]
    assert await call_world.asked_for(world, call_id) == ["offer"], "the first was never dialled"
    assert await world.fetchval("SELECT user_id FROM call_leg WHERE state = 'wanted'") == second


async def test_a_transfer_leaves_the_caller_with_music_and_rings_at_the_next(world: Conn) -> None:
    _, ann, call_id, ticket_id, leg_id = await talking(world)
    other_queue = await factories.queue(world)
    bob = await call_world.phone_agent(world, after(5), other_queue)
    former = await tickets.lock(world, ticket_id)

    await transferring.transfer(
        world, after(30), former, other_queue, actor=f"user:{ann}", note_id=None
    )

    ticket = await tickets.find(world, ticket_id)
    assert (ticket.state, ticket.enqueued_at, ticket.live_call_id) == ("offered", NOON, call_id)
    verbs = await call_world.asked_for(world, call_id)
    assert verbs == ["offer", "connect", "hold", "remove", "offer"]
    await call_world.ended(world, after(31), call_id, leg_id)
    assert (await agents.find(world, ann)).presence == "wrap_up"
    assert (await agents.find(world, bob)).load == 3


async def test_when_the_agent_hangs_up_the_call_is_over_and_nobody_is_left_on_the_line(
    world: Conn,
) -> None:
    _, agent_id, call_id, ticket_id, leg_id = await talking(world)

    await call_world.ended(world, after(60), call_id, leg_id)

    assert (await call_world.asked_for(world, call_id))[-1] == "hang_up"
    assert (await state_of(world, ticket_id))[:2] == ("assigned", agent_id)
    assert (await agents.find(world, agent_id)).presence == "wrap_up"


async def test_who_is_cut_off_from_his_agent_comes_next(world: Conn) -> None:
    _, agent_id, call_id, ticket_id, leg_id = await talking(world, second=True)

    await call_world.ended(world, after(60), call_id, leg_id, "failed")

    state, _, live = await state_of(world, ticket_id)
    assert (state, live) == ("offered", call_id)
    assert (await call_world.asked_for(world, call_id))[2:] == ["hold", "offer"]
    assert (await agents.find(world, agent_id)).load == 0


@pytest.mark.parametrize(("wrap_up_s", "until"), [(0, 30), (45, 45)])
async def test_at_the_end_of_wrapping_up_the_ticket_is_the_customers_turn(
    world: Conn, wrap_up_s: int, until: int
) -> None:
    _, agent_id, call_id, ticket_id, _ = await talking(world, wrap_up_s=wrap_up_s)
    await call_world.over(world, after(100), call_id)
    assert (await agents.find(world, agent_id)).presence == "wrap_up"

    await firing.fire_due(world, after(100 + until - 1), at_most=32)
    assert (await state_of(world, ticket_id))[0] == "assigned"
    await firing.fire_due(world, after(100 + until), at_most=32)

    agent = await agents.find(world, agent_id)
    assert (agent.presence, agent.load) == ("available", 0)
    assert (await state_of(world, ticket_id))[:2] == ("pending", agent_id)
    row = await world.fetchrow("SELECT wrapped_up_at FROM call_leg WHERE user_id = $1", agent_id)
    assert row["wrapped_up_at"] == after(100 + until)


async def test_a_provider_whose_clock_is_ahead_lets_nobody_wrap_up_for_longer(world: Conn) -> None:
    _, _, call_id, _, leg_id = await talking(world)
    await world.execute(
        "UPDATE call_leg SET state = 'ended', ended_at = $2 WHERE id = $1", leg_id, after(3700)
    )

    await calling.follow(world, after(100), call_id)

    due_at = await world.fetchval("SELECT due_at FROM timer WHERE kind = 'wrap_up_end'")
    assert due_at == after(130)


@pytest.mark.parametrize("how", ["solve", "done", "away"])
async def test_wrapping_up_ends_when_he_solves_says_so_or_goes(world: Conn, how: str) -> None:
    _, agent_id, call_id, ticket_id, _ = await talking(world, wrap_up_s=60)
    await call_world.over(world, after(100), call_id)

    if how == "solve":
        await ending.solve(
            world, after(110), ticket_id, actor="x", disposition="solved", reopen_window_s=60
        )
    elif how == "done":
        await presence.end_wrap_up(world, after(110), agent_id, actor="x")
    else:
        await presence.change(world, after(110), agent_id, "away", "lunch", actor="x")

    agent = await agents.find(world, agent_id)
    assert (agent.presence, agent.load) == ("away" if how == "away" else "available", 0)
    state = (await state_of(world, ticket_id))[0]
    assert state == ("solved" if how == "solve" else "pending")
    assert await world.fetchval(
        "SELECT wrapped_up_at FROM call_leg WHERE user_id = $1", agent_id
    ) == after(110)
    assert not await world.fetch("SELECT FROM timer WHERE kind = 'wrap_up_end'")


async def test_solving_something_else_does_not_end_the_wrapping_up(world: Conn) -> None:
    queue_id, agent_id, call_id, _, _ = await talking(world)
    other = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await call_world.over(world, after(100), call_id)
    await world.execute("UPDATE agent SET capacity = 4 WHERE id = $1", agent_id)
    await holding.claim(world, after(101), other.id, agent_id)

    await ending.solve(
        world, after(102), other.id, actor="x", disposition="solved", reopen_window_s=60
    )

    assert (await agents.find(world, agent_id)).presence == "wrap_up"


async def test_a_mail_whose_customer_called_weighs_as_a_mail_after_the_call(world: Conn) -> None:
    queue_id = await factories.queue(world)
    agent_id = await call_world.phone_agent(world, NOON, queue_id)
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    call_id, _ = await call_world.waiting_call(world, NOON, queue_id=queue_id, ticket_id=ticket.id)
    leg_id = await call_world.dialled(world, await call_world.rung(world, agent_id))
    await answering.press(world, after(9), leg_id, "1")
    await call_world.joined(world, after(9), leg_id)
    await answering.connected(world, after(10), leg_id)
    assert (await agents.find(world, agent_id)).load == 3

    await call_world.over(world, after(60), call_id)

    assert (await agents.find(world, agent_id)).load == 1
    assert (await state_of(world, ticket.id))[0] == "assigned"


async def test_to_follow_once_more_changes_nothing(world: Conn) -> None:
    _, agent_id, call_id, ticket_id, leg_id = await talking(world, second=True)
    await call_world.ended(world, after(60), call_id, leg_id)
    tables = ("ticket", "agent", "offer", "call_leg", "call_command", "event")
    before = [await world.fetch(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]

    for seconds in range(3):
        await calling.follow(world, after(61 + seconds), call_id)

    assert [await world.fetch(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables] == before
    assert (await state_of(world, ticket_id))[1] == agent_id


async def test_a_caller_who_is_gone_before_anybody_looked_has_abandoned(world: Conn) -> None:
    queue_id = await factories.queue(world)
    await call_world.phone_agent(world, NOON, queue_id)
    call_id, finding = await call_world.begun(world, NOON, queue_id=queue_id)
    await call_world.over(world, after(1), call_id, "short_abandoned")

    await call_world.arriving.route(world, after(2), finding)

    assert await state_of(world, finding.ticket_id) == ("closed", None, None)
    assert not await world.fetch("SELECT FROM offer")
