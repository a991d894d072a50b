"""Migrations: once each, in order, by whoever comes first, and nothing half done."""

import asyncio
import contextlib

import asyncpg
import pytest

from contactcenter import migrate as module
from contactcenter.bench.scratch import drop_database
from contactcenter.migrate import MigrationRefused, migrate, pending, read_migrations
from contactcenter.sql_statements import split_statements

FIRST = "-- migrate:up\nCREATE TABLE one (n int);\n-- migrate:down\nDROP TABLE one;\n"
SECOND = "-- migrate:up\nALTER TABLE one ADD name text;\n"
CONCURRENT = """-- migrate:up transaction:false
-- Two statements; sent together they would be one transaction.
CREATE INDEX CONCURRENTLY one_n ON one (n);
CREATE INDEX CONCURRENTLY one_name ON one (name);
"""


@pytest.fixture
def folder(tmp_path):
    """Three good files."""
    for name, text in (
        ("0001_first.sql", FIRST),
        ("0002_second.sql", SECOND),
        ("0003_indexes.sql", CONCURRENT),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
async def empty_dsn(server_dsn):
    """An empty database."""
    async for dsn in empty_database(server_dsn, "UTF8"):
        yield dsn


async def empty_database(server_dsn, encoding):
    name = f"empty_{asyncio.get_running_loop().time():.9f}".replace(".", "_")
    server = await asyncpg.connect(server_dsn)
    options = f"TEMPLATE template0 ENCODING '{encoding}'"
    if encoding != "UTF8":
        options += " LOCALE_PROVIDER libc LOCALE 'C'"
    await server.execute(f"CREATE DATABASE {name} {options}")
    parts = server_dsn.split("?")
    base = parts[0].rpartition("/")[0]
    yield "?".join([f"{base}/{name}", *parts[1:]])
    await drop_database(server, name)
    await server.close()


@pytest.fixture
async def database(empty_dsn):
    conn = await asyncpg.connect(empty_dsn)
    yield conn
    await conn.close()


async def test_files_are_applied_once_in_order(empty_dsn, database, folder):
    assert await pending(database, folder=folder) == ["0001_first", "0002_second", "0003_indexes"]

    assert await migrate(empty_dsn, folder=folder) == [
        "0001_first",
        "0002_second",
        "0003_indexes",
    ]
    assert await migrate(empty_dsn, folder=folder) == []

    assert await pending(database, folder=folder) == []
    rows = await database.fetch("SELECT version, name FROM schema_migration ORDER BY version")
    assert [tuple(row) for row in rows] == [
        (1, "0001_first"),
        (2, "0002_second"),
        (3, "0003_indexes"),
    ]
    indexes = await database.fetch("SELECT indexname FROM pg_indexes WHERE tablename = 'one'")
    assert {row["indexname"] for row in indexes} == {"one_n", "one_name"}


async def test_a_down_section_is_not_run(empty_dsn, database, folder):
    await migrate(empty_dsn, folder=folder)

    assert await database.fetchval("SELECT to_regclass('one')") is not None


async def test_four_that_start_at_once_apply_each_file_once(empty_dsn, folder):
    applied = await asyncio.gather(*[migrate(empty_dsn, folder=folder) for _ in range(4)])

    assert sorted(applied) == [[], [], [], ["0001_first", "0002_second", "0003_indexes"]]


async def test_the_shipped_files_make_the_schema_of_the_tests(dsn):
    conn = await asyncpg.connect(dsn)
    assert await pending(conn) == []
    assert await conn.fetchval("SELECT count(*) FROM schema_migration") == len(
        read_migrations(module.migrations_folder())
    )
    await conn.close()


async def test_an_edited_file_is_refused_by_name(empty_dsn, database, folder):
    await migrate(empty_dsn, folder=folder)
    (folder / "0002_second.sql").write_text(SECOND + "-- an afterthought\n")

    with pytest.raises(MigrationRefused, match=r"0002_second\.sql was edited after"):
        await migrate(empty_dsn, folder=folder)
    with pytest.raises(MigrationRefused, match="0002_second"):
        await pending(database, folder=folder)


async def test_a_newer_database_is_refused(empty_dsn, folder):
    await migrate(empty_dsn, folder=folder)
    (folder / "0003_indexes.sql").unlink()

    with pytest.raises(MigrationRefused, match="newer than this program: it has '0003_indexes'"):
        await migrate(empty_dsn, folder=folder)


async def test_another_programs_database_is_refused(empty_dsn, folder):
    await migrate(empty_dsn, folder=folder)
    (folder / "0002_second.sql").rename(folder / "0002_other.sql")

    with pytest.raises(MigrationRefused, match="'0002_second' where this program has '0002_other'"):
        await migrate(empty_dsn, folder=folder)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["0001_a.sql", "0003_c.sql"], r"0003_c\.sql: number 0003 follows a gap; 0002"),
        (["0001_a.sql", "0001_b.sql"], r"0001_b\.sql: number 0001 is there twice; 0002"),
        (["0000_a.sql"], "is there twice; 0001"),
        (["1_a.sql"], "named like 0007_add_things.sql"),
        (["0001_Big.sql"], "named like"),
    ],
)
def test_wrong_names_and_numbers_are_refused(tmp_path, names, says):
    for name in names:
        (tmp_path / name).write_text("-- migrate:up\n")

    with pytest.raises(MigrationRefused, match=says):
        read_migrations(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"SELECT 1;\n", "needs one line `-- migrate:up`"),
        (b"-- migrate:down\n-- migrate:up\n", "before any `-- migrate:down`"),
        (b"-- migrate:up\n-- migrate:up\n", "needs one line"),
        (b"-- migrate:up transaction:maybe\n", "unknown option 'transaction:maybe'"),
        (b"-- migrate:up\nSELECT '\xff';\n", "not UTF-8"),
        (b"SELECT 1;\n-- migrate:up\n", "what stands before `-- migrate:up` would never run"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path, content, says):
    (tmp_path / "0001_bad.sql").write_bytes(content)

    with pytest.raises(MigrationRefused, match=says) as refused:
        read_migrations(tmp_path)
    assert "0001_bad.sql" in str(refused.value)


