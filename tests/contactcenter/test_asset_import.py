"""Files of machines: what a line says, what is wrong with it by line and column, and twice is once."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import factories
import pytest
from command_line import command

from channels import Address
from contactcenter.assets import asset_csv
from contactcenter.errors import BadInput

HEADER = "service_tag,model,warranty_from,warranty_until,phone,configuration.memory,download.BIOS\n"
GOOD = "7j4-klmn,XPS 13,2026-01-01,2026-12-31,09120000001,32 GB,https://example.com/b\n"


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


def address(kind: str, value: str) -> Address:
    if not value.startswith("0"):
        raise BadInput("file", "This is no telephone number.")
    return Address(kind=kind, value=f"+98{value[1:]}")


def read(text: str) -> list[asset_csv.Line]:
    return asset_csv.read(text.encode(), address=address)


def test_a_line_says_what_its_cells_say() -> None:
    (line,) = read("\ufeff" + HEADER + "\n" + GOOD)

    assert (line.service_tag, line.model, line.place) == ("7j4-klmn", "XPS 13", "line 3, ")
    assert line.warranty_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert line.warranty_until == datetime(2027, 1, 1, tzinfo=UTC)
    assert line.owner == Address(kind="phone", value="+989120000001")
    assert (line.configuration, line.downloads) == (
        {"memory": "32 GB"},
        {"BIOS": "https://example.com/b"},
    )


def test_other_separators_digits_and_instants_are_read() -> None:
    (line,) = read("service_tag;owned_since;contact_id\n۷J۴KLMN;۲۰۲۶-۰۱-۰۱;۱۲\n")
    (exact,) = read('service_tag\towned_since\n"7J4\nKLMN"\t2026-01-01T09:00:00+03:30\n')

    assert (line.owned_since, line.owner_id) == (datetime(2026, 1, 1, tzinfo=UTC), 12)
    assert exact.owned_since == datetime(2026, 1, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1, service_tag"),
        ("model\nM\n", "line 1, service_tag"),
        ("service_tag,colour\n", "line 1, colour"),
        ("service_tag,configuration.\n", "line 1, configuration."),
        ("service_tag,model,model\n", "line 1, model"),
        ("service_tag,model\n7J4KLMN\n", "line 2"),
        ('service_tag,model\n7J4KLMN,"M\n', "line 2"),
        ("service_tag,model\n,M\n", "line 2, service_tag"),
        (HEADER + GOOD + GOOD.replace("2026-12-31", "31.12.2026"), "line 3, warranty_until"),
        (HEADER + GOOD.replace("2026-01-01", "2026-01-01T00:00:00"), "line 2, warranty_from"),
        (HEADER + GOOD.replace("https", "ftp"), "line 2, download.BIOS"),
        (HEADER + GOOD.replace("0912", "x"), "line 2, phone"),
        ("service_tag,contact_id\n7J4KLMN,x\n", "line 2, contact_id"),
        ("service_tag,contact_id,phone\n7J4KLMN,1,0912\n", "line 2, phone"),
        ("service_tag,model\n7J4KLMN,a\0b\n", "line 2, model"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(text: str, place: str) -> None:
    with pytest.raises(BadInput) as raised:
        read(text)

    assert raised.value.data["field"] == place


def test_bytes_that_are_no_text_are_told_by_line() -> None:
    with pytest.raises(BadInput, match="UTF-8") as raised:
        asset_csv.read(b"service_tag\n7J4KLMN\n\xff\n", address=address)

    assert raised.value.data["field"] == "line 3"


async def test_the_command_brings_a_file_once(dsn: str, tmp_path: Path) -> None:
    conn = await asyncpg.connect(dsn)
    contact_id = await factories.contact(conn, phone="+989120000001")
    file = tmp_path / "machines.csv"
    file.write_text(HEADER + GOOD + GOOD.replace("7j4-klmn", "9ZK2M4C"), encoding="utf-8")
    environ = {"CONTACTCENTER_DATABASE_URL": dsn}

    ended = await command("assets", "import", str(file), **environ)
    assert (ended.exit_code, ended.stdout) == (0, "2 new, 0 changed, 0 known already\n")
    again = await command("assets", "import", str(file), **environ)
    assert again.stdout == "0 new, 0 changed, 2 known already\n"
    rows = await conn.fetch(
        "SELECT a.service_tag, o.contact_id FROM asset a JOIN asset_owner o ON o.asset_id = a.id"
        " ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [("7J4KLMN", contact_id), ("9ZK2M4C", contact_id)]
    file.write_text(HEADER + GOOD.replace("0001", "0009"), encoding="utf-8")
    refused = await command("assets", "import", str(file), **environ)
    assert refused.exit_code == 1
    assert "line 2, phone: Nobody is known by this address or id." in refused.stderr
    await conn.close()
