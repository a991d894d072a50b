"""Sweeping: at the start and now and then, by one process, and never ahead of what is stored."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

import channels
from channels import (
    Address,
    Inbound,
    Inbox,
    NotStored,
    Outcome,
    Raw,
    StatusUpdate,
    Unavailable,
    Unreadable,
)
from contactcenter import checkpoints, metrics
from contactcenter.db import Database
from contactcenter.sweeper import LONGEST_LOOK_BACK, OVERLAP, Sweeper, since_of
from contactcenter.upkeep import Upkeep

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


class Line:
    missing: tuple[str, ...] = ()

    def __init__(self, result: int | Exception = 0) -> None:
        self.result = result
        self.asked: list[datetime] = []

    async def backfill(self, _inbox: Inbox, since: datetime) -> int:
        self.asked.append(since)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


def sweeper(database: Database, line: Line, *, holder: str = "one") -> Sweeper:
    return Sweeper(database, None, {"sms": line}, holder=holder)  # type: ignore[arg-type,dict-item]


async def stored_until(database: Database) -> datetime | None:
    async with database.read() as conn:
        return await conn.fetchval("SELECT stored_until FROM checkpoint")


async def age(database: Database, minutes: int) -> None:
    async with database.read() as conn:
        await conn.execute(
            "UPDATE checkpoint SET swept_at = swept_at - $1::interval,"
            " stored_until = stored_until - $1::interval",
            timedelta(minutes=minutes),
        )


async def test_every_start_sweeps_and_then_every_ten_minutes(database: Database) -> None:
    line = Line()
    first = sweeper(database, line)
    assert await first.look("sms")
    assert not await first.look("sms")
    await age(database, 9)
    assert not await first.look("sms")
    await age(database, 2)

    assert await first.look("sms")
    assert await sweeper(database, line, holder="started later").look("sms")


async def test_each_sweep_looks_an_hour_further_back_than_what_is_stored(
    database: Database,
) -> None:
    line = Line()
    await sweeper(database, line).look("sms")
    known = await stored_until(database)

    await sweeper(database, line).look("sms")

    assert known is not None
    assert line.asked[1] == known - OVERLAP


@pytest.mark.parametrize("failure", [Unavailable("down"), NotStored("no database"), KeyError("x")])
async def test_what_was_not_stored_is_swept_again(database: Database, failure: Exception) -> None:
    line = Line()
    went_through = metrics.SWEPT_AT.labels("sweep:sms")
    began_at_s = time.time()
    await sweeper(database, line).look("sms")
    swept_at_s = went_through._value.get()
    assert swept_at_s >= began_at_s
    known = await stored_until(database)
    line.result = failure

    assert not await sweeper(database, line).look("sms")
    assert went_through._value.get() == swept_at_s

    assert await stored_until(database) == known
    line.result = 3
    with capture_logs() as logs:
        assert await sweeper(database, line, holder="another").look("sms")
    told = [e for e in logs if e["event"] == "messages_backfilled"]
    assert [e["count"] for e in told] == [3]


async def test_after_a_failure_the_provider_is_left_alone_for_a_while(database: Database) -> None:
    line = Line(Unavailable("down"))
    sweeping = sweeper(database, line)

    assert not await sweeping.look("sms")
    line.result = 0
    assert not await sweeping.look("sms")

    assert len(line.asked) == 1


async def test_a_channel_that_is_not_set_up_is_not_swept(database: Database) -> None:
    line = Line()
    line.missing = ("CONTACTCENTER_TWILIO_ACCOUNT_SID",)

    assert not await sweeper(database, line).look("sms")
    assert line.asked == []


class Slow(Line):
    """Takes its time, and looks at the database's clock first."""

    def __init__(self, database: Database, wait_s: float) -> None:
        super().__init__()
        self._database = database
        self._wait_s = wait_s
        self.began_at: datetime | None = None

    async def backfill(self, inbox: Inbox, since: datetime) -> int:
        async with self._database.read() as conn:
            self.began_at = await conn.fetchval("SELECT clock_timestamp()")
        await asyncio.sleep(self._wait_s)
        return await super().backfill(inbox, since)


async def test_what_comes_during_a_sweep_is_left_to_the_next(database: Database) -> None:
    line = Slow(database, 0.1)

    assert await sweeper(database, line).look("sms")

    known = await stored_until(database)
    assert known is not None
    assert line.began_at is not None
    assert known < line.began_at


async def test_a_sweep_without_end_is_ended_and_moves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.sweeper._SWEEP_DEADLINE_S", 0.1)

    async with asyncio.timeout(20):
        assert not await sweeper(database, Slow(database, 60)).look("sms")

    assert await stored_until(database) is None


@pytest.mark.slow
async def test_a_long_sweep_keeps_its_lease_and_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactcenter.sweeper._LEASE_S", 1)
    monkeypatch.setattr("contactcenter.sweeper._RENEW_EVERY_S", 0.1)
    other = Line()
    sweeping = asyncio.create_task(sweeper(database, Slow(database, 2)).look("sms"))
    await asyncio.sleep(1.5)

    assert not await sweeper(database, other, holder="another").look("sms")
    assert await sweeping
    assert await stored_until(database) is not None
    assert other.asked == []


