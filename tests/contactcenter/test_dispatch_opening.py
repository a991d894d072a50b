"""A queue that goes by a calendar hands out nothing while it is closed, and that is all."""

from datetime import UTC, datetime, timedelta

import factories
import msgspec
import pytest

from contactcenter import calendars, offers, queues, timers
from contactcenter.administration import calendar_setup, queue_setup
from contactcenter.administration.calendar_setup import WantedCalendar
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, firing, holding, opening, pausing, presence, seek
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.opening_hours import Hours
from contactcenter.tickets import tickets

#: A Saturday; in Tehran it is 11:30, and the calendar says 08:00 to 17:00.
MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CLOSES_AT = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
EVENING = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
OPENS_AT = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


async def queue_by_calendar(conn: Conn, **other: object) -> int:
    """A queue that has gone by a calendar since the beginning of the year."""
    queue_id = await factories.queue(conn, **other)
    calendar_id = await factories.calendar(conn)
    await conn.execute("UPDATE queue SET calendar_id = $2 WHERE id = $1", queue_id, calendar_id)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    await calendars.note_use(conn, since, calendar_id, queue_id=queue_id)
    return queue_id


async def is_open(conn: Conn, queue_id: int) -> bool:
    return await conn.fetchval("SELECT is_open FROM queue WHERE id = $1", queue_id)


async def hours_due(conn: Conn, queue_id: int) -> datetime | None:
    return await conn.fetchval(
        "SELECT due_at FROM timer WHERE kind = 'queue_hours' AND queue_id = $1", queue_id
    )


async def rings_at(conn: Conn, ticket_id: int) -> int | None:
    offer = await offers.live(conn, ticket_id)
    return offer.agent_id if offer is not None else None


async def test_a_closed_queue_offers_nothing_whoever_looks(world: Conn) -> None:
    queue_id = await queue_by_calendar(world)
    await opening.look(world, EVENING, queue_id)
    agent_id = await factories.agent(world, EVENING, queues=[queue_id], presence="offline")
    ticket = await factories.queued_ticket(world, EVENING, queue_id=queue_id)
    sticky = await factories.queued_ticket(world, EVENING, queue_id=queue_id)
    await world.execute(
        "UPDATE ticket SET sticky_agent_id = $2, sticky_until = $3 WHERE id = $1",
        sticky.id,
        agent_id,
        OPENS_AT,
    )

    await presence.change(world, EVENING, agent_id, "available", None, actor="system")
    found = await seek.agent_for(world, EVENING, ticket)

    assert (await is_open(world, queue_id), found.state) == (False, "waiting")
    assert await rings_at(world, sticky.id) is None
    assert await hours_due(world, queue_id) == OPENS_AT


async def test_when_it_opens_all_tickets_look_the_smallest_rank_first(world: Conn) -> None:
    queue_id = await queue_by_calendar(world)
    await opening.look(world, EVENING, queue_id)
    late = await factories.queued_ticket(world, EVENING, queue_id=queue_id)
    heavy = await factories.queued_ticket(world, MORNING, queue_id=queue_id, weight=3)
    risen = await factories.queued_ticket(world, EVENING, queue_id=queue_id)
    risen = await tickets.save(world, msgspec.structs.replace(risen, credit_s=600))
    longest = await factories.agent(world, MORNING, queues=[queue_id], capacity=1)
    other = await factories.agent(world, EVENING, queues=[queue_id], capacity=2)
    await world.execute("UPDATE membership SET level = 2 WHERE agent_id = $1", other)

    await firing.fire_due(world, OPENS_AT, at_most=10)

    found = {t.id: await rings_at(world, t.id) for t in (late, heavy, risen)}
    assert found == {risen.id: longest, late.id: other, heavy.id: None}
    assert await is_open(world, queue_id)
    assert await hours_due(world, queue_id) == OPENS_AT + (CLOSES_AT - OPENS_AT) % timedelta(days=1)
    told = await world.fetch(
        "SELECT kind, (data ->> 'queue_id')::bigint FROM event WHERE kind LIKE 'queue\\__%'"
        " ORDER BY id"
    )
    assert [tuple(row) for row in told] == [("queue_closed", queue_id), ("queue_opened", queue_id)]


