"""Every event once and in order, whoever writes at the same time and however often one leaves."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import asyncpg
import factories
import pytest
from screens import PATIENCE_S, running, screen, tell

from contactcenter import events
from contactcenter.access.actor import Actor
from contactcenter.bell import Bell
from contactcenter.events import Event
from contactcenter.feed import Feed, Limits, health


async def test_an_event_is_shown_with_all_it_says(feed, table, bell, admin):
    async with screen(feed, admin) as shown:
        at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
        await events.record(
            table,
            Event(kind="segment_set", at=at, actor="system", contact_id=7, data={"value": "warm"}),
        )
        bell.ring("events")
        await shown.shows(lambda s: s.events)

        assert shown.frames == [
            {
                "type": "event",
                "cursor": shown.cursor,
                "event": {
                    "id": shown.ids[0],
                    "at": "2026-11-20T12:00:00Z",
                    "kind": "segment_set",
                    "ticket_id": None,
                    "version": None,
                    "contact_id": 7,
                    "agent_id": None,
                    "actor": "system",
                    "data": {"value": "warm"},
                },
            }
        ]


async def test_an_event_is_held_back_by_an_older_writer_and_then_told_in_order(
    feed, table, bell, admin, dsn
):
    older = await asyncpg.connect(dsn)
    await factories.prepare(older)
    async with screen(feed, admin) as shown:
        transaction = older.transaction()
        await transaction.start()
        await older.fetchval("SELECT pg_current_xact_id()")  # it writes, from here on
        [late] = await tell(table, bell, "contact_created")

        await asyncio.sleep(0.5)
        assert shown.events == []
        assert feed.status.lag_s >= 0.25
        told = await health(table)
        assert told.lag_s >= 0.4
        assert older.get_server_pid() in [w.pid for w in told.writers]

        await events.record(older, Event(kind="contact_changed", at=datetime.now(UTC), actor="s"))
        await transaction.commit()  # nobody rings
        await shown.shows(lambda s: len(s.events) == 2)

        assert shown.kinds == ["contact_changed", "contact_created"]
        assert shown.ids[1] == late
        await asyncio.sleep(0.3)
        assert len(shown.events) == 2
        assert (await health(table)).lag_s == 0.0
    await older.close()


async def test_an_event_whose_bell_was_never_rung_is_told_within_a_second_or_two(
    feed, table, admin
):
    async with screen(feed, admin) as shown:
        await events.record(table, Event(kind="contact_created", at=datetime.now(UTC), actor="s"))

        await shown.shows(lambda s: s.kinds == ["contact_created"])


async def test_whoever_comes_back_gets_every_later_event_once_and_in_order(
    feed, table, bell, admin
):
    async with screen(feed, admin) as shown:
        ids = await tell(table, bell, *["contact_created"] * 3)
        await shown.shows(lambda s: len(s.ids) == 3)
        kept = shown.frames[0]["cursor"]
    missed = await tell(table, bell, *["contact_changed"] * 1200)

    async with screen(feed, admin, kept) as shown:
        live = await tell(table, bell, "contact_merged")
        await shown.shows(lambda s: len(s.ids) >= 1203)

        assert shown.ids == ids[1:] + missed + live
        assert not shown.subscribed.is_anew


async def test_nothing_of_the_past_is_told_to_who_begins_now(feed, table, bell, admin):
    await tell(table, bell, "contact_created")
    async with screen(feed, admin) as first:
        await tell(table, bell, "contact_changed")
        await first.shows(lambda s: "contact_changed" in s.kinds)

        async with screen(feed, admin) as second:
            await tell(table, bell, "contact_merged")
            await second.shows(lambda s: s.events)

            assert second.kinds == ["contact_merged"]


async def test_the_cursor_of_a_beginning_resumes_like_any_other(feed, table, bell, admin):
    async with screen(feed, admin) as shown:
        begun = shown.subscribed.cursor
    ids = await tell(table, bell, "contact_created", "contact_changed")

    async with screen(feed, admin, begun) as shown:
        await shown.shows(lambda s: len(s.ids) == 2)

        assert shown.ids == ids


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_readers_that_come_and_go_miss_nothing_while_many_write(
    database, dsn, table, admin, seed
):
    bell = Bell(database)
    feeds = [
        Feed(database, bell, limits=Limits(page=7)),  # pages end in the middle of things
        Feed(database, Bell(database), limits=Limits(page=50, look_every_s=0.02)),
    ]
    async with running(*feeds), asyncio.timeout(PATIENCE_S):
        reader = _ForgetfulReader(feeds, admin, random.Random(seed))
        await reader.begin()
        writers = [asyncio.create_task(_write(dsn, bell, random.Random(n))) for n in range(4)]
        while not all(writer.done() for writer in writers):
            await reader.read_for_a_while()
        written = [row["id"] for row in await table.fetch("SELECT id FROM event ORDER BY xid, id")]
        await reader.read_until(len(written))

    assert reader.ids == written
    assert len(written) > 150
    assert reader.visits > 3
    assert written != sorted(written), "the writers never overlapped"


class _ForgetfulReader:
    """Comes and goes, now here, now there, and loses some of what it has just been sent."""

    def __init__(self, feeds: list[Feed], actor: Actor, chance: random.Random) -> None:
        self.ids: list[int] = []
        self.visits = 0
        self._feeds = feeds
        self._actor = actor
        self._chance = chance
        self._cursor = ""

    async def begin(self) -> None:
        async with screen(self._feeds[0], self._actor) as shown:
            self._cursor = shown.subscribed.cursor

    async def read_for_a_while(self) -> None:
        async with screen(self._chance.choice(self._feeds), self._actor, self._cursor) as shown:
            await asyncio.sleep(self._chance.choice([0, 0.001, 0.01, 0.05]))
        self._keep(shown.frames[: self._chance.randint(0, len(shown.frames))])

    async def read_until(self, count: int) -> None:
        async with screen(self._chance.choice(self._feeds), self._actor, self._cursor) as shown:
            await shown.shows(lambda s: len(self.ids) + len(s.ids) >= count)
        self._keep(shown.frames)

    def _keep(self, frames: list[dict[str, Any]]) -> None:
        self.visits += 1
        self.ids += [f["event"]["id"] for f in frames]
        self._cursor = frames[-1]["cursor"] if frames else self._cursor


async def _write(dsn: str, bell: Bell, chance: random.Random) -> None:
    """Transactions that take their ids early, write late, and sometimes give up."""
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    for _ in range(40):
        transaction = conn.transaction()
        await transaction.start()
        await conn.fetchval("SELECT pg_current_xact_id()")
        for _ in range(chance.randint(1, 3)):
            await asyncio.sleep(chance.random() * 0.01)
            await events.record(
                conn, Event(kind="contact_created", at=datetime.now(UTC), actor="system")
            )
        await asyncio.sleep(chance.random() * 0.01)
        if chance.random() < 0.1:
            await transaction.rollback()
        else:
            await transaction.commit()
            if chance.random() < 0.8:
                bell.ring("events")
    await conn.close()
