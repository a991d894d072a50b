"""Every statement runs against the schema, fits the type of its rows, and is used."""

import importlib
import pkgutil

import asyncpg
import msgspec
import pytest

import contactcenter
from contactcenter import db
from routing.text import FOLD_FROM, fold


def _registry() -> dict[str, db.Statements]:
    for module in pkgutil.walk_packages(contactcenter.__path__, "contactcenter."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return db.Statements.registry


# One connection a module, not one a statement: there are about a thousand of these.
@pytest.mark.parametrize("module", sorted(_registry()))
async def test_statements_prepare_and_fit_their_rows(conn: asyncpg.Connection, module: str) -> None:
    statements = db.Statements.registry[module]
    assert set(statements.texts) == set(statements.taken), f"{module}: nobody uses some of them"
    for name, statement in statements.taken.items():
        try:
            prepared = await conn.prepare(statement.sql)
        except asyncpg.PostgresError as error:
            raise AssertionError(f"{module}.{name}: {error}") from error
        columns = [attribute.name for attribute in prepared.get_attributes()]

        if statement.row is None:
            continue
        if issubclass(statement.row, msgspec.Struct):
            assert sorted(columns) == sorted(statement.row.__struct_fields__), f"{module}.{name}"
        else:
            assert len(columns) == 1, f"{module}.{name}"


def test_every_statement_says_what_it_is_for() -> None:
    for module, statements in _registry().items():
        for name, text in statements.texts.items():
            assert text.startswith("-- "), f"{module}.{name} starts without a line on its purpose"


async def test_search_folds_as_the_rules_do(conn: asyncpg.Connection) -> None:
    texts = [
        "سلام ۱۲۳ كيف‌ها",
        "ÀÉ ﬁ ½ ٤٥٦",
        "مؤسسة أحمد إبراهيم",
        "Straße ÇĞ",
        f"x{FOLD_FROM}y",
    ]

    folded = [await conn.fetchval("SELECT fa_fold($1)", text) for text in texts]

    assert folded[:4] == [fold(text) for text in texts[:4]]
    assert folded[4] == fold(texts[4])
