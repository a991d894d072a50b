"""What is over in a moment is told to whoever may read the ticket now, and to nobody who is behind."""

import asyncio
from datetime import UTC, datetime

import factories
import pytest
from screens import screen, signed_in, tell

from contactcenter.feed import Feed, Limits, signals

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
async def ticket(table):
    queue_id = await factories.queue(table, team_id=await factories.team(table))
    return await factories.queued_ticket(table, NOW, queue_id=queue_id, channel="webchat")


def typing(ticket_id):
    return {"kind": "visitor_typing", "ticket_id": ticket_id}


def signals_of(shown):
    return [(f["kind"], f["ticket_id"]) for f in shown.frames if f["type"] == "signal"]


async def test_the_holder_is_told_whatever_his_teams_and_no_longer_than_he_holds_it(
    feed: Feed, table, bell, ticket
) -> None:
    holder_id = await factories.agent(table, NOW)
    await table.execute(
        "UPDATE ticket SET state = 'assigned', agent_id = $2 WHERE id = $1", ticket.id, holder_id
    )
    holder = await signed_in(table, holder_id)
    async with screen(feed, holder) as shown:
        bell.signal("consoles", typing(ticket.id))
        await shown.shows(lambda s: len(signals_of(s)) == 1)

        await table.execute("UPDATE ticket SET state = 'waiting', agent_id = NULL")
        await tell(table, bell, "ticket_released", ticket_id=ticket.id, agent_id=holder_id)
        await shown.shows(lambda s: "ticket_released" in s.kinds)
        bell.signal("consoles", typing(ticket.id))
        await asyncio.sleep(3 * signals.PAUSE_S)
        mark = await tell(table, bell, "contact_created")
        await shown.shows(lambda s: s.ids[-1:] == mark)

    assert signals_of(shown) == [("visitor_typing", ticket.id)]


async def test_a_restricted_teams_ticket_is_hidden_from_those_who_share_another_team(
    feed: Feed, table, bell, ticket, admin
) -> None:
    mate_id, fraud = await factories.agent(table, NOW), await factories.team(table, restricted=True)
    [team_id] = await table.fetchval("SELECT team_ids FROM ticket WHERE id = $1", ticket.id)
    await factories.join_teams(table, mate_id, team_id)
    async with screen(feed, await signed_in(table, mate_id)) as mate, screen(feed, admin) as chief:
        bell.signal("consoles", typing(ticket.id))
        await mate.shows(lambda s: len(signals_of(s)) == 1)
        await chief.shows(lambda s: len(signals_of(s)) == 1)

        await table.execute("UPDATE ticket SET team_ids = team_ids || $1::bigint", fraud)
        bell.signal("consoles", typing(ticket.id))
        await chief.shows(lambda s: len(signals_of(s)) == 2)

    assert len(signals_of(mate)) == 1


async def test_who_has_not_subscribed_is_told_nothing(feed: Feed, table, bell, ticket, admin):
    async with (
        screen(feed, admin, subscribes=False) as early,
        screen(feed, admin) as shown,
    ):
        bell.signal("consoles", typing(ticket.id))
        await shown.shows(lambda s: len(signals_of(s)) == 1)

    assert early.frames == []


async def test_who_is_far_behind_loses_signals_and_no_event(table, bell, database, admin, ticket):
    """Signals never make a slow reader so slow that he is cut."""
    feed = Feed(database, bell, limits=Limits(backlog_bytes=4_000))
    running = asyncio.create_task(feed.run())
    try:
        async with screen(feed, admin) as shown:
            shown.takes_frames.clear()
            for n in range(200):
                subject = signals._Subject(ticket_id=n + 1, contact_id=1, team_ids=[])
                feed._signals._hand_over([signals._Told("visitor_typing", subject)])
            told = await tell(table, bell, "contact_created")
            shown.takes_frames.set()
            await shown.shows(lambda s: told[0] in s.ids)

        assert shown.endings == []
        assert 0 < len(signals_of(shown)) < 200
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_many_signals_at_once_reach_each_who_may_know_of_them(
    feed: Feed, table, bell, ticket, admin
) -> None:
    """They are looked up and written together, and each is told to its own readers alone."""
    queue_id = await table.fetchval("SELECT queue_id FROM ticket WHERE id = $1", ticket.id)
    others = [(await factories.queued_ticket(table, NOW, queue_id=queue_id)).id for _ in range(70)]
    mate_id = await factories.agent(table, NOW)
    team_id = await factories.team(table)
    await factories.join_teams(table, mate_id, team_id)
    await table.execute(
        "UPDATE ticket SET team_ids = ARRAY[$2::bigint] WHERE id = $1", ticket.id, team_id
    )
    async with screen(feed, admin) as chief, screen(feed, await signed_in(table, mate_id)) as mate:
        for ticket_id in [*others, ticket.id]:
            bell.signal("consoles", typing(ticket_id))
        await chief.shows(lambda s: len(signals_of(s)) == 71)
        await mate.shows(lambda s: len(signals_of(s)) == 1)

    assert [ticket_id for _, ticket_id in signals_of(chief)] == [*others, ticket.id]
    assert signals_of(mate) == [("visitor_typing", ticket.id)]


async def test_more_than_can_be_told_is_dropped_not_kept(database, bell, feed, admin) -> None:
    async with screen(feed, admin):
        for n in range(signals.WAITING + 100):
            bell.signal("consoles", typing(n + 1))

        assert len(feed._signals._waiting) == signals.WAITING
