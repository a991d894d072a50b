"""What PostgreSQL itself has is asked for once a process, and what a database has each time."""

import pytest

from contactcenter import known_types
from contactcenter.db import Database

QUESTION = "typeinfo_tree"  # what asyncpg asks with


async def asked_for(database: Database, statement: str, *args: object) -> tuple[object, int]:
    """The value of a statement on a new connection, and how often types were asked for."""
    connection = await database.connect("test")
    asked: list[str] = []
    try:
        with connection.query_logger(lambda query: asked.append(query.query)):
            value = await connection.fetchval(statement, *args)
    finally:
        await connection.close()
    return value, sum(QUESTION in query for query in asked)


@pytest.fixture
def database(worker_dsn: str) -> Database:
    return Database(worker_dsn)


async def test_a_process_asks_for_an_array_of_postgresql_once(database: Database) -> None:
    known_types._told.clear()
    statement = "SELECT $1::interval[]"
    assert await asked_for(database, statement, []) == ([], 1)
    assert await asked_for(database, statement, []) == ([], 0)


async def test_of_arrays_asked_for_together_each_is_known(database: Database) -> None:
    known_types._told.clear()
    statement = "SELECT $1::bigint[]::text || $2::date[]::text"
    assert await asked_for(database, statement, [7], []) == ("{7}{}", 2)
    assert await asked_for(database, "SELECT $1::bigint[]", [8]) == ([8], 0)
    assert await asked_for(database, "SELECT $1::date[]", []) == ([], 0)


async def test_connections_of_the_pool_know_it_too(database: Database) -> None:
    known_types._told.clear()
    assert await asked_for(database, "SELECT $1::bigint[]", [7]) == ([7], 1)
    opened = await database.open()
    asked: list[str] = []
    async with opened.read() as conn:
        with conn.query_logger(lambda query: asked.append(query.query)):
            assert await conn.fetchval("SELECT $1::bigint[]", [8]) == [8]
    await opened.close()
    assert asked == ["SELECT $1::bigint[]"]


async def test_jsonb_in_an_array_is_read_as_jsonb_is(database: Database) -> None:
    for _ in range(2):
        value, _ = await asked_for(database, """SELECT ARRAY['{"a": 1}'::jsonb]""")
        assert value == [{"a": 1}]


@pytest.mark.parametrize("type_name", ["colour", "pg_auth_members"])
async def test_a_type_that_may_differ_elsewhere_is_asked_for_each_time(
    database: Database, type_name: str
) -> None:
    for _ in range(2):
        connection = await database.connect("test")
        asked: list[str] = []
        connection.add_query_logger(lambda query, asked=asked: asked.append(query.query))
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("CREATE TYPE colour AS ENUM ('red')")
        assert await connection.fetchval(f"SELECT ARRAY[]::{type_name}[]") == []
        await transaction.rollback()
        await connection.close()
        assert any(QUESTION in query for query in asked)
