"""What is done to a restored database: nothing of the past goes on as if it were the present."""

import asyncio
from datetime import datetime

import factories
from sending import queued, states

from contactcenter import restored
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch import seek
from contactcenter.errors import Conflict
from contactcenter.outbound import outbox
from contactcenter.restored import Restored


async def clock(database: Database) -> datetime:
    async with database.read() as conn:
        return await conn.fetchval("SELECT clock_timestamp()")


async def test_whatever_was_not_sent_yet_is_of_unknown_outcome_and_told_one_by_one(
    database: Database,
) -> None:
    async with database.read() as conn:
        for n in range(102):  # more than are done at once
            await queued(conn, "x", phone=f"+98912000{n:04}")
        await outbox.claim(conn, at_most=8)  # as the backup caught them
        await conn.execute(
            "UPDATE outbox SET state = 'sent' WHERE id = (SELECT max(id) FROM outbox)"
        )

    done = await restored.restored(database)

    assert done.messages_distrusted == 101
    assert [row[:2] for row in await states(database)] == [("unknown", "unknown")] * 101 + [
        ("sent", "queued")
    ]
    async with database.read() as conn:
        told = await conn.fetchval(
            "SELECT count(*) FROM event WHERE kind = 'reply_failed' AND data->>'outcome' = 'unknown'"
        )
        reasons = await conn.fetch("SELECT DISTINCT last_error FROM outbox WHERE state = 'unknown'")
        claimed = await conn.fetchval("SELECT count(*) FROM outbox WHERE claimed_until IS NOT NULL")
    assert (told, claimed) == (101, 0)
    assert [row["last_error"] for row in reasons] == ["the database was restored from a backup"]


async def test_everybody_is_signed_off_and_nobody_rings(database: Database) -> None:
    now = await clock(database)
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        ringing = await factories.agent(conn, now, queues=[queue_id])
        ticket = await factories.queued_ticket(conn, now, queue_id=queue_id)
        await seek.tickets_for(conn, now, ringing)
        others = [
            await factories.agent(conn, now, presence=presence)
            for presence in ("away", "draining", "wrap_up", "offline")
        ]
        before = await conn.fetchval("SELECT state FROM ticket WHERE id = $1", ticket.id)

    done = await restored.restored(database)

    assert (before, done.agents_signed_off) == ("offered", 4)
    async with database.read() as conn:
        rows = await conn.fetch("SELECT id, presence, presence_reason FROM agent ORDER BY id")
        state = await conn.fetchval("SELECT state FROM ticket WHERE id = $1", ticket.id)
        open_since = await conn.fetchval(
            "SELECT count(*) FROM presence_interval WHERE to_at IS NULL"
        )
    assert [(row["id"], row["presence"]) for row in rows] == [
        (agent_id, "offline") for agent_id in (ringing, *others)
    ]
    assert [row["presence_reason"] for row in rows] == ["restored"] * 4 + [None]
    assert state == "waiting"
    assert open_since == 0


async def test_what_became_due_since_the_backup_gives_nothing_to_who_is_not_there(
    database: Database,
) -> None:
    now = await clock(database)
    async with database.transaction() as conn:
        second = await factories.queue(conn, tier=2, auto_accept=["sms"])
        first = await factories.queue(conn, escalate_after_s=60, escalate_to_id=second)
        await factories.agent(conn, now, queues=[second])
        await factories.queued_ticket(conn, now, queue_id=first)
        await conn.execute("UPDATE timer SET due_at = now() - interval '1 hour'")

    await restored.restored(database)

    async with database.read() as conn:
        ticket = await conn.fetchrow("SELECT state, agent_id, queue_id FROM ticket")
        due_in_s = await conn.fetchval(
            "SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM timer"
        )
    assert tuple(ticket) == ("waiting", None, first)
    assert due_in_s <= 60, "and not later than that"


