"""Where a reader is: what may be kept, and when it is too old to go on from."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from screens import running, screen, tell

from contactcenter.access.actor import Actor
from contactcenter.feed import BadCursor, Cursor, Feed, Position
from contactcenter.feed import cursor as cursors


def test_a_cursor_is_read_as_it_was_written():
    cursor = Cursor(epoch=3, position=Position(2**40, 17), at_s=1_800_000_000)

    assert cursors.read(cursor.written()) == cursor
    assert cursor.written().replace("-", "").replace("_", "").isalnum()


async def test_whoever_missed_nothing_goes_on_at_once_after_a_restart(
    feed, database, bell, table, admin
):
    async with screen(feed, admin) as shown:
        cursor = shown.subscribed.cursor
    await table.fetchval("SELECT pg_current_xact_id()")  # time goes on, but nothing happens

    restarted = Feed(database, bell)
    async with running(restarted), screen(restarted, admin, cursor) as shown:
        await shown.shows(lambda s: s.subscriber.is_live)

        await tell(table, bell, "contact_created")
        await shown.shows(lambda s: s.kinds == ["contact_created"])


@pytest.mark.parametrize(
    "text", ["", "abc", "\x00", "سلام", "A" * 99, "A" * 4000, "=", "-" * 20, "AAAAAAAAAA=="]
)
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(BadCursor):
        cursors.read(text)


def test_a_damaged_cursor_is_refused():
    text = Cursor(epoch=1, position=Position(900, 17), at_s=1_800_000_000).written()
    damaged = 0
    for place in range(len(text)):
        for other in "AZaz09-_":
            changed = text[:place] + other + text[place + 1 :]
            if changed != text:
                damaged += 1
                with pytest.raises(BadCursor):
                    cursors.read(changed)
    assert damaged > 100


async def test_a_cursor_that_is_too_old_begins_anew(feed, table, bell, admin):
    async with screen(feed, admin) as shown:
        now = cursors.read(shown.subscribed.cursor)
    await tell(table, bell, "contact_created")

    async def is_anew(**changed: Any) -> bool:
        old = msgspec.structs.replace(now, **changed)
        async with screen(feed, admin, old.written()) as shown:
            return shown.subscribed.is_anew

    day_s = 24 * 3600
    assert not await is_anew()
    assert not await is_anew(at_s=now.at_s - 6 * day_s)
    assert await is_anew(at_s=now.at_s - 8 * day_s)
    assert await is_anew(at_s=now.at_s + day_s)
    assert await is_anew(epoch=now.epoch + 1)
    assert await is_anew(position=Position(now.position.xid + 10**6, 1))


async def test_a_cursor_from_before_a_dropped_partition_begins_anew(feed, table, bell, admin):
    async with screen(feed, admin) as shown:
        cursor = shown.subscribed.cursor
    assert (await _subscribed(feed, admin, cursor)).is_anew is False

    await table.execute("DROP TABLE event_ever")
    await table.execute(
        "CREATE TABLE event_later PARTITION OF event"
        f" FOR VALUES FROM ('{datetime.now(UTC) + timedelta(hours=2)}') TO (MAXVALUE)"
    )
    assert (await _subscribed(feed, admin, cursor)).is_anew is True

    await table.execute(
        "CREATE TABLE event_before PARTITION OF event"
        f" FOR VALUES FROM ('{datetime.now(UTC) - timedelta(hours=2)}')"
        f" TO ('{datetime.now(UTC)}')"
    )
    assert (await _subscribed(feed, admin, cursor)).is_anew is False


async def _subscribed(feed: Feed, actor: Actor, cursor: str) -> Any:
    async with screen(feed, actor, cursor) as shown:
        return shown.subscribed


async def test_a_restored_database_sends_everybody_to_read_anew(feed, table, bell, admin, dsn):
    async with screen(feed, admin) as shown:
        before = cursors.read(shown.subscribed.cursor)
        await table.execute("UPDATE feed_epoch SET epoch = epoch + 1")
        await table.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'contactcenter feed' AND datname = current_database()"
        )
        await shown.shows(lambda s: s.frames)
        assert shown.frames[0]["type"] == "resync"
        assert cursors.read(shown.frames[0]["cursor"]).epoch == before.epoch + 1

        await tell(table, bell, "contact_created")
        await shown.shows(lambda s: s.kinds == ["contact_created"])
    assert (await _subscribed(feed, admin, before.written())).is_anew is True


async def test_a_lost_connection_loses_no_event(feed, table, bell, admin):
    async with screen(feed, admin) as shown:
        ids = await tell(table, bell, "contact_created")
        await shown.shows(lambda s: s.ids == ids)
        await table.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'contactcenter feed' AND datname = current_database()"
        )
        ids += await tell(table, bell, "contact_changed", "contact_merged")
        await shown.shows(lambda s: len(s.ids) >= 3)

        assert shown.ids == ids
        assert [f["type"] for f in shown.frames] == ["event"] * 3