async def test_one_process_sweeps_at_a_time(database: Database) -> None:
    async with database.read() as conn:
        await conn.execute(
            "INSERT INTO lease (name, holder, until_at) VALUES ('sweep:sms', 'other', now() + interval '1 min')"
        )
    line = Line()

    assert not await sweeper(database, line).look("sms")
    assert line.asked == []


async def test_who_is_told_to_stop_while_a_sweep_ends_lets_the_lease_go(
    database: Database, bare_dsn: str
) -> None:
    line = Line()
    await sweeper(database, line).look("sms")
    await age(database, 11)
    holding = await asyncpg.connect(bare_dsn)
    hold = holding.transaction()
    await hold.start()
    await holding.execute("SELECT FROM checkpoint FOR UPDATE")
    sweeping = asyncio.create_task(sweeper(database, line).look("sms"))
    async with database.read() as conn, asyncio.timeout(20):
        while not await conn.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid IS NOT NULL)"
        ):
            await asyncio.sleep(0.01)
    sweeping.cancel()
    await hold.rollback()
    await holding.close()
    await asyncio.gather(sweeping, return_exceptions=True)

    assert sweeping.cancelled()
    await age(database, 11)
    assert await sweeper(database, line, holder="another").look("sms")


async def test_whoever_lost_the_lease_does_not_move_the_watermark(database: Database) -> None:
    async with database.read() as conn:
        await conn.execute(
            "INSERT INTO lease (name, holder, until_at, fence) VALUES ('sweep:sms', 'other', now() + interval '1 min', 8)"
        )
        assert not await checkpoints.advance(conn, "sms", NOW, lease="sweep:sms", fence=7)
        assert await checkpoints.advance(conn, "sms", NOW, lease="sweep:sms", fence=8)
        earlier = NOW - timedelta(hours=3)
        await checkpoints.advance(conn, "sms", earlier, lease="sweep:sms", fence=8)

    assert await stored_until(database) == NOW, "and it never goes back"
    async with database.read() as conn:
        await conn.execute("UPDATE lease SET until_at = now() - interval '1 s'")
        later = NOW + timedelta(hours=3)
        assert not await checkpoints.advance(conn, "sms", later, lease="sweep:sms", fence=8)


def test_how_far_back_the_first_sweep_and_the_one_after_a_long_outage_look() -> None:
    long_ago = NOW - timedelta(days=90)
    known = checkpoints.Checkpoint(channel="sms", stored_until=long_ago, swept_at=long_ago)

    assert since_of(None, NOW, has_messages=False) == NOW - timedelta(hours=1)
    assert since_of(None, NOW, has_messages=True) == NOW - timedelta(hours=24)
    assert since_of(known, NOW, has_messages=True) == NOW - timedelta(days=28)


async def test_keys_are_kept_for_longer_than_any_sweep_looks_back(database: Database) -> None:
    async with database.read() as conn:
        await conn.execute(
            "INSERT INTO inbound_key SELECT 1, decode(lpad(n::text, 32, '0'), 'hex'), now() - n * interval '1 day'"
            " FROM unnest($1::int[]) n",
            [LONGEST_LOOK_BACK.days + 1, 40],
        )

    await Upkeep(database, holder="test").round()

    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM inbound_key") == 1


async def test_a_channel_that_nobody_sweeps_is_told(database: Database) -> None:
    await sweeper(database, Line()).look("sms")
    async with database.read() as conn:
        assert await checkpoints.late(conn, ["sms"], after_s=1800) == []
    await age(database, 31)

    async with database.read() as conn:
        assert await checkpoints.late(conn, ["sms"], after_s=1800) == ["sms"]


class Heard:
    def __init__(self) -> None:
        self.items: list[Inbound | Unreadable] = []

    async def receive(
        self,
        items: Sequence[Inbound | Unreadable],
        *,
        checkpoint: channels.Checkpoint | None = None,
    ) -> Sequence[Outcome]:
        self.items.extend(items)
        return ["stored"] * len(items)

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        raise AssertionError(update)


class SharedAccount(Line):
    async def backfill(self, inbox: Inbox, since: datetime) -> int:
        outcomes = await inbox.receive([to("+982100000001"), unreadable(), to("+982100000000")])
        return outcomes.count("stored")


def to(entry_point: str) -> Inbound:
    return Inbound(
        channel="sms",
        entry_point=entry_point,
        sender=Address(kind="phone", value="+989121234567"),
        text="Hello",
        raw=Raw(body=b"", content_type="text/plain"),
    )


def unreadable() -> Unreadable:
    raw = Raw(body=b"", content_type="text/plain")
    return Unreadable(channel="sms", reason="missing_field", detail="", raw=raw)


async def test_what_an_account_received_for_others_is_left_to_them(database: Database) -> None:
    async with database.transaction() as conn:
        await conn.execute(
            "INSERT INTO entry_point (channel, address, queue_id)"
            " SELECT 'sms', '+982100000000', min(id) FROM queue"
        )
    heard = Heard()
    swept = Sweeper(database, heard, {"sms": SharedAccount()}, holder="one")  # type: ignore[dict-item]

    assert await swept.look("sms")

    assert heard.items == [unreadable(), to("+982100000000")]


async def test_where_no_address_is_known_what_comes_is_ours(database: Database) -> None:
    heard = Heard()
    swept = Sweeper(database, heard, {"sms": SharedAccount()}, holder="one")  # type: ignore[dict-item]

    assert await swept.look("sms")

    assert len(heard.items) == 3