async def test_sessions_links_and_leases_end_and_living_tokens_are_counted(
    database: Database,
) -> None:
    async with database.read() as conn:
        user_id = await factories.user(conn)
        await conn.execute(
            "INSERT INTO session (token_sha256, csrf_sha256, user_id, expires_at)"
            " VALUES (sha256('a'), sha256('b'), $1, now() + interval '1 h')",
            user_id,
        )
        await conn.execute(
            "INSERT INTO user_ticket (token_sha256, user_id, purpose, expires_at)"
            " VALUES (sha256('c'), $1, 'reset', now() + interval '1 h')",
            user_id,
        )
        await conn.execute(
            "INSERT INTO lease (name, holder, until_at) VALUES ('x', 'gone', now() + interval '1 h')"
        )
        await conn.execute(
            "INSERT INTO api_token (token_sha256, user_id, name, scopes, expires_at, revoked_at)"
            " VALUES (sha256('d'), $1, 'alive', '{}', NULL, NULL),"
            " (sha256('e'), $1, 'alive, too', '{}', now() + interval '1 h', NULL),"
            " (sha256('f'), $1, 'over', '{}', now() - interval '1 h', NULL),"
            " (sha256('g'), $1, 'revoked', '{}', NULL, now())",
            user_id,
        )

    done = await restored.restored(database)

    assert (done.sessions_ended, done.links_ended, done.tokens_alive) == (1, 1, 2)
    async with database.read() as conn:
        for table in ("session", "user_ticket", "lease"):
            assert await conn.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        assert await conn.fetchval("SELECT count(*) FROM api_token") == 4


async def test_each_time_is_a_history_of_its_own(database: Database) -> None:
    async with database.read() as conn:
        before = await conn.fetchval("SELECT epoch FROM feed_epoch")
    first = await restored.restored(database)
    second = await restored.restored(database)
    async with database.read() as conn:
        minutes = await conn.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8 / 60")
        await conn.execute("UPDATE feed_epoch SET epoch = epoch + 1000")  # restored often
    third = await restored.restored(database)

    assert before < first.epoch
    assert abs(first.epoch - minutes) < 5
    assert second.epoch > first.epoch
    assert third.epoch == second.epoch + 1001


async def test_events_that_are_ahead_of_this_servers_count_come_first_and_in_their_order(
    database: Database,
) -> None:
    now = await clock(database)
    async with database.read() as conn:
        queue_id = await factories.queue(conn)
        for _ in range(5):
            await factories.ticket(conn, now, intake_queue_id=queue_id)
        ids = [row["id"] for row in await conn.fetch("SELECT id FROM event ORDER BY id")]
        await conn.execute("UPDATE event SET xid = '9000000000' WHERE id > $1", ids[1])

    done = await restored.restored(database)

    # The two others as well, where another database of this server has an old transaction open.
    assert 3 <= len(ids) - 2 <= done.events_moved <= len(ids)
    async with database.read() as conn:
        rows = await conn.fetch(
            "SELECT id FROM event WHERE id = ANY ($1::bigint[]) AND xid = '3' ORDER BY xid, id", ids
        )
        ahead = await conn.fetchval(
            "SELECT count(*) FROM event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"
            " AND id = ANY ($1::bigint[])",
            ids,
        )
    assert [row["id"] for row in rows] == ids[len(ids) - done.events_moved :]
    assert ahead == 0


async def test_a_database_that_is_served_is_left_as_it_is(database: Database) -> None:
    async with database.read() as conn:
        await queued(conn, "x")
        epoch = await conn.fetchval("SELECT epoch FROM feed_epoch")
    ringing = asyncio.create_task(Bell(database).run())
    try:
        async with asyncio.timeout(20):
            while not isinstance(refused := await asked(database), Conflict):
                await asyncio.sleep(0.05)
                async with database.read() as conn:  # it was not there yet: once more
                    epoch = await conn.fetchval("SELECT epoch FROM feed_epoch")
                    await conn.execute("UPDATE outbox SET state = 'queued', unknown_at = NULL")
    finally:
        ringing.cancel()
        await asyncio.gather(ringing, return_exceptions=True)

    assert "1 processes serve this database" in str(refused)
    assert [row[0] for row in await states(database)] == ["queued"]
    async with database.read() as conn:
        assert await conn.fetchval("SELECT epoch FROM feed_epoch") == epoch


async def asked(database: Database) -> Restored | Conflict:
    try:
        return await restored.restored(database)
    except Conflict as refusal:
        return refusal
