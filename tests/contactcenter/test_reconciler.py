"""What became of a message whose answer was lost: asked for, adopted or given up, never sent again."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sending import Line, kinds, queued, sender_of, states
from structlog.testing import capture_logs

from channels import Listed, Outbound, OutcomeUnknown, Raw, Receipt, StatusUpdate, Unavailable
from contactcenter import metrics, reconciler
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.outbound import deliveries, outbox
from contactcenter.reconciler import LOOKS, Reconciler


async def lose(_outbound: Outbound) -> Receipt:
    raise OutcomeUnknown("the answer was lost")


def reconciler_of(database: Database, line: Line, *, holder: str = "one") -> Reconciler:
    return Reconciler(database, Bell(database), {"sms": line}, holder=holder)  # type: ignore[dict-item]


async def one_lost(database: Database, *texts: str) -> Line:
    """Messages that were handed over, and whose answers were lost."""
    line = Line(lose)
    async with database.read() as conn:
        await queued(conn, *(texts or ("x",)))
    for _ in texts or ("x",):
        await sender_of(database, line).send_due()
        await answer_again(database)
    assert len(line.asked) == len(texts or ("x",))
    return line


async def answer_again(database: Database) -> None:
    """No sender is held back by what was lost."""
    async with database.read() as conn:
        await conn.execute("DELETE FROM sender_pace")


async def later(database: Database, wait: timedelta = timedelta(minutes=5)) -> None:
    """Let time pass for what is unknown."""
    async with database.read() as conn:
        await conn.execute(
            "UPDATE outbox SET next_at = next_at - $1::interval, unknown_at = unknown_at - $1::interval,"
            " first_attempt_at = first_attempt_at - $1::interval WHERE state = 'unknown'",
            wait,
        )


async def listed(
    database: Database, external_id: str, status: str = "delivered", *, code: str | None = None
) -> Listed:
    async with database.read() as conn:
        at = await conn.fetchval("SELECT clock_timestamp()")
    return Listed(
        external_id=external_id, status=status, created_at=at, segments=2, error_code=code
    )


async def test_a_message_the_provider_has_is_adopted_with_all_that_is_known(
    database: Database,
) -> None:
    line = await one_lost(database)
    line.listed = [await listed(database, "SM1")]
    await later(database)

    assert await reconciler_of(database, line).round() == 1

    assert await states(database) == [("sent", "delivered", None)]
    assert len(line.asked) == 1
    assert (await kinds(database))[-1] == "reply_sent"
    [(searched, since)] = line.searched
    assert (searched.entry_point, searched.recipient.value, searched.text) == (
        "+982100000001",
        "+989123334455",
        "x",
    )
    async with database.read() as conn:
        tried, segments = await conn.fetchrow(
            "SELECT o.first_attempt_at, i.segments FROM outbox o JOIN interaction i ON i.id = o.interaction_id"
        )
    assert tried - since == timedelta(minutes=1)
    assert segments == 2


@pytest.mark.parametrize(("code", "sources"), [("21610", ["provider"]), ("30005", [])])
async def test_a_message_that_is_listed_as_refused_says_whether_he_had_said_stop(
    database: Database, code: str, sources: list[str]
) -> None:
    line = await one_lost(database)
    line.listed = [await listed(database, "SM1", "failed", code=code)]
    await later(database)

    await reconciler_of(database, line).round()

    assert await states(database) == [("sent", "failed", code)]
    async with database.read() as conn:
        rows = await conn.fetch("SELECT source, sender, from_at FROM opt_out")
        tried_at = await conn.fetchval("SELECT first_attempt_at FROM outbox")
    assert [(row["source"], row["sender"]) for row in rows] == [
        (source, "+982100000001") for source in sources
    ]
    assert all(row["from_at"] == tried_at for row in rows)


async def test_a_failure_that_was_told_before_the_message_was_found_is_kept_as_a_stop(
    database: Database,
) -> None:
    line = await one_lost(database)
    told = StatusUpdate(
        channel="sms",
        external_id="SM1",
        status="undelivered",
        error_code="21610",
        raw=Raw(body=b"", content_type="application/x-www-form-urlencoded"),
    )
    async with database.transaction() as conn:
        await deliveries.note_status(conn, told)
    line.listed = [await listed(database, "SM1", "sent")]  # as it was a moment before
    await later(database)

    await reconciler_of(database, line).round()

    assert await states(database) == [("sent", "undelivered", "21610")]
    assert (await kinds(database))[-1] == "consent_changed"


async def test_a_claim_whose_sender_was_lost_is_looked_for_as_well(database: Database) -> None:
    line = Line()
    async with database.read() as conn:
        await queued(conn, "x")
        await outbox.claim(conn, at_most=8)  # and is never heard of again
        await conn.execute("UPDATE outbox SET claimed_until = clock_timestamp() - interval '1 s'")
    await sender_of(database, line).send_due()
    line.listed = [await listed(database, "SM1")]
    await later(database)

    await reconciler_of(database, line).round()

    assert await states(database) == [("sent", "delivered", None)]
    assert line.asked == []


async def test_nothing_is_looked_for_at_once(database: Database) -> None:
    line = await one_lost(database)

    assert await reconciler_of(database, line).round() == 0
    await later(database, timedelta(seconds=outbox.FIRST_LOOK_S))
    began_at_s = time.time()
    assert await reconciler_of(database, line).round() == 1
    assert metrics.SWEPT_AT.labels("reconciler")._value.get() >= began_at_s


async def test_what_the_provider_never_lists_was_not_taken_and_a_person_decides(
    database: Database,
) -> None:
    line = await one_lost(database)
    for look in range(LOOKS):
        assert await states(database) == [("unknown", "unknown", None)], look
        await later(database)
        await reconciler_of(database, line).round()

    assert await states(database) == [("failed", "failed", "not_taken")]
    assert len(line.searched) == LOOKS
    assert len(line.asked) == 1, "nothing is sent again by itself"
    assert (await kinds(database))[-1] == "reply_failed"


def test_the_looks_are_spread_over_minutes_and_end_before_the_alarm() -> None:
    last_s = outbox.FIRST_LOOK_S + sum(reconciler.WAITS_S)

    assert 5 * 60 <= last_s <= outbox.ALARM_AFTER_S - 5 * 60


async def test_a_provider_that_does_not_answer_is_no_evidence(database: Database) -> None:
    line = await one_lost(database)
    line.listed = Unavailable("down")
    for _ in range(2 * LOOKS):
        await later(database)
        await reconciler_of(database, line).round()

    assert await states(database) == [("unknown", "unknown", None)]
    line.listed = [await listed(database, "SM1")]
    await later(database)
    await reconciler_of(database, line).round()
    assert await states(database) == [("sent", "delivered", None)]


async def test_a_message_that_belongs_to_another_of_ours_is_not_adopted(
    database: Database,
) -> None:
    async def take_the_first(outbound: Outbound) -> Receipt:
        if outbound.correlation_id.endswith("-0"):
            return Receipt(external_id="SM1", status="sent")
        raise OutcomeUnknown("the answer was lost")

    line = Line(take_the_first)
    async with database.read() as conn:
        await queued(conn, "same", "same")
    await sender_of(database, line).send_due()
    await sender_of(database, line).send_due()
    line.listed = [await listed(database, "SM1")]

    for _ in range(LOOKS):
        await later(database)
        await reconciler_of(database, line).round()

    assert await states(database) == [("sent", "sent", None), ("failed", "failed", "not_taken")]


async def test_equal_messages_that_were_all_taken_are_told_apart_by_their_order(
    database: Database,
) -> None:
    line = await one_lost(database, "same", "same")
    line.listed = [await listed(database, "SM1", "read"), await listed(database, "SM2", "sent")]
    await later(database)

    await reconciler_of(database, line).round()
    await later(database)
    await reconciler_of(database, line).round()

    assert await states(database) == [("sent", "read", None), ("sent", "sent", None)]


async def test_the_second_of_equal_messages_is_the_second_also_if_it_is_looked_for_first(
    database: Database,
) -> None:
    line = await one_lost(database, "same", "same")
    line.listed = [await listed(database, "SM1", "read"), await listed(database, "SM2", "sent")]
    await later(database)
    async with database.read() as conn:
        await conn.execute(
            "UPDATE outbox SET next_at = clock_timestamp() + interval '1 h'"
            " WHERE id = (SELECT min(id) FROM outbox)"
        )

    assert await reconciler_of(database, line).round() == 1

    assert await states(database) == [("unknown", "unknown", None), ("sent", "sent", None)]


async def test_equal_messages_of_which_some_were_taken_are_left_to_a_person(
    database: Database,
) -> None:
    line = await one_lost(database, "same", "same")
    line.listed = [await listed(database, "SM1")]

    for _ in range(2 * LOOKS):
        await later(database)
        await reconciler_of(database, line).round()

    assert await states(database) == [("unknown", "unknown", "ambiguous")] * 2
    async with database.read() as conn:
        assert "1 of 2 equal messages" in await conn.fetchval(
            "SELECT error_detail FROM interaction LIMIT 1"
        )
    searched = len(line.searched)
    await later(database)
    assert await reconciler_of(database, line).round() == 0
    assert len(line.searched) == searched, "it is a person's now"


async def test_an_equal_message_that_is_under_way_may_be_the_one_that_is_listed(
    database: Database,
) -> None:
    line = Line(lose)
    async with database.read() as conn:
        await queued(conn, "same", "same")
    await sender_of(database, line).send_due()
    await answer_again(database)
    line.listed = [await listed(database, "SM2")]
    await later(database)
    async with database.transaction() as conn:
        assert len(await outbox.claim(conn, at_most=8)) == 1

    await reconciler_of(database, line).round()

    assert [row[0] for row in await states(database)] == ["unknown", "sending"]


async def test_what_has_been_unknown_for_a_day_is_a_persons(database: Database) -> None:
    line = await one_lost(database)
    line.listed = [await listed(database, "SM1")]
    await later(database, timedelta(hours=25))

    assert await reconciler_of(database, line).round() == 0
    assert await states(database) == [("unknown", "unknown", None)]


async def test_a_report_that_comes_while_the_provider_is_asked_is_believed(
    database: Database,
) -> None:
    class Reporting(Line):
        async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:
            report = StatusUpdate(
                channel="sms",
                external_id="SM1",
                status="sent",
                raw=Raw(body=b"", content_type="application/x-www-form-urlencoded"),
                correlation_id=outbound.correlation_id,
            )
            async with database.transaction() as conn:
                await deliveries.note_status(conn, report)
            return await super().find(outbound, since)

    await one_lost(database)
    line = Reporting()
    line.listed = [await listed(database, "SM1")]
    await later(database)

    assert await reconciler_of(database, line).round() == 1

    assert await states(database) == [("sent", "sent", None)]


async def test_a_provider_that_does_not_come_to_an_end_is_no_evidence(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.reconciler._FIND_DEADLINE_S", 0.1)

    class Hanging(Line):
        async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:
            await asyncio.sleep(60)
            return await super().find(outbound, since)

    await one_lost(database)
    await later(database)

    async with asyncio.timeout(20):
        await reconciler_of(database, Hanging()).round()

    assert await states(database) == [("unknown", "unknown", None)]
    async with database.read() as conn:
        assert await conn.fetchval("SELECT looks FROM outbox") == 0


async def test_a_report_that_comes_after_all_is_believed(database: Database) -> None:
    line = await one_lost(database)
    for _ in range(LOOKS):
        await later(database)
        await reconciler_of(database, line).round()
    report = StatusUpdate(
        channel="sms",
        external_id="SM9",
        status="delivered",
        raw=Raw(body=b"", content_type="application/x-www-form-urlencoded"),
        correlation_id=line.asked[0].correlation_id,
    )

    async with database.transaction() as conn:
        await deliveries.note_status(conn, report)

    assert await states(database) == [("sent", "delivered", None)]


async def test_one_process_looks_at_a_time(database: Database) -> None:
    line = await one_lost(database)
    await later(database)

    assert await reconciler_of(database, line, holder="one").round() == 1
    await later(database)
    assert await reconciler_of(database, line, holder="two").round() == 0
    async with database.read() as conn:
        await conn.execute("UPDATE lease SET until_at = clock_timestamp()")
    assert await reconciler_of(database, line, holder="two").round() == 1


async def test_what_stays_unknown_for_a_quarter_of_an_hour_is_told_once_and_counted(
    database: Database,
) -> None:
    line = await one_lost(database)
    line.listed = Unavailable("down")
    await later(database, timedelta(minutes=14))
    with capture_logs() as before:
        await reconciler_of(database, line).round()
    await later(database, timedelta(minutes=2))

    with capture_logs() as told:
        await reconciler_of(database, line).round()
        await reconciler_of(database, line).round()

    assert [e for e in before if e["event"] == "outcome_still_unknown"] == []
    alarms = [e for e in told if e["event"] == "outcome_still_unknown"]
    assert [e["log_level"] for e in alarms] == ["error"]
    async with database.read() as conn:
        assert await outbox.still_unknown(conn) == 1


async def test_an_agents_next_message_does_not_wait_for_an_unknown_one(database: Database) -> None:
    line = Line(lose)
    async with database.read() as conn:
        await queued(conn, "first", "second")

    await sender_of(database, line).send_due()
    await sender_of(database, line).send_due()

    assert [o.text for o in line.asked] == ["first", "second"]
