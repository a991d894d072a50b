"""Mails wait in a mailbox while the server is killed and the mailbox is numbered anew: none is lost
and none is there twice."""

import asyncio
import time

import asyncpg
import dovecot as dovecots
import pytest
from fault_postgres import KillablePostgres
from fault_processes import ServerProcess
from fault_results import report
from fault_rounds import rounds as rounds_of

pytestmark = [pytest.mark.slow, dovecots.needed]

SUPPORT = "support@example.com"
USER = "support"
NEW = 5
#: Where it dies: with a batch that is not written, and with one that nobody knows is.
DOOMS = ("mails_writing:3", "mails_committed:3")
MAILS = rounds_of(700, 10_000, timeout_s=1800)


@pytest.mark.parametrize("many", MAILS)
async def test_mails_of_a_mailbox_survive_two_kills_and_new_numbers(
    standing_postgres: KillablePostgres, tmp_path, many: int
) -> None:
    dsn = await standing_postgres.new_database()
    with dovecots.running() as dovecot:
        dovecot.fill(USER, [letter(n) for n in range(many)])
        server = ServerProcess(tmp_path, dsn, **settings(dovecot))
        conn = await asyncpg.connect(dsn)
        try:
            await server.start()
            await conn.execute(
                "INSERT INTO entry_point (channel, address, queue_id)"
                " SELECT 'email', $1, min(id) FROM queue",
                SUPPORT,
            )
            began = time.monotonic()
            await stored(conn, 1)
            server.kill()
            await half_a_minute_later(conn)
            for doom in DOOMS:
                await server.start(doom)
                assert await server.ended(within_s=120), f"{doom} was never passed"
                server.kill()
                await half_a_minute_later(conn)
            before = await conn.fetchrow("SELECT uid_validity, last_uid FROM mailbox_checkpoint")
            assert 0 < before["last_uid"] < many
            dovecots.forget_numbers(dovecot, USER)
            await server.start()
            await stored(conn, many)
            took_s = time.monotonic() - began
            dovecot.put(USER, [letter(many + n) for n in range(NEW)])
            await stored(conn, many + NEW)
            await reached(conn, many + NEW, anew=before["uid_validity"])
            figures = await lost_and_double(conn, many + NEW)
        finally:
            await conn.close()
            server.kill()
    report("kill -9 while mailboxes are read", mails=many, s=round(took_s, 1), **figures)
    assert figures == {"lost": 0, "double": 0, "in_quarantine": 0}


def settings(dovecot: dovecots.Dovecot) -> dict[str, str]:
    return {
        "imap_host": dovecot.host,
        "imap_port": str(dovecot.port),
        "imap_security": "plain",
        "imap_username": USER,
        "imap_password": dovecots.PASSWORD,
    }


def letter(n: int) -> bytes:
    """Each from somebody else: the mails of one would be kept together."""
    return (
        f"From: Ann <ann{n}@example.net>\r\nTo: {SUPPORT}\r\nSubject: Question {n}\r\n"
        f"Message-ID: <{n}@example.net>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
        f"\r\nWhat about my order {n}?\r\n"
    ).encode()


async def half_a_minute_later(conn: asyncpg.Connection) -> None:
    """What the dead process held is free."""
    await conn.execute("UPDATE lease SET until_at = clock_timestamp() WHERE name LIKE 'mailbox:%'")


async def stored(conn: asyncpg.Connection, many: int, *, within_s: float = 900) -> None:
    """Wait until so many are on timelines."""
    deadline = time.monotonic() + within_s
    while (found := await conn.fetchval("SELECT count(*) FROM mail")) < many:
        assert time.monotonic() < deadline, f"{found} of {many} are stored"
        await asyncio.sleep(0.1)


async def reached(conn: asyncpg.Connection, last_uid: int, *, anew: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        at = await conn.fetchrow("SELECT uid_validity, last_uid FROM mailbox_checkpoint")
        if at["uid_validity"] != anew and at["last_uid"] == last_uid:
            return
        assert time.monotonic() < deadline, f"of {last_uid} mails in {anew} anew: {at}"
        await asyncio.sleep(0.1)


async def lost_and_double(conn: asyncpg.Connection, many: int) -> dict[str, int]:
    found = await conn.fetch(
        "SELECT m.message_id, count(*) AS times FROM mail m"
        " JOIN interaction i ON i.id = m.interaction_id AND i.direction = 'inbound'"
        " GROUP BY m.message_id"
    )
    ids = {row["message_id"] for row in found}
    return {
        "lost": many - len(ids & {f"{n}@example.net" for n in range(many)}),
        "double": sum(row["times"] - 1 for row in found),
        "in_quarantine": await conn.fetchval("SELECT count(*) FROM quarantine"),
    }
