"""The handbook's dump of the embedded server, word for word, while it runs."""

import re
import subprocess
from pathlib import Path

import asyncpg
import pytest
from databases import run, with_database

from contactcenter.migrate import migrate, pending
from contactcenter.postgres import EmbeddedPostgres, find_postgres_bin, throwaway_data_dir

HANDBOOK = Path(__file__).parents[2] / "docs" / "operations.md"
COMMAND = re.search(
    r"```sh\n(H=\S+\n.*?pg_dump .*?)```", HANDBOOK.read_text(encoding="utf-8"), re.DOTALL
)

pytestmark = pytest.mark.full


def shell(commands: str, folder: Path) -> None:
    bin_dir = find_postgres_bin()
    done = subprocess.run(  # noqa: S603  the handbook's words
        ["sh", "-eu", "-c", commands],  # noqa: S607
        cwd=folder,
        env={"PATH": f"{bin_dir}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


async def test_the_embedded_server_is_dumped_while_it_runs_and_restored(tmp_path: Path) -> None:
    assert COMMAND is not None
    with throwaway_data_dir() as folder:
        async with EmbeddedPostgres(folder, durable=False) as dsn:
            await migrate(dsn)
            await run(dsn, "INSERT INTO team (name) VALUES ('ویژه')")

            commands = re.sub(r"^H=\S+", f"H={folder / 'postgres'}", COMMAND[1])
            shell(commands, tmp_path)

            await run(dsn, "INSERT INTO team (name) VALUES ('after the backup')")
            await run(dsn, "CREATE DATABASE again TEMPLATE template0 ENCODING 'UTF8'")
            restored = with_database(dsn, "again")
            shell(
                f'pg_restore --no-owner --exit-on-error --dbname="{restored}" contactcenter.dump',
                tmp_path,
            )
            conn = await asyncpg.connect(restored)
            names = {row["name"] for row in await conn.fetch("SELECT name FROM team")}
            assert await pending(conn) == []
            await conn.close()

    assert "ویژه" in names
    assert "after the backup" not in names
