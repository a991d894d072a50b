"""One send: at most once without a person's decision, in order, and no outcome hidden."""

import asyncio
import random
from datetime import UTC, datetime

import pytest
import sending
from sending import Line, sender_of
from structlog.testing import capture_logs

from channels import (
    Outbound,
    OutcomeUnknown,
    Raw,
    Receipt,
    StatusUpdate,
    Unavailable,
    Undeliverable,
)
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.outbound import deliveries, outbox
from contactcenter.sender import Sender

NOW = datetime.now(UTC)


async def queued(conn: Conn, *texts: str, phone: str = "+989123334455") -> list[int]:
    """Messages to one customer, from a number of ours for him alone."""
    return await sending.queued(conn, *texts, phone=phone, ours=f"+9821{phone[-8:]}")


async def states(database: Database) -> list[tuple[str, str, str | None]]:
    async with database.read() as conn:
        rows = await conn.fetch(
            "SELECT o.state AS sending, i.state, i.error_code FROM outbox o"
            " JOIN interaction i ON i.id = o.interaction_id ORDER BY o.id"
        )
    return [tuple(row) for row in rows]


async def test_a_message_is_handed_over_once_with_all_the_channel_needs(
    database: Database,
) -> None:
    async def take(_outbound: Outbound) -> Receipt:
        return Receipt(external_id="SM1", status="queued", segments=2)

    line = Line(take)
    async with database.read() as conn:
        await queued(conn, "سلام")

    assert await sender_of(database, line).send_due() == 1
    assert await sender_of(database, line).send_due() == 0

    assert [(o.entry_point, o.recipient.value, o.text) for o in line.asked] == [
        ("+982123334455", "+989123334455", "سلام")
    ]
    assert await states(database) == [("sent", "queued", None)]


async def test_two_senders_never_take_the_same_message(database: Database) -> None:
    async def take(outbound: Outbound) -> Receipt:
        return Receipt(external_id=f"SM{outbound.correlation_id}", status="queued")

    line = Line(take)
    async with database.read() as conn:
        for n in range(20):
            await queued(conn, "a", phone=f"+9891200000{n:02}")
    senders = [sender_of(database, line) for _ in range(4)]
    while sum(await asyncio.gather(*(one.send_due() for one in senders))):
        pass

    assert len(line.asked) == 20
    assert len({o.correlation_id for o in line.asked}) == 20


async def test_the_next_message_waits_for_the_one_before(database: Database) -> None:
    async def busy(_outbound: Outbound) -> Receipt:
        raise Unavailable("busy", code="20429", retry_after_s=60)

    line = Line(busy)
    async with database.read() as conn:
        await queued(conn, "first", "second")

    await sender_of(database, line).send_due()
    await sender_of(database, line).send_due()

    assert [o.text for o in line.asked] == ["first"]
    assert await states(database) == [("queued", "queued", None), ("queued", "queued", None)]
    async with database.read() as conn:
        wait_s = await conn.fetchval(
            "SELECT extract(epoch FROM min(next_at) - clock_timestamp()) FROM outbox WHERE attempts = 1"
        )
    assert 55 < wait_s <= 60


@pytest.mark.parametrize(
    ("failure", "found"),
    [
        (Undeliverable("stopped", code="21610"), ("failed", "failed", "21610")),
        (OutcomeUnknown("the answer was lost"), ("unknown", "unknown", None)),
        (RuntimeError("a bug in the channel"), ("unknown", "unknown", None)),
    ],
)
async def test_what_fails_is_shown_and_not_tried_again(
    database: Database, failure: Exception, found: tuple[str, str, str | None]
) -> None:
    async def fail(_outbound: Outbound) -> Receipt:
        raise failure

    line = Line(fail)
    async with database.read() as conn:
        await queued(conn, "x")

    await sender_of(database, line).send_due()
    await sender_of(database, line).send_due()

    assert len(line.asked) == 1
    assert await states(database) == [found]


async def test_a_sender_that_died_leaves_an_unknown_outcome_not_a_second_message(
    database: Database,
) -> None:
    async def take(_outbound: Outbound) -> Receipt:
        return Receipt(external_id="SM1", status="queued")

    line = Line(take)
    async with database.read() as conn:
        await queued(conn, "x")
        await outbox.claim(conn, at_most=8)  # and is never heard of again
    before = await sender_of(database, line).send_due()
    async with database.read() as conn:
        await conn.execute("UPDATE outbox SET claimed_until = clock_timestamp() - interval '1 s'")

    after = await sender_of(database, line).send_due()

    assert (before, after, line.asked) == (0, 0, [])
    assert await states(database) == [("unknown", "unknown", None)]


