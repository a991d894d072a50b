"""What the app keeps for channels that fetch: who reads, how far, and whether it works."""

import pytest
from mails import ENTRY_POINT
from prometheus_client import REGISTRY

from channels import NotStored
from contactcenter.db import Database
from contactcenter.mails.mailroom import Mailroom, ways_in
from contactcenter.upkeep import Upkeep


@pytest.fixture
async def mailroom(database: Database) -> Mailroom:
    async with database.transaction() as conn:
        await conn.execute(
            "INSERT INTO entry_point (channel, address, queue_id)"
            " SELECT c, $1, min(id) FROM queue, unnest(ARRAY['email', 'chat']) c GROUP BY c",
            ENTRY_POINT,
        )
    return Mailroom(database, holder="this process")


async def test_a_way_in_that_fails_is_counted_and_told_until_it_works(
    database: Database, mailroom: Mailroom, capsys: pytest.CaptureFixture[str]
) -> None:
    before = failures()
    for _ in range(3):
        await mailroom.fails(ENTRY_POINT, "imap", "There is no host x.")
    async with database.read() as conn:
        (told,) = await ways_in(conn)
    assert (told.failures, told.error) == (3, "There is no host x.")
    assert failures() - before == 3
    said = capsys.readouterr()  # where the log goes is other tests' matter
    assert (said.out + said.err).count("way_in_fails") == 1
    await mailroom.works(ENTRY_POINT, "imap")
    async with database.read() as conn:
        (told,) = await ways_in(conn)
    assert (told.failures, told.error) == (0, None)


def failures() -> float:
    name = "contactcenter_way_in_failures_total"
    return REGISTRY.get_sample_value(name, {"way": "imap"}) or 0.0


async def test_while_the_database_is_away_a_channel_hears_that_nothing_was_stored(
    database: Database, mailroom: Mailroom
) -> None:
    lease = await mailroom.take(ENTRY_POINT, "INBOX", lease_s=30)
    assert lease is not None
    async with database.transaction() as conn:
        await conn.execute("ALTER TABLE lease RENAME TO gone")
    with pytest.raises(NotStored):
        await mailroom.renew(lease, lease_s=30)


async def test_the_keys_of_mails_stay_and_those_of_other_messages_go(
    database: Database, mailroom: Mailroom
) -> None:
    async with database.transaction() as conn:
        await conn.execute("DROP TABLE event_ever, delivery_ever")  # upkeep makes months
        await conn.execute(
            "INSERT INTO inbound_key (entry_point_id, external_id, received_at)"
            " SELECT id, decode(md5(channel), 'hex'), now() - interval '400 days' FROM entry_point"
        )
    await Upkeep(database, holder="test").round()
    async with database.read() as conn:
        left = await conn.fetch(
            "SELECT e.channel FROM inbound_key k JOIN entry_point e ON e.id = k.entry_point_id"
        )
    assert [row["channel"] for row in left] == ["email"]