async def test_a_failing_file_leaves_nothing_and_names_the_line(empty_dsn, database, folder):
    (folder / "0002_second.sql").write_text(
        "-- Notes.\n-- migrate:up\nCREATE TABLE two (n int);\n\nINSERT INTO nowhere VALUES (1);\n"
    )

    with pytest.raises(MigrationRefused, match=r'0002_second\.sql line 5 failed.*"nowhere"'):
        await migrate(empty_dsn, folder=folder)

    assert await database.fetchval("SELECT to_regclass('two')") is None
    assert await database.fetchval("SELECT max(version) FROM schema_migration") == 1
    (folder / "0002_second.sql").write_text(SECOND)
    assert await migrate(empty_dsn, folder=folder) == ["0002_second", "0003_indexes"]


async def test_a_file_that_cannot_be_recorded_is_undone(empty_dsn, database, tmp_path):
    (tmp_path / "0001_bad.sql").write_text(
        "-- migrate:up\nCREATE TABLE one ();\n"
        "INSERT INTO schema_migration (version, name, checksum) VALUES (1, 'a', 'b');\n"
    )

    with pytest.raises(MigrationRefused, match="duplicate key"):
        await migrate(empty_dsn, folder=tmp_path)

    assert await database.fetchval("SELECT to_regclass('one')") is None
    assert await database.fetchval("SELECT count(*) FROM schema_migration") == 0


@pytest.mark.parametrize("word", ["COMMIT", "rollback", "BEGIN", "/* x */ end"])
async def test_a_file_cannot_leave_its_transaction(empty_dsn, database, tmp_path, word):
    (tmp_path / "0001_bad.sql").write_text(f"-- migrate:up\nCREATE TABLE one ();\n{word};\n")

    with pytest.raises(MigrationRefused, match="has a transaction of its own"):
        await migrate(empty_dsn, folder=tmp_path)

    assert await database.fetchval("SELECT to_regclass('one')") is None


async def test_a_file_outside_of_a_transaction_says_what_stays(empty_dsn, database, folder):
    (folder / "0003_indexes.sql").write_text(CONCURRENT.replace("one (name)", "one (nothing)"))

    with pytest.raises(MigrationRefused, match="stay done: it runs outside of a transaction"):
        await migrate(empty_dsn, folder=folder)

    assert await database.fetchval("SELECT to_regclass('one_n')") is not None
    assert await database.fetchval("SELECT max(version) FROM schema_migration") == 2


async def test_a_busy_table_ends_the_attempt_instead_of_stopping_everybody(
    empty_dsn, database, folder, monkeypatch
):
    (folder / "0003_indexes.sql").unlink()
    (folder / "0002_second.sql").rename(folder.parent / "0002_second.sql")
    await migrate(empty_dsn, folder=folder)
    (folder.parent / "0002_second.sql").rename(folder / "0002_second.sql")
    monkeypatch.setattr(module, "_LOCK_TIMEOUT", "200ms")

    async with database.transaction():
        await database.execute("SELECT n FROM one")
        with pytest.raises(MigrationRefused, match="lock timeout"):
            await migrate(empty_dsn, folder=folder)

    assert await migrate(empty_dsn, folder=folder) == ["0002_second"]


