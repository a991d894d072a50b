"""A backup that is taken, restored into another server, and served: the commands of the handbook."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import aiohttp
import asyncpg
import centre
import pytest

from contactcenter.feed import reader
from contactcenter.postgres import EmbeddedPostgres, find_postgres_bin, throwaway_data_dir

pytestmark = pytest.mark.slow

ENVIRON = {k: v for k, v in os.environ.items() if not k.startswith("CONTACTCENTER_")}


@pytest.fixture
async def elsewhere() -> AsyncIterator[str]:
    """An empty database on a server that has hardly counted a transaction."""
    with throwaway_data_dir() as folder:
        async with EmbeddedPostgres(folder, durable=False) as dsn:
            yield dsn


def program(name: str, *words: str) -> None:
    done = subprocess.run(  # noqa: S603  PostgreSQL's own
        [find_postgres_bin() / name, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def conninfo(dsn: str) -> str:
    """The DSN as PostgreSQL's own programs read it, whatever its host is."""
    parts = urlsplit(dsn)
    named = {k: v[0] for k, v in parse_qs(parts.query).items()}
    named |= {"user": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    named |= {"dbname": parts.path[1:]}
    if parts.hostname:
        named |= {"host": unquote(parts.hostname), "port": str(parts.port or 5432)}
    return " ".join(f"{key}='{value}'" for key, value in named.items() if value)


async def command(dsn: str, *words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "contactcenter",
        *words,
        env=ENVIRON | {"CONTACTCENTER_DATABASE_URL": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(90):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def timeline(dsn: str) -> list[tuple]:
    conn = await asyncpg.connect(dsn)
    rows = await conn.fetch(
        "SELECT id, contact_id, ticket_id, direction, kind, body, occurred_at FROM interaction ORDER BY id"
    )
    await conn.close()
    return [tuple(row) for row in rows]


async def assert_nothing_of_the_past_is_left(conn: asyncpg.Connection) -> None:
    """No event is ahead of the server's own count, and nothing is open that was open then."""
    ahead = "SELECT count(*) FROM event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"
    assert await conn.fetchval(ahead) == 0
    for table in ("session", "user_ticket", "lease"):
        assert await conn.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_a_restored_backup_tells_the_same_story_and_sends_nothing_twice(
    dsn: str, elsewhere: str, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.dump"
    async with centre.opened(dsn) as desk:
        lena = await desk.person("Lena", tiers=(1,))
        await desk.customer_writes(centre.SARA, "my laptop is broken")
        listed = await centre.eventually(lambda: held(lena), within_s=30, what="an assigned ticket")
        ticket_id = listed[0]["id"]
        await lena.post(f"/tickets/{ticket_id}/replies", {"text": "Is it on?"})

        async def is_sent() -> bool:
            async with desk.database.read() as conn:
                return await conn.fetchval("SELECT count(*) = 1 FROM outbox WHERE state = 'sent'")

        await centre.eventually(is_sent, within_s=30)
    conn = await asyncpg.connect(dsn)
    # As a backup taken between the write and the send has it.
    await conn.execute(
        "UPDATE outbox SET state = 'queued';"
        "UPDATE interaction SET state = 'queued' WHERE direction = 'outbound'"
    )
    await conn.execute(
        "INSERT INTO lease (name, holder, until_at) VALUES ('sweep:x', 'gone', now() + interval '1 h')"
    )
    await conn.execute(
        "INSERT INTO user_ticket (user_id, purpose, token_sha256, expires_at)"
        " VALUES ($1, 'reset', sha256('link'), now() + interval '1 h')",
        lena.id,
    )
    kept = (await reader.present(conn)).cursor
    await conn.execute("UPDATE event SET xid = '9000000000'")  # of a server that counted far
    assert await conn.fetchval("SELECT count(*) FROM session") == 1
    await conn.close()
    before = await timeline(dsn)
    program("pg_dump", "--format=custom", "--no-owner", f"--file={backup}", conninfo(dsn))

    program(
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        f"--dbname={conninfo(elsewhere)}",
        str(backup),
    )
    said = await command(elsewhere, "restored", "--yes")

    assert "1 that were unsent are now of unknown outcome" in said
    assert "1 agents signed off, 1 sessions" in said
    assert await timeline(elsewhere) == before
    conn = await asyncpg.connect(elsewhere)
    here = await reader.present(conn)
    assert not await reader.can_resume(conn, kept, here, resume_for=timedelta(days=7))
    assert (await reader.look(conn)).held_back_s is None
    assert await reader.page(conn, here.cursor.position, 500) == []
    assert await conn.fetchval("SELECT presence FROM agent WHERE id = $1", lena.id) == "offline"
    await assert_nothing_of_the_past_is_left(conn)
    last_id = await conn.fetchval("SELECT max(id) FROM event")
    told = await conn.fetchrow("SELECT kind, actor, data FROM event ORDER BY id DESC LIMIT 1")
    assert (told["kind"], told["actor"]) == ("database_restored", "system")
    assert json.loads(told["data"]) == {
        "epoch": here.cursor.epoch,
        "messages_distrusted": 1,
        "agents_signed_off": 1,
    }
    await conn.close()

    async with centre.opened(elsewhere) as desk:
        async with aiohttp.ClientSession() as http, http.get(f"{desk.url}/readyz") as answer:
            assert answer.status == 200
        await desk.person("Omid", tiers=(1,))
        await desk.customer_writes("+989120000001", "and mine is slow")
        conn = await asyncpg.connect(elsewhere)

        async def is_told() -> bool:
            page = await reader.page(conn, here.cursor.position, 500)
            assert all(entry.id > last_id for entry in page), "an old event is told anew"
            return any(entry.kind == "ticket_assigned" for entry in page)

        await centre.eventually(is_told, within_s=30)
        assert await conn.fetchval("SELECT state FROM outbox") == "unknown"
        assert not [e for e in desk.twilio.ledger.entries if e.kind in ("accepted", "refused")]
        await conn.close()


async def held(person: centre.Person) -> list:
    return (await person.get("/tickets?mine=true&state=assigned"))["items"]


async def test_a_database_that_is_served_is_not_taken_for_a_restored_one(dsn: str) -> None:
    async with centre.opened(dsn) as desk:

        async def is_listening() -> bool:
            async with desk.database.read() as conn:
                return await conn.fetchval(
                    "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
                    " AND application_name = 'contactcenter bell'"
                )

        await centre.eventually(is_listening)
        with pytest.raises(AssertionError, match="stop them first"):
            await command(dsn, "restored", "--yes")