async def test_queues_are_listed_with_whether_they_are_open_and_until_when(world: Conn) -> None:
    day, ever = await queue_by_calendar(world), await factories.queue(world)
    await opening.look(world, MORNING, day)
    in_the_morning = await queues.find_now(world, day)
    await opening.look(world, EVENING, day)

    listed = {q.id: q for q in await queues.list_now(world, archived=False)}

    assert (in_the_morning.is_open, in_the_morning.hours_change_at) == (True, CLOSES_AT)
    assert (listed[day].is_open, listed[day].hours_change_at) == (False, OPENS_AT)
    assert (listed[ever].is_open, listed[ever].hours_change_at) == (True, None)


async def test_all_of_many_look_when_it_opens(world: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_AT_ONCE", 2)
    queue_id = await queue_by_calendar(world)
    await opening.look(world, EVENING, queue_id)
    waiting = [await factories.queued_ticket(world, MORNING, queue_id=queue_id) for _ in range(5)]
    agent_id = await factories.agent(world, EVENING, queues=[queue_id], capacity=9)

    await firing.fire_due(world, OPENS_AT, at_most=10)

    assert [await rings_at(world, t.id) for t in waiting] == [agent_id] * 5


async def test_who_helps_later_is_not_asked_earlier_because_it_opened(world: Conn) -> None:
    queue_id = await queue_by_calendar(world)
    await opening.look(world, EVENING, queue_id)
    helper = await factories.agent(world, EVENING)
    await factories.join_queue(world, helper, queue_id, delay_s=60)
    ticket = await factories.queued_ticket(world, EVENING, queue_id=queue_id)
    just_now = await factories.queued_ticket(
        world, OPENS_AT - timedelta(seconds=1), queue_id=queue_id
    )
    await seek.agent_for(world, OPENS_AT - timedelta(seconds=1), just_now)

    await firing.fire_due(world, OPENS_AT, at_most=10)
    before = await rings_at(world, just_now.id)
    await firing.fire_due(world, OPENS_AT + timedelta(seconds=59), at_most=10)

    assert await rings_at(world, ticket.id) == helper
    assert (before, await rings_at(world, just_now.id)) == (None, helper)


async def test_closing_takes_nothing_away(world: Conn) -> None:
    queue_id = await queue_by_calendar(world, offer_timeout_s=99999)
    await opening.look(world, MORNING, queue_id)
    agent_id = await factories.agent(world, MORNING, queues=[queue_id])
    held, rings = [
        await factories.queued_ticket(world, MORNING, queue_id=queue_id) for _ in range(2)
    ]
    await seek.agent_for(world, MORNING, held)
    await holding.accept(world, MORNING, held.id, agent_id)
    await seek.agent_for(world, CLOSES_AT - timedelta(seconds=1), rings)

    await firing.fire_due(world, CLOSES_AT, at_most=10)

    assert not await is_open(world, queue_id)
    assert await rings_at(world, rings.id) == agent_id
    accepted = await holding.accept(world, CLOSES_AT, rings.id, agent_id)
    solved = await ending.solve(
        world, EVENING, held.id, actor="system", disposition="solved", reopen_window_s=9
    )
    assert (accepted.state, solved.state) == ("assigned", "solved")


async def test_a_queue_goes_by_another_calendar_as_soon_as_it_has_it(world: Conn) -> None:
    queue_id = await factories.queue(world)
    before = await queue_setup.lock(world, queue_id)
    calendar_id = await factories.calendar(world)

    closed = msgspec.structs.replace(before, calendar_id=calendar_id)
    closed = await queue_setup.change(world, EVENING, before, closed, channels=[], actor="user:1")
    await firing.fire_due(world, EVENING, at_most=10)
    with_calendar = await is_open(world, queue_id)
    opened = msgspec.structs.replace(closed, calendar_id=None)
    later = EVENING + timedelta(seconds=9)
    await queue_setup.change(world, later, closed, opened, channels=[], actor="user:1")
    await firing.fire_due(world, later, at_most=10)

    assert (with_calendar, await is_open(world, queue_id)) == (False, True)
    assert await hours_due(world, queue_id) is None


async def test_a_changed_calendar_opens_its_queues(world: Conn) -> None:
    queue_id = await queue_by_calendar(world)
    await opening.look(world, EVENING, queue_id)
    (calendar_id,) = await world.fetchrow("SELECT calendar_id FROM queue WHERE id = $1", queue_id)
    before = await calendars.lock(world, calendar_id)
    wanted = WantedCalendar(
        name_en=before.name_en,
        name_fa=before.name_fa,
        time_zone=before.time_zone,
        week=msgspec.structs.replace(before.week, saturday=(Hours(opens="08:00", closes="22:00"),)),
        exceptions=(),
    )

    await calendar_setup.replace(world, EVENING, before, wanted, actor="user:1")
    await firing.fire_due(world, EVENING, at_most=10)

    assert await is_open(world, queue_id)
    assert await hours_due(world, queue_id) == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)


