"""Notices: each text once, at the reader's hours, under one cap, and never after he said stop."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import factories
import pytest
import sending
from hypothesis import given
from hypothesis import strategies as st

from contactcenter import metrics, timeline, timers
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.notice_writer import NoticeWriter
from contactcenter.notices import notice_limits, notice_sending, notices
from contactcenter.notices.notice_limits import Limit
from contactcenter.notices.notices import New, Words
from contactcenter.outbound import opt_outs, outbox

#: A Monday at ten in London.
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ALWAYS = "UPDATE notice_limit SET opens_min = 0, closes_min = 1440"


class Line(sending.Line):
    """A line for text messages."""

    def size(self, _text: str) -> None:
        return None


CHANNELS: Any = {"sms": Line()}


async def member(conn: Conn, *, language: str | None = None, **more: Any) -> int:
    contact_id = await factories.contact(conn, language=language)
    await factories.segment(
        conn, START - DAY, contact_id, "temperament", "haggler", **({"source": "cues"} | more)
    )
    return contact_id


async def running(conn: Conn, *after_s: int, calendar_id: int | None = None) -> int:
    queue_id = await factories.queue(conn)
    entry_point_id = await factories.entry_point(conn, queue_id=queue_id)
    new = New(
        name="Spring",
        audience_kind="temperament",
        audience_value="haggler",
        channel="sms",
        entry_point_id=entry_point_id,
        calendar_id=calendar_id,
        starts_at=START,
        texts=tuple(
            Words(after_s=s, subject_en="", subject_fa="", text_en=f"en {n}", text_fa=f"fa {n}")
            for n, s in enumerate(after_s or (0,))
        ),
    )
    author = await factories.user(conn)
    made = await notices.create(
        conn, START - DAY, new, channels=CHANNELS, author_id=author, actor="user:1"
    )
    await notices.move(conn, START - DAY, made, "running", actor="user:1")
    return made


async def look(conn: Conn, now: datetime) -> None:
    while await notice_sending.plan(conn, now):
        pass
    while await notice_sending.write(conn, now, CHANNELS, at_most=10):
        pass
    await notices.end(conn, now)


async def written(conn: Conn) -> list[tuple[int, str]]:
    rows = await conn.fetch(
        "SELECT contact_id, body FROM interaction WHERE kind = 'notice' ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def skipped(conn: Conn) -> Counter[str]:
    rows = await conn.fetch("SELECT reason FROM notice_delivery WHERE state = 'skipped'")
    return Counter(row["reason"] for row in rows)


async def stop(conn: Conn, now: datetime, contact_id: int, sender: str = "+982100000000") -> None:
    identity_id = await conn.fetchval("SELECT id FROM identity WHERE contact_id = $1", contact_id)
    await opt_outs.withdraw(
        conn, now, identity_id, "sms", sender, source="customer", actor="customer"
    )


async def test_each_text_is_written_once_when_it_is_due_in_the_readers_language(world):
    sara, john = await member(world, language="fa"), await member(world, language="en")
    finglish = await member(world, language="fa-Latn")
    other = await factories.contact(world)
    await factories.segment(world, START - DAY, other, "temperament", "warm")
    made = await running(world, 0, 2 * 86400)

    await look(world, START - timedelta(seconds=1))
    assert await written(world) == []
    await look(world, START)
    await look(world, START + HOUR)
    first = [(sara, "fa 0"), (john, "en 0"), (finglish, "fa 0")]
    assert await written(world) == first
    await look(world, START + 2 * DAY - timedelta(seconds=1))
    assert await written(world) == first
    await look(world, START + 2 * DAY)
    await look(world, START + 3 * DAY)

    assert await written(world) == [*first, (sara, "fa 1"), (john, "en 1"), (finglish, "fa 1")]
    assert (await notices.find(world, made)).state == "done"
    queued = await world.fetch("SELECT conversation, state FROM outbox")
    assert len({row["conversation"] for row in queued}) == 3
    assert {row["state"] for row in queued} == {"queued"}


async def test_a_notice_is_on_the_timeline_of_its_reader_and_in_an_event(world):
    sara = await member(world)
    reader = await factories.user(world)
    await running(world)
    await look(world, START)

    page = await timeline.of_contact(world, reader, sara, before_id=2**53, limit=10)

    assert page is not None
    ((entry),) = page
    assert (entry["kind"], entry["direction"], entry["state"]) == ("notice", "outbound", "queued")
    assert entry["ticket_id"] is None
    told = await world.fetchrow("SELECT contact_id, data FROM event WHERE kind = 'notice_written'")
    assert (told["contact_id"], told["data"]["interaction_id"]) == (sara, entry["id"])
    assert await world.fetchval("SELECT count(*) FROM ticket") == 0


async def test_whoever_says_stop_gets_nothing_from_then_on(world):
    sara, john = await member(world), await member(world)
    await running(world, 0, 86400)
    await look(world, START)
    await stop(world, START + HOUR, sara)
    await look(world, START + DAY)

    assert await written(world) == [(sara, "en 0"), (john, "en 0"), (john, "en 1")]
    assert await skipped(world) == {"opted_out": 1}


async def test_stop_to_one_of_our_numbers_is_stop_to_notices_from_any(world):
    sara = await member(world)
    await stop(world, START - HOUR, sara, sender="+49301234567")
    await running(world)
    await look(world, START)

    assert await written(world) == []


async def test_whoever_has_left_or_cannot_be_reached_gets_nothing_and_newcomers_the_rest(world):
    gone, unreachable = await member(world), await member(world)
    await world.execute("UPDATE identity SET kind = 'email' WHERE contact_id = $1", unreachable)
    await running(world, 0, 86400)
    while await notice_sending.plan(world, START):
        pass
    await world.execute("UPDATE segment SET to_at = $2 WHERE contact_id = $1", gone, START)
    await look(world, START + HOUR)
    new = await member(world)
    await world.execute("DELETE FROM segment WHERE contact_id = $1", unreachable)
    await look(world, START + DAY)

    assert await written(world) == [(new, "en 1")]
    assert await skipped(world) == {"left_segment": 1, "unreachable": 1}


async def test_a_persons_word_says_who_is_of_the_segment(world):
    corrected = await member(world)
    await factories.segment(world, START - DAY, corrected, "temperament", "serious", source="agent")
    named = await member(world, source="agent")
    await running(world)
    await look(world, START)

    assert [who for who, _ in await written(world)] == [named]


async def test_the_cap_holds_over_all_notices_and_what_is_over_comes_later(world):
    sara = await member(world)
    for _ in range(3):
        await running(world)
    await look(world, START)
    assert len(await written(world)) == 2
    await look(world, START + 7 * DAY - timedelta(seconds=1))
    assert len(await written(world)) == 2
    await look(world, START + 7 * DAY)

    assert [who for who, _ in await written(world)] == [sara] * 3
    assert await skipped(world) == {}


async def test_what_was_written_to_somebody_who_became_part_of_another_counts(world):
    sara, same = await member(world), await member(world)
    await running(world)
    await running(world)
    await look(world, START)
    await world.execute("UPDATE contact SET merged_into_id = $1 WHERE id = $2", sara, same)
    await running(world)
    await look(world, START + HOUR)

    assert Counter(await written(world)) == {(sara, "en 0"): 2, (same, "en 0"): 2}
    assert await skipped(world) == {"merged": 1}


async def test_concurrent_notices_never_exceed_the_cap_and_write_each_text_once(database):
    async with database.transaction() as conn:
        await conn.execute(ALWAYS)
        people = [await member(conn) for _ in range(12)]
        for _ in range(4):
            await running(conn, 0, 0)

    async def work() -> None:
        for _ in range(12):
            async with database.transaction() as conn:
                await notice_sending.plan(conn, START)
            async with database.transaction() as conn:
                await notice_sending.write(conn, START, CHANNELS, at_most=5)

    await asyncio.gather(*(work() for _ in range(6)))

    async with database.transaction() as conn:
        await look(conn, START)
        assert Counter(who for who, _ in await written(conn)) == dict.fromkeys(people, 2)
        assert await conn.fetchval("SELECT count(*) FROM outbox") == 24


async def test_whoever_is_being_written_to_is_written_to_by_nobody_else(database):
    async with database.transaction() as conn:
        await conn.execute(ALWAYS)
        await conn.execute("UPDATE notice_limit SET at_most = 1")
        await member(conn)
        await running(conn)
        await notice_sending.plan(conn, START)
    async with database.transaction() as first:
        assert await notice_sending.write(first, START, CHANNELS, at_most=5) == 1
        async with database.transaction() as second:
            await running(second)
            await second.execute("UPDATE notice SET starts_at = $1 WHERE id = 2", START - HOUR)
            await notice_sending.plan(second, START)
            assert await notice_sending.write(second, START, CHANNELS, at_most=5) == 0
    async with database.transaction() as conn:
        await look(conn, START)
        assert len(await written(conn)) == 1


@pytest.mark.parametrize(
    ("at", "is_open"), [("08:59", False), ("09:00", True), ("19:59", True), ("20:00", False)]
)
async def test_nobody_is_written_to_at_night_by_the_houses_clock(world, at, is_open):
    await world.execute("UPDATE notice_limit SET time_zone = 'Asia/Tehran'")
    await member(world)
    await running(world)
    local = datetime.fromisoformat(f"2026-03-04T{at}:00+03:30")
    await look(world, local)
    assert len(await written(world)) == is_open
    await look(world, datetime.fromisoformat("2026-03-05T09:00:00+03:30"))

    assert len(await written(world)) == 1


async def test_a_persons_own_hours_and_place_count_before_those_of_the_house(world):
    sara = await member(world)
    await world.execute(
        "UPDATE contact SET preferred_hours = $2 WHERE id = $1",
        sara,
        {"from": "22:00", "until": "01:00", "days": [2], "time_zone": "America/New_York"},
    )
    await running(world)
    tuesday = datetime.fromisoformat("2026-03-03T22:00:00-05:00")
    for at in (START, tuesday - timedelta(seconds=1)):
        await look(world, at)
        assert await written(world) == []
    await look(world, tuesday)

    assert len(await written(world)) == 1


async def test_with_a_calendar_nothing_is_written_while_it_is_closed(world):
    calendar_id = await factories.calendar(world)  # Tehran, closed on Fridays
    await member(world)
    await running(world, 4 * 86400 + 1, calendar_id=calendar_id)
    await look(world, START + 4 * DAY + HOUR)
    assert await written(world) == []
    await look(world, START + 5 * DAY)

    assert len(await written(world)) == 1


async def test_what_could_not_be_written_for_two_weeks_is_old_news(world):
    await member(world)
    await running(world)
    await world.execute("UPDATE notice_limit SET at_most = 0")
    await look(world, START)
    await world.execute("UPDATE notice_limit SET at_most = 2")
    await look(world, START + 14 * DAY + HOUR)

    assert (await written(world), await skipped(world)) == ([], {"too_late": 1})


async def test_a_text_that_fails_keeps_nobody_else_waiting_and_is_tried_again(world, monkeypatch):
    unlucky, lucky = await member(world), await member(world)
    await running(world, 0)
    message = notice_sending._message

    async def failing(conn, now, one, *rest):
        if one.contact_id == unlucky:
            await conn.execute("SELECT 1 / 0")  # which ends a transaction that has no savepoint
        return await message(conn, now, one, *rest)

    monkeypatch.setattr(notice_sending, "_message", failing)
    failures = metrics.AUTOMATED_MESSAGE_FAILURES.labels("notice")._value.get()

    await look(world, START)
    assert [contact_id for contact_id, _ in await written(world)] == [lucky]
    assert metrics.AUTOMATED_MESSAGE_FAILURES.labels("notice")._value.get() == failures + 1
    monkeypatch.undo()
    await look(world, START + HOUR / 2)
    assert len(await written(world)) == 1
    await look(world, START + HOUR)
    assert {contact_id for contact_id, _ in await written(world)} == {unlucky, lucky}


async def test_one_that_pauses_goes_on_and_one_that_is_stopped_never(world):
    await member(world)
    paused, stopped = await running(world), await running(world)
    while await notice_sending.plan(world, START):
        pass
    await notices.move(world, START, paused, "paused", actor="user:1")
    await notices.move(world, START, stopped, "stopped", actor="user:1")
    await look(world, START)
    assert await written(world) == []
    await notices.move(world, START, paused, "running", actor="user:1")
    await look(world, START + HOUR)

    assert len(await written(world)) == 1
    for to in ("running", "paused", "stopped"):
        with pytest.raises(notices.CannotMove):
            await notices.move(world, START, stopped, to, actor="user:1")
    assert await skipped(world) == {"stopped": 1}


async def test_a_process_killed_while_it_writes_leaves_nothing_half_done_or_twice(database):
    async with database.transaction() as conn:
        await conn.execute(ALWAYS)
        people = [await member(conn) for _ in range(3)]
        await running(conn)
        await conn.execute("UPDATE notice SET starts_at = now()")
        now = await timers.clock(conn)
    doomed = await asyncpg.connect(database.url)
    await factories.prepare(doomed)
    await doomed.transaction().start()
    await notice_sending.plan(doomed, now)
    assert await notice_sending.write(doomed, now, CHANNELS, at_most=2) == 2
    doomed.terminate()

    writer = NoticeWriter(database, Bell(database), CHANNELS)
    await writer.look()
    await writer.look()

    async with database.read() as conn:
        assert sorted(await written(conn)) == [(who, "en 0") for who in people]


async def test_a_sender_that_is_lost_sends_nothing_of_a_notice_again(database):
    async with database.transaction() as conn:
        await conn.execute(ALWAYS)
        await member(conn)
        await running(conn)
        await look(conn, START)
        await outbox.claim(conn, at_most=1)  # and is never heard of again
        await conn.execute("UPDATE outbox SET claimed_until = now() - interval '1 second'")
    line = Line()
    await sending.sender_of(database, line).send_due()

    async with database.transaction() as conn:
        await look(conn, START + DAY)
        assert await conn.fetchval("SELECT state FROM outbox") == "unknown"
    assert line.asked == []


async def queued(database: Database) -> tuple[int, int]:
    async with database.transaction() as conn:
        await conn.execute(ALWAYS)
        sara = await member(conn)
        made = await running(conn)
        await look(conn, START)
        await conn.execute("UPDATE outbox SET next_at = now(), created_at = now()")
    return sara, made


async def test_what_waits_to_be_sent_goes_out_once(database):
    await queued(database)
    line = Line()
    await sending.sender_of(database, line).send_due()
    await sending.sender_of(database, line).send_due()

    assert [one.text for one in line.asked] == ["en 0"]


@pytest.mark.parametrize("because", ["opted_out", "notice_stopped", "paused", "night"])
async def test_what_waits_to_be_sent_is_held_back_at_the_last_moment(database, because):
    sara, made = await queued(database)
    async with database.transaction() as conn:
        now = await timers.clock(conn)
        match because:
            case "opted_out":
                await stop(conn, now, sara, sender="+49301234567")
            case "notice_stopped":
                await conn.execute("UPDATE notice SET state = 'running'")
                await notices.move(conn, now, made, "stopped", actor="user:1")
            case "paused":
                await conn.execute("UPDATE notice SET state = 'paused'")
            case _:
                minute = now.hour * 60 + now.minute
                hours = (0, 1) if minute > 1 else (1438, 1440)
                await conn.execute(
                    "UPDATE notice_limit SET opens_min = $1, closes_min = $2", *hours
                )
    line = Line()
    await sending.sender_of(database, line).send_due()

    assert line.asked == []
    async with database.read() as conn:
        state, code, waits = await conn.fetchrow(
            "SELECT o.state, i.error_code, o.next_at > now() FROM outbox o"
            " JOIN interaction i ON i.id = o.interaction_id"
        )
    is_final = because in ("opted_out", "notice_stopped")
    assert (state, code, waits) == (
        ("failed", because, False) if is_final else ("queued", None, True)
    )


@given(
    after_min=st.integers(0, 366 * 24 * 60),
    zone=st.sampled_from(["Asia/Tehran", "Europe/London", "America/New_York"]),
    opens=st.integers(0, 1438),
    length=st.integers(1, 1440),
)
def test_nobody_is_ever_written_to_outside_the_hours(after_min, zone, opens, length):
    limit = Limit(
        at_most=1,
        within_days=1,
        opens_min=opens,
        closes_min=min(1440, opens + length),
        time_zone=zone,
        version=1,
    )
    now = START + timedelta(minutes=after_min)
    until = notice_limits.closed_until(now, None, None, limit, {})
    local = (until or now).astimezone(notice_limits.zone_of(zone))

    minute = local.hour * 60 + local.minute
    assert limit.opens_min <= minute < limit.closes_min
    assert until is None or until > now
