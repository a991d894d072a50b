"""What conditions may ask of a profile: every fact has a type and SQL that finds it."""

from typing import Any

import asyncpg
import factories
import pytest

from contactcenter import contact_attributes
from contactcenter.contact_attributes import Attribute
from contactcenter.segments import profile_registry

SQL_TYPES = {
    "text": "text",
    "choice": "text",
    "number": "double precision",
    "date": "date",
    "boolean": "boolean",
    "list": "text[]",
}


@pytest.fixture
async def table(conn: asyncpg.Connection) -> asyncpg.Connection:
    await factories.prepare(conn)
    return conn


async def defined(conn: asyncpg.Connection, key: str, type_: str, **more: Any) -> Attribute:
    """An attribute of the house's own."""
    await conn.execute(
        "INSERT INTO contact_attribute (key, name_en, name_fa, type, choices)"
        " VALUES ($1, 'Its name', 'نام آن', $2, $3)",
        key,
        type_,
        more.get("choices", []),
    )
    return await contact_attributes.find(conn, key)


async def test_every_fact_is_a_column_of_its_type_and_null_while_nobody_knows_it(
    table: asyncpg.Connection,
) -> None:
    for type_ in sorted(SQL_TYPES):
        await defined(table, f"own_{type_}", type_)
    contact_id = await factories.contact(table)
    await table.execute("UPDATE contact SET name = NULL, attributes = '{}'")

    found = await profile_registry.facts(table)

    for fact in found.values():
        value, type_ = await table.fetchrow(
            f"SELECT x.value, pg_typeof(x.value)::text FROM ("
            f"SELECT {fact.sql} AS value FROM contact c WHERE c.id = $1) AS x",
            contact_id,
        )
        assert (value, type_) == (None, SQL_TYPES[fact.type]), fact.name
    assert {"profile.gender", "profile.birth_date", "profile.needs", "attribute.own_date"} <= set(
        found
    )
    assert not {"profile.language", "profile.preferred_hours"} & set(found)
    assert found["profile.gender"].choices == ("female", "male", "other", "undisclosed")


@pytest.mark.parametrize(
    ("type_", "stored", "value"),
    [
        ("number", 4.5, 4.5),
        ("number", "4.5", None),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "2023-02-29", None),
        ("date", "tomorrow", None),
        ("boolean", False, False),
        ("boolean", "no", None),
        ("list", ["a", "b"], ["a", "b"]),
        ("list", [], None),
        ("list", "a", None),
        ("text", "ایران", "ایران"),
        ("text", 3, None),
        ("choice", "red", "red"),
    ],
)
async def test_a_value_counts_only_where_it_is_of_its_type(
    table: asyncpg.Connection, type_: str, stored: Any, value: Any
) -> None:
    fact = profile_registry.fact_of(await defined(table, "own", type_))
    contact_id = await factories.contact(table)
    await table.execute("UPDATE contact SET attributes = $1", {"own": stored})
    assert fact is not None

    found = await table.fetchval(f"SELECT {fact.sql} FROM contact c WHERE id = $1", contact_id)

    assert (found.isoformat() if type_ == "date" and found else found) == value


async def test_the_product_asks_in_both_languages_and_never_for_gender(
    table: asyncpg.Connection,
) -> None:
    known = await contact_attributes.by_key(table)

    assert {a.key for a in known.values() if a.sensitive} == contact_attributes.ALWAYS_SENSITIVE
    assert not known["gender"].asked
    for attribute in known.values():
        assert attribute.name_en.isascii()
        assert not attribute.name_fa.isascii()
        if attribute.asked:
            assert (attribute.question_en or "").isascii()
            assert not (attribute.question_fa or "a").isascii()
