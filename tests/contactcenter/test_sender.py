"""One send: at most once without a person's decision, in order, and no outcome hidden."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import factories
import pytest
import sending
from sending import Line, sender_of

from channels import (
    Outbound,
    OutcomeUnknown,
    Raw,
    Receipt,
    StatusUpdate,
    Unavailable,
    Undeliverable,
)
from contactcenter import deliveries, outbox
from contactcenter.db import Conn, Database

NOW = datetime.now(UTC)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    await conn.close()
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


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
