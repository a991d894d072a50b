"""STOP and START: kept with the message that says so, for the sender it was said to."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import factories
import pytest

from channels import Address, Consent, FailureKind, Inbound, NotStored, Raw, StatusUpdate
from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.contacts import contacts
from contactcenter.db import Database
from contactcenter.intake import Intake
from contactcenter.outbound import opt_outs

OURS, POOL, SARA = "+982100000000", "MG1", "+989121111111"
EARLIER = datetime.now(UTC) - timedelta(hours=1)


class Pool:
    """A channel on which one service sends for all our numbers."""

    missing: tuple[str, ...] = ()

    def sender(self, _entry_point: str) -> str:
        return POOL


def said(
    n: int, consent: Consent | None, *, at: datetime | None = None, sender: str = SARA
) -> Inbound:
    return Inbound(
        channel="sms",
        entry_point=OURS,
        sender=Address(kind="phone", value=sender),
        text=str(consent),
        raw=Raw(body=b"n=%d" % n, content_type="application/x-www-form-urlencoded"),
        external_id=f"SM{n}",
        occurred_at=at,
        consent=consent,
    )


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Intake]:
    intake = Intake(
        database,
        Bell(database),
        reopen_window_s=3600,
        channels={"sms": Pool()},  # type: ignore[dict-item]
    )
    task = asyncio.create_task(intake.run())
    yield intake
    task.cancel()
    await intake.close()


async def standing(database: Database) -> list[tuple[str, str]]:
    async with database.read() as conn:
        rows = await conn.fetch("SELECT sender, source FROM opt_out WHERE lifted_at IS NULL")
    return [tuple(row) for row in rows]


async def changes(database: Database) -> list[tuple[str, str]]:
    async with database.read() as conn:
        rows = await conn.fetch(
            "SELECT data->>'from', data->>'to' FROM event WHERE kind = 'consent_changed' ORDER BY id"
        )
    return [tuple(row) for row in rows]


async def test_stop_stands_for_the_sender_until_start(database: Database, inbox: Intake) -> None:
    await inbox.receive([said(1, "withdrawn")])
    stopped = await standing(database)
    await inbox.receive([said(2, "given")])

    assert stopped == [(POOL, "customer")]
    assert await standing(database) == []
    assert await changes(database) == [("given", "withdrawn"), ("withdrawn", "given")]


async def test_a_stop_that_is_delivered_again_after_start_does_not_count(
    database: Database, inbox: Intake
) -> None:
    await inbox.receive([said(1, "withdrawn")])
    await inbox.receive([said(2, "given")])
    await inbox.receive([said(1, "withdrawn")])

    assert await standing(database) == []


async def test_words_of_one_batch_count_in_the_order_in_which_they_were_said(
    database: Database, inbox: Intake
) -> None:
    later = EARLIER + timedelta(minutes=1)

    await inbox.receive([said(1, "given", at=later), said(2, "withdrawn", at=EARLIER)])

    assert await standing(database) == []


async def test_an_older_stop_that_is_found_late_does_not_count_against_a_newer_start(
    database: Database, inbox: Intake
) -> None:
    await inbox.receive([said(1, "given", at=EARLIER + timedelta(minutes=1))])
    await inbox.receive([said(2, "withdrawn", at=EARLIER)])

    assert await standing(database) == []


async def test_answered_means_that_stop_is_stored_too(database: Database, inbox: Intake) -> None:
    async with database.read() as conn:
        await conn.execute("ALTER TABLE opt_out RENAME TO gone")

    with pytest.raises(NotStored):
        await inbox.receive([said(1, "withdrawn")])

    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM interaction") == 0
        await conn.execute("ALTER TABLE gone RENAME TO opt_out")
    assert list(await inbox.receive([said(1, "withdrawn")])) == ["stored"]
    assert await standing(database) == [(POOL, "customer")]


async def test_stops_of_many_at_once_are_all_kept(database: Database, inbox: Intake) -> None:
    words = [said(n, "withdrawn", sender=f"+98912{n:07}") for n in range(40)]
    ordinary = [said(100 + n, None, sender=f"+98913{n:07}") for n in range(40)]

    await asyncio.gather(*(inbox.receive([one]) for one in words + ordinary))

    assert len(await standing(database)) == 40


async def test_it_is_shown_with_the_address_it_hangs_on(database: Database, inbox: Intake) -> None:
    await inbox.receive([said(1, "withdrawn")])

    async with database.read() as conn:
        contact_id = await conn.fetchval("SELECT id FROM contact")
        [identity] = (await contacts.identities(conn, [contact_id]))[contact_id]
        [kept] = await opt_outs.of_contact(conn, contact_id)

    assert identity.opted_out_at == kept.from_at


async def test_what_staff_note_stands_once(database: Database, inbox: Intake) -> None:
    await inbox.receive([said(1, None)])
    async with database.transaction() as conn:
        now = await timers.clock(conn)
        identity_id = await conn.fetchval("SELECT id FROM identity")
        noted = [
            await opt_outs.withdraw(
                conn, now, identity_id, "sms", POOL, source="staff", actor="user:1"
            )
            for _ in range(2)
        ]

    assert noted == [True, False]
    assert await changes(database) == [("given", "withdrawn")]


async def handed_over(database: Database, inbox: Intake, external_id: str) -> None:
    """Sara wrote, and the provider took our answer."""
    await inbox.receive([said(1, None)])
    async with database.read() as conn:
        author = await factories.user(conn)
        await conn.execute(
            """INSERT INTO interaction (contact_id, entry_point_id, identity_id, channel, direction,
                 kind, author_id, body, state, external_id, occurred_at, received_at)
               SELECT i.contact_id, e.id, i.id, 'sms', 'outbound', 'message', $1, 'x', 'sent', $2,
                 $3, $3
               FROM identity i, entry_point e WHERE i.value = $4 AND e.address = $5""",
            author,
            external_id,
            EARLIER,
            SARA,
            OURS,
        )


def failed(external_id: str, failure: FailureKind) -> StatusUpdate:
    return StatusUpdate(
        channel="sms",
        external_id=external_id,
        status="undelivered",
        error_code="1",
        failure=failure,
        raw=Raw(body=b"", content_type="application/x-www-form-urlencoded"),
    )


@pytest.mark.parametrize(
    ("failure", "kept"), [("consent", [(POOL, "provider")]), ("number", []), ("policy", [])]
)
async def test_a_report_that_the_customer_had_said_stop_is_kept(
    database: Database, inbox: Intake, failure: FailureKind, kept: list[tuple[str, str]]
) -> None:
    await handed_over(database, inbox, "SM-ours")

    await inbox.status(failed("SM-ours", failure))

    assert await standing(database) == kept
    assert await changes(database) == [("given", "withdrawn")] * len(kept)


async def test_a_report_that_is_told_again_after_start_does_not_count(
    database: Database, inbox: Intake
) -> None:
    await handed_over(database, inbox, "SM-ours")
    await inbox.status(failed("SM-ours", "consent"))
    await inbox.receive([said(2, "given")])

    await inbox.status(failed("SM-ours", "consent"))

    assert await standing(database) == []


async def test_a_report_that_comes_after_a_newer_start_does_not_count(
    database: Database, inbox: Intake
) -> None:
    await handed_over(database, inbox, "SM-ours")
    await inbox.receive([said(2, "given", at=EARLIER + timedelta(minutes=5))])

    await inbox.status(failed("SM-ours", "consent"))

    assert await standing(database) == []


async def test_a_report_on_a_message_that_is_not_ours_keeps_nothing(
    database: Database, inbox: Intake
) -> None:
    await inbox.status(failed("SM-another", "consent"))

    assert await standing(database) == []
