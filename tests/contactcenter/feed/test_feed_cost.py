"""What the feed costs: it leaves the events alone while nobody listens, and reads at a pace."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import asyncpg
import factories
import pytest
from screens import PATIENCE_S, Screen, contents, running, screen, signed_in, tell

from contactcenter import events, partitions
from contactcenter.access.actor import Actor
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.events import Event
from contactcenter.feed import Cursor, Ending, Feed, Limits, Position
from contactcenter.feed import hub as hub_module
from contactcenter.feed.credentials import Credential
from contactcenter.feed.hub import Hub
from contactcenter.feed.reader import Entry
from contactcenter.feed.reading import Reading
from contactcenter.feed.subscriber import Subscriber

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class CountedNews(asyncio.Event):
    """News that counts how often they were taken note of, which is once a reading."""

    readings = 0

    def clear(self) -> None:
        self.readings += 1
        super().clear()


@pytest.mark.parametrize("is_anybody_there", [True, False])
async def test_a_busy_centre_is_read_at_a_pace_and_only_for_somebody(
    database: Database, is_anybody_there: bool
) -> None:
    news, hub = CountedNews(), Hub()
    reading = Reading(database, news, hub, limits=Limits(pace_s=0.1), clock=time.monotonic)
    if is_anybody_there:
        hub.visibility.follow(1)
    task = asyncio.create_task(reading.run())
    began_s = time.monotonic()
    while time.monotonic() - began_s < 1.0:
        news.set()
        await asyncio.sleep(0.001)
    elapsed_s = time.monotonic() - began_s
    task.cancel()

    assert news.readings <= (elapsed_s / 0.1 + 2 if is_anybody_there else 0)
    assert reading.silent_s < 1.5
    assert (news.readings > 2) == reading.started.is_set() == is_anybody_there


@pytest.mark.slow
async def test_the_first_ring_after_a_silence_is_heeded_at_once(
    database: Database, table: asyncpg.Connection, bell: Bell, admin: Actor
) -> None:
    feed = Feed(database, bell, limits=Limits(pace_s=0.5, look_every_s=30.0))
    best_s = PATIENCE_S
    async with running(feed), screen(feed, admin) as shown:
        for n in range(1, 4):
            await asyncio.sleep(0.6)
            began_s = time.monotonic()
            await tell(table, bell, "contact_created")
            await shown.shows(lambda s, n=n: len(s.ids) == n)
            best_s = min(best_s, time.monotonic() - began_s)

    assert best_s < 0.3


async def test_whoever_comes_back_to_a_feed_nobody_listened_to_misses_nothing(
    feed: Feed, table: asyncpg.Connection, bell: Bell, admin: Actor
) -> None:
    ids: list[int] = []
    seen: list[int] = []
    kept = None

    def has_all(shown: Screen) -> bool:
        return len(seen) + len(shown.ids) >= len(ids)

    for _ in range(5):
        async with screen(feed, admin, kept) as shown:
            ids += await tell(table, bell, "contact_created", "contact_changed")
            await shown.shows(has_all)
            seen += shown.ids
            kept = shown.cursor
        ids += await tell(table, bell, "contact_created")
        async with asyncio.timeout(PATIENCE_S):
            while feed._reading.started.is_set():
                await asyncio.sleep(0.01)
        ids += await tell(table, bell, "contact_changed")

    async with screen(feed, admin, kept) as shown:
        await shown.shows(has_all)
        assert seen + shown.ids == ids


async def test_no_month_is_read_to_its_end_though_the_plans_were_made_while_it_was_empty(
    database: Database, table: asyncpg.Connection, bell: Bell, admin: Actor
) -> None:
    await table.execute("DROP TABLE event_ever, delivery_ever")
    await partitions.ensure(table, datetime.now(UTC))
    await table.execute("VACUUM (ANALYZE) event")
    feed = Feed(database, bell)
    async with running(feed), screen(feed, admin) as shown:
        await table.execute("SELECT pg_stat_force_next_flush()")
        before = await scans(table)
        fact = Event(kind="contact_created", at=datetime.now(UTC), actor="system")
        for _ in range(3):
            await events.record(table, *[fact] * 100)
            bell.ring("events")
        await shown.shows(lambda s: len(s.ids) == 300)
        async with asyncio.timeout(PATIENCE_S):
            while (now := await scans(table))["by_index"] <= before["by_index"]:
                await asyncio.sleep(0.1)

    assert now["whole"] == before["whole"]


async def scans(table: asyncpg.Connection) -> Any:
    """How often months of events were read as a whole, and by an index, as far as was reported."""
    return await table.fetchrow(
        "SELECT sum(seq_scan)::int AS whole, sum(idx_scan)::int AS by_index"
        " FROM pg_stat_user_tables WHERE relname LIKE 'event\\_%'"
    )


class Counting(Screen):
    """A screen that counts how often it was written to."""

    writes = 0

    def write_now(self, frame: bytes) -> bool:
        self.writes += 1
        return super().write_now(frame)

    async def send(self, frame: bytes) -> None:
        self.writes += 1
        await super().send(frame)


async def test_what_comes_together_is_written_together(
    feed: Feed, table: asyncpg.Connection, bell: Bell, admin: Actor
) -> None:
    shown = Counting(feed)
    shown.subscriber = await feed.join(admin, shown)
    await feed.subscribe(shown.subscriber, None)
    ids = await tell(table, bell, *["contact_created"] * 40)
    await shown.shows(lambda s: len(s.ids) == 40)
    feed.leave(shown.subscriber)

    assert shown.ids == ids
    assert shown.writes == 1


@pytest.mark.slow
async def test_whose_session_is_over_is_found_though_few_are_asked_about_at_once(
    feed: Feed, table: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "_ASKED_TOGETHER", 2)
    people = [await signed_in(table, await factories.user(table)) for _ in range(5)]
    async with AsyncExitStack() as stack:
        screens = [await stack.enter_async_context(screen(feed, person)) for person in people]
        await table.execute("DELETE FROM session WHERE user_id = $1", people[3].user_id)
        await screens[3].shows(lambda s: s.endings)

        assert [s.endings for s in screens] == [[], [], [], ["signed_out"], []]


async def test_what_was_missed_is_written_together(
    feed: Feed, table: asyncpg.Connection, bell: Bell, admin: Actor
) -> None:
    async with screen(feed, admin) as earlier:
        kept = earlier.subscribed.cursor
    ids = await tell(table, bell, *["contact_created"] * 120)
    shown = Counting(feed)
    shown.subscriber = await feed.join(admin, shown)
    await feed.subscribe(shown.subscriber, kept)
    await shown.shows(lambda s: len(s.ids) == 120)
    feed.leave(shown.subscriber)

    assert shown.ids == ids
    assert shown.writes <= 4


class Paper:
    """Takes whatever is written to it."""

    def __init__(self) -> None:
        self.taken = b""

    def write_now(self, frame: bytes) -> bool:
        self.taken += frame
        return True

    async def send(self, frame: bytes) -> None:
        self.taken += frame

    def wake(self) -> None: ...

    def end(self, ending: Ending) -> None: ...


@pytest.mark.parametrize("had", [0, 1, 7, 9, 10])
async def test_of_what_comes_together_nobody_gets_what_he_has_had(
    table: asyncpg.Connection, had: int
) -> None:
    hub, paper = Hub(), Paper()
    viewer = hub.visibility.follow(1)
    viewer.is_admin = True
    subscriber = Subscriber(
        viewer,
        Credential(user_id=1, session_sha256=b"", token_id=None),
        paper,
        keeps_presence=True,
        clock=time.monotonic,
        limits=Limits(),
    )
    subscriber.good_for(60.0)
    subscriber.cursor = Cursor(epoch=1, position=Position(7, had), at_s=0)
    subscriber.is_live = True
    hub.join(subscriber)

    await hub.tell(table, 1, [entry(n) for n in range(1, 11)])

    told = [frame["event"]["id"] for frame in contents(paper.taken)]
    assert told == list(range(had + 1, 11))
    assert hub.position == Position(7, 10)


def entry(number: int) -> Entry:
    return Entry(
        xid=7,
        id=number,
        at=NOON,
        kind="contact_created",
        ticket_id=None,
        version=None,
        contact_id=1,
        agent_id=None,
        actor="system",
        data={},
        team_ids=[],
        of_contact_id=1,
        holder_id=None,
    )