async def test_a_dispatcher_that_starts_looks_at_all_calendars(database: Database) -> None:
    async with database.transaction() as conn:
        queue_id = await queue_by_calendar(conn)
        await conn.execute("DELETE FROM calendar_hours")
        other_id = await factories.queue(conn)
        await conn.execute("UPDATE queue SET is_open = false WHERE id = $1", other_id)

    async def found(conn: Conn, _now: datetime) -> tuple[bool, bool]:
        return await is_open(conn, queue_id), await is_open(conn, other_id)

    async with dispatching(database) as dispatcher:
        await dispatcher.submit(found)
        assert await dispatcher.submit(found) == (False, True)


# What is not answered in time ----------------------------------------------------------------------


async def taken(conn: Conn, now: datetime, queue_id: int) -> tuple[int, int]:
    """Somebody who holds a ticket that must be answered within an hour, and the ticket."""
    await conn.execute("UPDATE queue SET return_after_s = 3600 WHERE id = $1", queue_id)
    agent_id = await factories.agent(conn, now, queues=[queue_id])
    ticket = await factories.queued_ticket(conn, now, queue_id=queue_id)
    ticket = await seek.agent_for(conn, now, ticket)
    assert ticket.agent_id == agent_id
    return agent_id, ticket.id


async def test_what_is_not_answered_in_time_goes_back_to_another(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    silent, ticket_id = await taken(world, MORNING, queue_id)
    other = await factories.agent(world, EVENING, queues=[queue_id])
    await world.execute("UPDATE membership SET level = 2 WHERE agent_id = $1", other)

    await firing.fire_due(world, MORNING + timedelta(seconds=3599), at_most=10)
    before = await tickets.find(world, ticket_id)
    await firing.fire_due(world, MORNING + timedelta(seconds=3600), at_most=10)

    ticket = await tickets.find(world, ticket_id)
    assert (before.agent_id, ticket.agent_id, ticket.enqueued_at) == (silent, other, MORNING)
    reason = await world.fetchval(
        "SELECT data ->> 'reason' FROM event WHERE kind = 'ticket_released'"
    )
    assert reason == "no_reply"
    assert await timers.due_for_ticket(world, "return_due", ticket_id) == (
        MORNING + timedelta(seconds=7200)
    )


@pytest.mark.parametrize(
    ("return_after_s", "due_s", "is_back"),
    [(600, 1200, True), (1800, 1800, False), (7200, 7200, False), (None, None, False)],
)
async def test_another_time_to_answer_holds_for_what_is_held_already(
    world: Conn, return_after_s: int | None, due_s: int | None, is_back: bool
) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id, ticket_id = await taken(world, MORNING, queue_id)
    now = MORNING + timedelta(seconds=1200)

    await give_back_after(world, now, queue_id, return_after_s)
    due_at = await timers.due_for_ticket(world, "return_due", ticket_id)
    await firing.fire_due(world, now, at_most=10)

    assert due_at == (None if due_s is None else MORNING + timedelta(seconds=due_s))
    holder = (await tickets.find(world, ticket_id)).agent_id
    assert holder == (None if is_back else agent_id)


async def test_a_first_time_to_answer_holds_for_what_is_held_and_unanswered(world: Conn) -> None:
    queue_id, elsewhere = [await factories.queue(world, auto_accept=["sms"]) for _ in range(2)]
    held = [(await taken(world, MORNING, one))[1] for one in (queue_id, queue_id, elsewhere)]
    await world.execute("UPDATE queue SET return_after_s = NULL")
    await world.execute("DELETE FROM timer WHERE kind = 'return_due'")
    await world.execute("UPDATE ticket SET last_reply_at = $2 WHERE id = $1", held[1], EVENING)

    await give_back_after(world, MORNING, queue_id, 60)

    due = [await timers.due_for_ticket(world, "return_due", ticket_id) for ticket_id in held]
    assert due == [MORNING + timedelta(seconds=60), None, None]


async def give_back_after(
    conn: Conn, now: datetime, queue_id: int, return_after_s: int | None
) -> None:
    queue = await queues.find(conn, queue_id)
    other = msgspec.structs.replace(queue, return_after_s=return_after_s)
    await queue_setup.save(conn, now, queue, other, actor="system")


async def test_an_answer_keeps_the_ticket_with_who_gave_it(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id, ticket_id = await taken(world, MORNING, queue_id)
    await world.execute(
        "UPDATE ticket SET last_reply_at = $2 WHERE id = $1",
        ticket_id,
        MORNING + timedelta(seconds=10),
    )

    await firing.fire_due(world, EVENING, at_most=10)

    assert (await tickets.find(world, ticket_id)).agent_id == agent_id


async def test_an_answer_of_before_he_had_it_does_not_count(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    _, ticket_id = await taken(world, MORNING, queue_id)
    await world.execute(
        "UPDATE ticket SET last_reply_at = $2 WHERE id = $1",
        ticket_id,
        MORNING - timedelta(seconds=10),
    )

    await firing.fire_due(world, EVENING, at_most=10)

    assert (await tickets.find(world, ticket_id)).state == "waiting"


async def test_only_open_time_counts(world: Conn) -> None:
    queue_id = await queue_by_calendar(world, auto_accept=["sms"])
    agent_id, ticket_id = await taken(world, CLOSES_AT - timedelta(seconds=1200), queue_id)

    await firing.fire_due(world, EVENING, at_most=10)
    overnight = await tickets.find(world, ticket_id)
    due_at = await timers.due_for_ticket(world, "return_due", ticket_id)
    await firing.fire_due(world, OPENS_AT + timedelta(seconds=2400), at_most=10)

    assert (overnight.agent_id, due_at) == (agent_id, OPENS_AT + timedelta(seconds=2400))
    assert (await tickets.find(world, ticket_id)).state == "waiting"


async def test_hours_that_change_are_asked_about_again(world: Conn) -> None:
    queue_id = await queue_by_calendar(world, auto_accept=["sms"])
    _, ticket_id = await taken(world, CLOSES_AT - timedelta(seconds=1200), queue_id)
    await firing.fire_due(world, EVENING, at_most=10)
    (calendar_id,) = await world.fetchrow("SELECT calendar_id FROM queue WHERE id = $1", queue_id)

    await opening.hours_changed(world, EVENING, calendar_id)

    assert await timers.due_for_ticket(world, "return_due", ticket_id) == EVENING


async def edited(conn: Conn, now: datetime, queue_id: int, **columns: object) -> None:
    before = await queue_setup.lock(conn, queue_id)
    after = msgspec.structs.replace(before, **columns)
    await queue_setup.change(conn, now, before, after, channels=["sms"], actor="user:1")


async def test_what_is_held_is_waited_for_by_the_new_hours_of_its_queue(world: Conn) -> None:
    queue_id = await queue_by_calendar(world, auto_accept=["sms"])
    _, ticket_id = await taken(world, CLOSES_AT - timedelta(seconds=1200), queue_id)
    await firing.fire_due(world, EVENING, at_most=10)
    overnight = await timers.due_for_ticket(world, "return_due", ticket_id)

    await edited(world, EVENING, queue_id, calendar_id=None)
    await firing.fire_due(world, EVENING, at_most=10)
    at_once = await timers.due_for_ticket(world, "return_due", ticket_id)
    await firing.fire_due(world, EVENING + timedelta(seconds=2400), at_most=10)

    assert overnight == OPENS_AT + timedelta(seconds=2400)
    assert at_once == EVENING + timedelta(seconds=2400), "twenty minutes were open before"
    assert (await tickets.find(world, ticket_id)).state == "waiting"


async def test_what_was_never_due_is_once_its_queue_opens_at_all(world: Conn) -> None:
    queue_id = await queue_by_calendar(world, auto_accept=["sms"])
    _, ticket_id = await taken(world, MORNING, queue_id)
    (calendar_id,) = await world.fetchrow("SELECT calendar_id FROM queue WHERE id = $1", queue_id)
    hours = await world.fetch("DELETE FROM calendar_hours RETURNING *")
    await firing.fire_due(world, EVENING, at_most=10)
    never = await timers.due_for_ticket(world, "return_due", ticket_id)

    for row in hours:
        await world.execute("INSERT INTO calendar_hours SELECT ($1::calendar_hours).*", row)
    await opening.hours_changed(world, EVENING, calendar_id)
    await firing.fire_due(world, EVENING, at_most=10)

    assert never is None
    assert (await tickets.find(world, ticket_id)).state == "waiting"


async def test_a_tiers_time_is_open_time_and_is_asked_about_again(world: Conn) -> None:
    upper = await factories.queue(world, tier=2)
    queue_id = await queue_by_calendar(world, escalate_after_s=3600, escalate_to_id=upper)
    shortly_before = CLOSES_AT - timedelta(seconds=1200)
    ticket = await factories.queued_ticket(world, shortly_before, queue_id=queue_id)
    await firing.fire_due(world, EVENING, at_most=10)
    overnight = await timers.due_for_ticket(world, "escalation", ticket.id)
    (calendar_id,) = await world.fetchrow("SELECT calendar_id FROM queue WHERE id = $1", queue_id)

    await opening.hours_changed(world, EVENING, calendar_id)
    asked = await timers.due_for_ticket(world, "escalation", ticket.id)
    await firing.fire_due(world, EVENING, at_most=10)

    assert (overnight, asked) == (OPENS_AT + timedelta(seconds=2400), EVENING)
    assert await timers.due_for_ticket(world, "escalation", ticket.id) == overnight


async def test_while_it_is_the_customers_turn_nothing_is_due(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id, ticket_id = await taken(world, MORNING, queue_id)
    await pausing.pend(world, MORNING, ticket_id, actor="system", wake_at=None)
    during = await timers.due_for_ticket(world, "return_due", ticket_id)
    pending = await tickets.lock(world, ticket_id)

    await pausing.resume(world, EVENING, pending, actor="customer", because="customer_wrote")

    assert during is None
    assert await timers.due_for_ticket(world, "return_due", ticket_id) == (
        EVENING + timedelta(hours=1)
    )
    assert (await tickets.find(world, ticket_id)).agent_id == agent_id
