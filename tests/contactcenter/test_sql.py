"""Every statement runs against the schema, fits the type of its rows, and is used."""

import importlib
import pkgutil
from collections.abc import Iterator

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


def _cases() -> Iterator[tuple[str, str]]:
    for module, statements in sorted(_registry().items()):
        for name in statements.texts:
            yield module, name


@pytest.mark.parametrize(("module", "name"), list(_cases()))
async def test_statement_prepares_and_fits_its_row(
    conn: asyncpg.Connection, module: str, name: str
) -> None:
    statements = db.Statements.registry[module]
    assert name in statements.taken, f"{module}: nobody uses {name}"
    statement = statements.taken[name]

    columns = [a.name for a in (await conn.prepare(statement.sql)).get_attributes()]

    if statement.row is None:
        return
    if issubclass(statement.row, msgspec.Struct):
        assert sorted(columns) == sorted(statement.row.__struct_fields__)
    else:
        assert len(columns) == 1


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
