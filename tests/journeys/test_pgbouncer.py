"""The SMS journey behind PgBouncer in transaction mode: a connection is another after each commit."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import centre
import pytest
import test_sms_journey
from aiohttp.test_utils import unused_port

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/sbin")

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="needs the program pgbouncer")


@pytest.fixture
async def pooler_dsn(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The same database, through two server connections for everybody."""
    parts = urlsplit(dsn)
    name, query = parts.path.lstrip("/"), parse_qs(parts.query)
    host = query["host"][0] if "host" in query else parts.hostname or "127.0.0.1"
    port = parts.port or int(query.get("port", ["5432"])[0])
    user, password = unquote(parts.username or "postgres"), unquote(parts.password or "")
    listening = unused_port()
    folder = tmp_path_factory.mktemp("pgbouncer")
    ini = folder / "pgbouncer.ini"
    ini.write_text(
        "[databases]\n"
        f"{name} = host={host} port={port} user={user} password={password}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {listening}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
    )
    assert PGBOUNCER is not None
    process = await asyncio.create_subprocess_exec(
        PGBOUNCER,
        ini.name,
        cwd=folder,
        **given_to_owner(Path(host, f".s.PGSQL.{port}"), folder, ini),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield f"postgresql://{user}@127.0.0.1:{listening}/{name}"
    finally:
        process.terminate()
        _, said = await process.communicate()
        assert b"FATAL" not in said, said.decode()


def given_to_owner(socket: Path, *paths: Path) -> dict[str, Any]:
    """Whom it is to run as: it refuses to be root, and the server's socket is its owner's alone."""
    if os.geteuid() != 0:
        return {}
    uid, gid = (socket.stat().st_uid, socket.stat().st_gid) if socket.exists() else (65534, 65534)
    for path in paths:
        os.chown(path, uid, gid)
    return {"user": uid, "group": gid, "extra_groups": []}


async def test_the_whole_journey_works_behind_a_transaction_pooler(
    dsn: str, pooler_dsn: str
) -> None:
    async def is_up() -> bool:
        try:
            conn = await asyncpg.connect(pooler_dsn, statement_cache_size=0)
        except OSError:
            return False
        await conn.close()
        return True

    await centre.eventually(is_up, within_s=30, what="a pooler that answers")
    async with centre.opened(pooler_dsn, CONTACTCENTER_DATABASE_DIRECT_URL=dsn) as desk:
        await test_sms_journey.test_a_question_is_answered_escalated_solved_and_comes_back(desk)