async def test_a_lock_that_is_never_free_is_given_up(empty_dsn, database, folder):
    await database.execute("SELECT pg_advisory_lock($1)", module.LOCK_KEY)

    with pytest.raises(MigrationRefused, match="held the migration lock"):
        await migrate(empty_dsn, folder=folder, lock_deadline_s=0.3)


async def test_a_killed_migrator_lets_the_next_one_in(empty_dsn, folder):
    (folder / "0002_second.sql").write_text("-- migrate:up\nSELECT pg_sleep(30);\n")
    first = asyncio.create_task(migrate(empty_dsn, folder=folder))
    await asyncio.sleep(0.5)
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first
    (folder / "0002_second.sql").write_text(SECOND)

    assert await migrate(empty_dsn, folder=folder) == ["0002_second", "0003_indexes"]


async def test_another_encoding_is_refused(server_dsn, folder):
    async for dsn in empty_database(server_dsn, "LATIN1"):
        with pytest.raises(MigrationRefused, match="encoding is LATIN1; contactcenter needs UTF8"):
            await migrate(dsn, folder=folder)


async def test_an_old_server_is_refused(empty_dsn, folder, monkeypatch):
    monkeypatch.setattr(module, "OLDEST_SERVER", 990000)

    with pytest.raises(MigrationRefused, match=r"is PostgreSQL 1\d.*; contactcenter needs 15"):
        await migrate(empty_dsn, folder=folder)


async def test_long_statements_are_not_cut_off(empty_dsn, database, tmp_path):
    name = await database.fetchval("SELECT current_database()")
    await database.execute(f"ALTER DATABASE {name} SET statement_timeout = '100ms'")
    (tmp_path / "0001_slow.sql").write_text("-- migrate:up\nSELECT pg_sleep(0.3);\n")

    assert await migrate(empty_dsn, folder=tmp_path) == ["0001_slow"]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1;;\n; -- done;\n/* ; */", ["SELECT 1"]),
        ("SELECT ';', 'it''s;'; SELECT 2", ["SELECT ';', 'it''s;'", "SELECT 2"]),
        (r"SELECT E'a\';', '\'; SELECT 2", [r"SELECT E'a\';', '\'", "SELECT 2"]),
        ('SELECT 1 AS "a;""b"; SELECT 2', ['SELECT 1 AS "a;""b"', "SELECT 2"]),
        ("SELECT $$a;b$$; SELECT 2", ["SELECT $$a;b$$", "SELECT 2"]),
        ("SELECT $x$ $$;$$ $y$;$x$; SELECT 2", ["SELECT $x$ $$;$$ $y$;$x$", "SELECT 2"]),
        ("SELECT a$1, b$x$; SELECT 2", ["SELECT a$1, b$x$", "SELECT 2"]),
        ("SELECT $1; SELECT $2", ["SELECT $1", "SELECT $2"]),
        ("SELECT 1 -- '; \"\n; SELECT 2", ["SELECT 1 -- '; \"", "SELECT 2"]),
        ("SELECT /* a /* ; */ ' */ 1; SELECT 2", ["SELECT /* a /* ; */ ' */ 1", "SELECT 2"]),
        ("SELECT 'سلام؛;'; SELECT 2", ["SELECT 'سلام؛;'", "SELECT 2"]),
        (
            "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; SELECT 2",
            [
                "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END",
                "SELECT 2",
            ],
        ),
        (
            "CREATE RULE r AS ON INSERT TO a DO ALSO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON INSERT TO a DO ALSO (SELECT 1; SELECT 2)", "SELECT 3"],
        ),
        ("", []),
    ],
)
def test_statements_end_where_postgresql_ends_them(text, statements):
    assert split_statements(text) == statements


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT 1;\nSELECT 'a", "line 2: this string"),
        ('SELECT "a', "line 1: this name"),
        ("\n\nSELECT $a$ $b$", "line 3: this dollar quote"),
        ("/* /* */", "line 1: this comment"),
    ],
)
def test_what_is_never_closed_is_refused(text, says):
    with pytest.raises(ValueError, match=says):
        split_statements(text)


async def test_dollar_quotes_reach_the_server_whole(empty_dsn, database, tmp_path):
    body = "BEGIN PERFORM 1; RETURN $q$;$q$; END"
    function = f"CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $body$ {body} $body$;"
    (tmp_path / "0001_whole.sql").write_text(f"-- migrate:up\n{function}\n")
    (tmp_path / "0002_apart.sql").write_text(
        f"-- migrate:up transaction:false\n{function.replace('f()', 'g()')}\nSELECT g();\n"
    )

    await migrate(empty_dsn, folder=tmp_path)

    assert await database.fetchval("SELECT f() || g()") == ";;"
