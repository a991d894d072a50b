"""Files of what customers did: read as they are, all or none, and twice is once."""

import contextlib
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import factories
import pytest
from command_line import command
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import Address
from contactcenter.behaviour import behaviour_csv, behaviour_import
from contactcenter.behaviour.behaviour import BehaviourEvent
from contactcenter.db import Database
from contactcenter.errors import BadInput

HEADER = "kind,source,external_id,occurred_at,phone,amount_minor,currency,topic\n"
GOOD = "purchase,shop,1,2026-01-05T10:00:00Z,+989120000001,1000,EUR,\n"


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


def address(kind: str, value: str) -> Address:
    if "x" in value:
        raise BadInput("body.value", "This is no address.")
    return Address(kind=kind, value=value)


def read(text: str | bytes, source: str | None = None) -> list:
    raw = text.encode() if isinstance(text, str) else text
    return list(behaviour_csv.read(io.BytesIO(raw), source=source, address=address))


def test_a_line_is_read_with_persian_digits_any_separator_and_text_over_several_lines() -> None:
    text = (
        "\ufeffkind;external_id;occurred_at;contact_id;amount_minor;currency;product;details.size\n"
        'visit;۱;۲۰۲۶-۰۱-۰۵T۱۰:۰۰:۰۰+۰۳:۳۰;۷;۱۲۳۴;IRR;"two\nlines; and ""quotes""";XL\n'
        "\n"
        "quote;'=2;2026-01-05 10:00:00Z; 8 ;;;;\n"
    )

    first, second = read(text, source="till")

    assert (first.kind, first.external_id, first.source) == ("visit", "۱", "till")
    assert first.occurred_at == datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
    assert (first.who.contact_id, first.amount_minor, first.currency) == (7, 1234, "IRR")
    assert (first.product, first.details) == ('two\nlines; and "quotes"', {"size": "XL"})
    assert (second.external_id, second.who.contact_id, second.topic) == ("=2", 8, None)
    assert (first.place, second.place) == ("line 2, column ", "line 5, column ")


@given(st.text(st.sampled_from("=+-@'a 1\t\r\n"), min_size=1).filter(lambda s: s == s.strip()))
@settings(max_examples=200)
def test_what_is_written_is_no_formula_and_is_read_as_it_was(name: str) -> None:
    event = BehaviourEvent(
        id=1,
        contact_id=7,
        kind="visit",
        source="shop",
        external_id=name,
        occurred_at=datetime(2026, 1, 5, tzinfo=UTC),
        received_at=datetime(2026, 1, 5, tzinfo=UTC),
        amount_minor=None,
        cost_minor=None,
        currency=None,
        product=None,
        topic=None,
        referred_id=None,
        details={},
    )

    text = behaviour_csv.header() + behaviour_csv.written(event)

    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert not row["external_id"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    (line,) = read(text)
    assert line.external_id == name


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1"),
        ("kind,external_id\n", "line 1, column occurred_at"),
        ((HEADER + GOOD).replace("\n", "\r"), "line 1"),  # as old Macs end lines
        ("kind,external_id,occurred_at,colour\n", "line 1, column colour"),
        ("kind,kind,external_id,occurred_at\n", "line 1, column kind"),
        (HEADER + GOOD + GOOD[:-2] + "\n", "line 3"),
        (HEADER + GOOD.replace("1000", "10.5"), "line 2, column amount_minor"),
        (HEADER + GOOD.replace("1000", "-1"), "line 2, column amount_minor"),
        (HEADER + GOOD.replace("1000", "9" * 20), "line 2, column amount_minor"),
        (HEADER + GOOD.replace("EUR", "euro"), "line 2, column currency"),
        (HEADER + GOOD.replace("00Z", "00"), "line 2, column occurred_at"),
        (HEADER + GOOD.replace("2026-01", "2026-13"), "line 2, column occurred_at"),
        (HEADER + GOOD.replace("shop", ""), "line 2, column source"),
        (HEADER + GOOD.replace("shop", "The Shop"), "line 2, column source"),
        (HEADER + GOOD.replace(",1,", ",,"), "line 2, column external_id"),
        (HEADER + GOOD.replace(",1,", f",{'1' * 201},"), "line 2, column external_id"),
        (HEADER + GOOD.replace("+989120000001", ""), "line 2, column contact_id"),
        (HEADER + GOOD.replace("+989120000001", "x"), "line 2, column phone"),
        (HEADER + '"open\n' + GOOD, "line 2"),
        ((HEADER + GOOD).encode() + b"\xff\n", "line 3"),
        (HEADER + "a\0b\n", "line 2"),
        (HEADER + "a" * 200_000, "line 2"),
        (HEADER.replace("topic", "details") + GOOD[:-1] + "[1]\n", "line 2, column details"),
        (HEADER.replace("topic", "email") + GOOD[:-1] + "a@b.c\n", "line 2, column email"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line_and_column(text: str | bytes, place: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)

    assert refused.value.data["field"] == place


async def bring(database: Database, text: str, **how: bool) -> tuple[int, ...]:
    taken = await behaviour_import.bring(
        database, read(text), create_unknown=how.get("create", True), actor="system"
    )
    return taken.new, taken.known, taken.not_kept, taken.created


async def kept(database: Database) -> list[tuple]:
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM behaviour_staged") == 0
        rows = await conn.fetch(
            "SELECT e.external_id, e.kind, i.value FROM behaviour_event e"
            " JOIN identity i ON i.contact_id = e.contact_id ORDER BY e.external_id"
        )
    return [tuple(row) for row in rows]


async def test_a_large_file_is_brought_in_pieces_and_the_same_again_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behaviour_import, "PIECE", 2)
    lines = [GOOD.replace(",1,", f",{n},").replace("0001,", f"000{n % 3},") for n in range(7)]
    text = HEADER + "".join(lines) + lines[0]

    assert await bring(database, text) == (7, 1, 0, 3)
    assert await bring(database, text) == (0, 8, 0, 0)

    assert len(await kept(database)) == 7
    async with database.read() as conn:
        told = await conn.fetch("SELECT data FROM event WHERE kind = 'behaviour_told'")
    assert [row["data"]["new"] for row in told] == [7]


@pytest.mark.parametrize(
    ("last", "field"),
    [
        (GOOD.replace("1000", "1001"), "line 6, column external_id"),  # of the first piece
        (GOOD.replace(",1,", ",9,").replace("purchase", "sale"), "line 6, column kind"),
        (GOOD.replace(",1,", ",9,").replace("EUR", "XXX"), "line 6, column currency"),
        (GOOD.replace(",1,", ",9,").replace("00Z", "0Z"), "line 6, column occurred_at"),
    ],
)
async def test_of_a_file_with_a_wrong_line_nothing_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch, last: str, field: str
) -> None:
    monkeypatch.setattr(behaviour_import, "PIECE", 2)
    text = HEADER + "".join(GOOD.replace(",1,", f",{n},") for n in (1, 2, 3, 4)) + last

    with pytest.raises(BadInput) as refused:
        await bring(database, text)

    assert (refused.value.data["field"], await kept(database)) == (field, [])
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM contact") == 0


