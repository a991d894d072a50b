"""One send: at most once without a person's decision, in order, and no outcome hidden."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import factories
import pytest

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
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.sender import Sender

NOW = datetime.now(UTC)


class Line:
    """A channel that does what it is told; it keeps what it was asked to send."""

    missing: tuple[str, ...] = ()

    def __init__(self, answer: Callable[[Outbound], Awaitable[Receipt]]) -> None:
        self._answer = answer
        self.asked: list[Outbound] = []

    def account(self, _entry_point: str) -> str:
        return "AC1"

    async def send(self, outbound: Outbound) -> Receipt:
        self.asked.append(outbound)
        return await self._answer(outbound)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    await conn.close()
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


async def queued(conn: Conn, *texts: str, phone: str = "+989123334455") -> list[int]:
    queue_id = await factories.queue(conn)
    entry_point = await factories.entry_point(conn, queue_id=queue_id, address=f"+9821{phone[-8:]}")
    author = await factories.user(conn)
    contact_id = await factories.contact(conn, phone=phone)
    ids = []
    for n, text in enumerate(texts):
        interaction_id = await conn.fetchval(
            """INSERT INTO interaction (contact_id, entry_point_id, identity_id, channel, direction,
                 kind, author_id, body, state, occurred_at, received_at)
               SELECT $1, $2, i.id, 'sms', 'outbound', 'message', $3, $4, 'queued', $5, $5
               FROM identity i WHERE i.contact_id = $1 RETURNING id""",
            contact_id,
            entry_point,
            author,
            text,
            NOW,
        )
        await outbox.enqueue(
            conn,
            NOW,
            interaction_id,
            conversation=f"sms:{phone}",
            correlation_id=f"{phone}-{n}",
        )
        ids.append(interaction_id)
    return ids


def sender(database: Database, line: Line) -> Sender:
    return Sender(
        database,
        Bell(database),
        {"sms": line},  # type: ignore[dict-item]
        public_url="https://desk.test",
        chance=random.Random(7),
    )


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

    assert await sender(database, line).send_due() == 1
    assert await sender(database, line).send_due() == 0

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
    senders = [sender(database, line) for _ in range(4)]
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

    await sender(database, line).send_due()
    await sender(database, line).send_due()

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

    await sender(database, line).send_due()
    await sender(database, line).send_due()

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
    before = await sender(database, line).send_due()
    async with database.read() as conn:
        await conn.execute("UPDATE outbox SET claimed_until = clock_timestamp() - interval '1 s'")

    after = await sender(database, line).send_due()

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

    await sender(database, Line(take)).send_due()

    assert await states(database) == [("sent", "delivered", None)]


async def test_the_first_report_on_a_lost_answer_tells_what_became_of_it(
    database: Database,
) -> None:
    async def lose(_outbound: Outbound) -> Receipt:
        raise OutcomeUnknown("the answer was lost")

    async with database.read() as conn:
        await queued(conn, "x")
    line = Line(lose)
    await sender(database, line).send_due()
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