async def test_an_answer_that_does_not_come_in_time_is_an_unknown_outcome(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.sender._ATTEMPT_DEADLINE_S", 0.1)

    async def hang(_outbound: Outbound) -> Receipt:
        await asyncio.sleep(60)
        raise AssertionError

    async with database.read() as conn:
        await queued(conn, "x")

    async with asyncio.timeout(20):
        await sender_of(database, Line(hang)).send_due()

    assert await states(database) == [("unknown", "unknown", None)]


async def test_what_became_of_it_is_stored_once_the_database_takes_it_again(
    database: Database,
) -> None:
    async def take(_outbound: Outbound) -> Receipt:
        async with database.read() as conn:
            await conn.execute("ALTER TABLE outbox RENAME TO gone")
        return Receipt(external_id="SM1", status="queued")

    async with database.read() as conn:
        await queued(conn, "x")
    sending_it = asyncio.create_task(sender_of(database, Line(take)).send_due())
    async with database.read() as conn:
        async with asyncio.timeout(20):
            while await conn.fetchval("SELECT to_regclass('gone') IS NULL"):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        await conn.execute("ALTER TABLE gone RENAME TO outbox")
    async with asyncio.timeout(20):
        await sending_it

    assert await states(database) == [("sent", "queued", None)]


async def test_who_is_told_to_finish_waits_for_answers_and_begins_nothing(
    database: Database,
) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def hang(_outbound: Outbound) -> Receipt:
        asked.set()
        await release.wait()
        return Receipt(external_id="SM1", status="queued")

    line = Line(hang)
    async with database.read() as conn:
        await queued(conn, "first", "second")
    sender = sender_of(database, line)
    running = asyncio.create_task(sender.run())
    async with asyncio.timeout(20):
        await asked.wait()
        await asyncio.sleep(0.3)  # by now it waits for news
        finishing = asyncio.create_task(sender.finish())
        await asyncio.sleep(0.1)
        assert not finishing.done()
        release.set()
        await finishing
        await running

    assert [o.text for o in line.asked] == ["first"]
    assert [row[0] for row in await states(database)] == ["sent", "queued"]


async def test_who_is_told_to_finish_does_not_wait_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.sender._FINISH_S", 0.1)
    asked = asyncio.Event()

    async def hang(_outbound: Outbound) -> Receipt:
        asked.set()
        await asyncio.sleep(60)
        raise AssertionError

    async with database.read() as conn:
        await queued(conn, "x")
    sender = sender_of(database, Line(hang))
    running = asyncio.create_task(sender.send_due())
    async with asyncio.timeout(20):
        await asked.wait()
        with capture_logs() as logs:
            await sender.finish()
    running.cancel()
    for task in sender._attempts.tasks:
        task.cancel()
    await asyncio.gather(running, *sender._attempts.tasks, return_exceptions=True)

    assert [entry["event"] for entry in logs] == ["sender_stopped_early"]


async def test_a_channel_that_is_not_set_up_keeps_its_messages(database: Database) -> None:
    line = Line()
    line.missing = ("CONTACTCENTER_TWILIO_ACCOUNT_SID",)
    async with database.read() as conn:
        await queued(conn, "x")

    await sender_of(database, line).send_due()

    assert line.asked == []
    assert await states(database) == [("queued", "queued", None)]


async def test_a_message_of_a_channel_that_is_gone_fails(database: Database) -> None:
    async with database.read() as conn:
        await queued(conn, "x")
    sender = Sender(
        database, Bell(database), {}, public_url="https://desk.test", chance=random.Random(1)
    )

    await sender.send_due()

    assert await states(database) == [("failed", "failed", None)]


async def test_a_status_that_is_faster_than_the_answer_is_not_lost(database: Database) -> None:
    raw = Raw(body=b"", content_type="application/x-www-form-urlencoded")

    async def take(_outbound: Outbound) -> Receipt:
        async with database.transaction() as conn:
            told = StatusUpdate(channel="sms", external_id="SM1", status="delivered", raw=raw)
            await deliveries.note_status(conn, told)
        return Receipt(external_id="SM1", status="queued")

    async with database.read() as conn:
        await queued(conn, "x")

    await sender_of(database, Line(take)).send_due()

    assert await states(database) == [("sent", "delivered", None)]


@pytest.mark.parametrize(("code", "sources"), [("21610", ["provider"]), ("30005", [])])
async def test_a_failure_that_is_told_before_the_answer_says_whether_he_had_said_stop(
    database: Database, code: str, sources: list[str]
) -> None:
    raw = Raw(body=b"", content_type="application/x-www-form-urlencoded")

    async def take(_outbound: Outbound) -> Receipt:
        async with database.transaction() as conn:
            told = StatusUpdate(
                channel="sms", external_id="SM1", status="undelivered", error_code=code, raw=raw
            )
            assert not await deliveries.note_status(conn, told)  # whose it is nobody knows
        return Receipt(external_id="SM1", status="queued")

    async with database.read() as conn:
        await queued(conn, "x")

    await sender_of(database, Line(take)).send_due()

    assert await states(database) == [("sent", "undelivered", code)]
    async with database.read() as conn:
        rows = await conn.fetch("SELECT source FROM opt_out WHERE lifted_at IS NULL")
        assert [row["source"] for row in rows] == sources


async def test_a_failure_that_tells_nothing_new_says_nothing_of_consent(
    database: Database,
) -> None:
    raw = Raw(body=b"", content_type="application/x-www-form-urlencoded")

    async def take(_outbound: Outbound) -> Receipt:
        async with database.transaction() as conn:
            for status, code in (("delivered", None), ("undelivered", "21610")):
                told = StatusUpdate(
                    channel="sms", external_id="SM1", status=status, error_code=code, raw=raw
                )
                await deliveries.note_status(conn, told)
        return Receipt(external_id="SM1", status="queued")

    async with database.read() as conn:
        await queued(conn, "x")

    await sender_of(database, Line(take)).send_due()

    assert await states(database) == [("sent", "delivered", None)]
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM opt_out") == 0


async def test_the_first_report_on_a_lost_answer_tells_what_became_of_it(
    database: Database,
) -> None:
    async def lose(_outbound: Outbound) -> Receipt:
        raise OutcomeUnknown("the answer was lost")

    async with database.read() as conn:
        await queued(conn, "x")
    line = Line(lose)
    await sender_of(database, line).send_due()
    raw = Raw(body=b"", content_type="application/x-www-form-urlencoded")
    report = StatusUpdate(
        channel="sms",
        external_id="SM7",
        status="delivered",
        raw=raw,
        correlation_id=line.asked[0].correlation_id,
    )

    async with database.transaction() as conn:
        await deliveries.note_status(conn, report)

    assert await states(database) == [("sent", "delivered", None)]