async def test_referrals_of_a_file_lead_in_no_circle_either(database: Database) -> None:
    header = "kind,source,external_id,occurred_at,phone,referred_phone\n"
    text = header + "".join(
        f"referral,club,{n},2026-01-05T10:00:00Z,+98912000000{a},+98912000000{b}\n"
        for n, (a, b) in enumerate([(1, 2), (2, 3), (3, 1)])
    )

    with pytest.raises(BadInput) as refused:
        await bring(database, text)
    assert refused.value.data["field"].endswith("column referred_phone")
    assert await kept(database) == []
    assert await bring(database, text.rsplit("referral", 1)[0]) == (2, 0, 0, 3)
    with pytest.raises(BadInput):
        await bring(database, text)


@contextlib.asynccontextmanager
async def attached(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def test_the_command_brings_a_file_and_writes_one_that_is_known(
    dsn: str, tmp_path: Path
) -> None:
    async with attached(dsn) as conn:
        contact_id = await factories.contact(conn, phone="+989120000001")
        await conn.execute(
            "INSERT INTO behaviour_kind (kind, name_en, name_fa) VALUES ('visit', 'V', 'ب')"
        )
        await factories.segment(
            conn, datetime(2026, 1, 1, tzinfo=UTC), contact_id, "value_class", "costly"
        )
    file = tmp_path / "told.csv"
    last = 'visit,shop,=2,2026-01-06T10:00:00.5Z,09120000001,,,"a ""b"", c"\n'
    file.write_text(HEADER + GOOD + last, encoding="utf-8")
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}

    ended = await command("behaviour", "import", str(file), **environ)
    assert (ended.exit_code, ended.stdout) == (
        0,
        "2 new, 0 known already, 0 not kept; 0 contacts made\n",
    )
    written = await command("behaviour", "export", **environ)
    assert written.stdout.splitlines()[1:] == [
        f"purchase,shop,1,2026-01-05T10:00:00+00:00,{contact_id},1000,,EUR,,,,",
        f'visit,shop,\'=2,2026-01-06T10:00:00.500000+00:00,{contact_id},,,,,"a ""b"", c",,',
    ]
    assert "costly" not in written.stdout
    file.write_bytes(written.stdout_bytes)
    again = await command("behaviour", "import", str(file), **environ)
    assert again.stdout.startswith("0 new, 2 known already")

    file.write_text(HEADER + GOOD.replace(",1,", ",3,").replace("0001", "0009"), encoding="utf-8")
    refused = await command("behaviour", "import", str(file), **environ)
    assert refused.exit_code == 1
    assert "error: line 2, column phone: No contact has this address." in refused.stderr
    made = await command("behaviour", "import", str(file), "--create-contacts", **environ)
    assert made.stdout == "1 new, 0 known already, 0 not kept; 1 contacts made\n"


async def test_two_who_bring_the_same_file_at_once_bring_it_once(database: Database) -> None:
    async with database.read() as conn:
        await factories.contact(conn, phone="+989120000001")
    async with database.transaction() as first:
        await first.execute(
            "INSERT INTO behaviour_event (contact_id, kind, source, external_id, occurred_at,"
            " received_at, amount_minor, currency)"
            " SELECT max(id), 'purchase', 'shop', '1', '2026-01-05T10:00:00Z', now(), 1000, 'EUR'"
            " FROM contact"
        )
        other = await asyncpg.connect(database.url)
        try:
            assert await other.fetchval("SELECT count(*) FROM behaviour_event") == 0
        finally:
            await other.close()
    assert await bring(database, HEADER + GOOD) == (0, 1, 0, 0)
