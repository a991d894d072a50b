"""A report by name from the command line: as a table, CSV or JSON."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import factories as make
import msgspec
import pytest

from contactcenter.api import report_operations
from contactcenter.cli import named_report
from contactcenter.cli.named_report import Wanted
from contactcenter.db import Database
from contactcenter.dispatch import ending, holding
from contactcenter.errors import BadInput
from contactcenter.reporting import kept_facts

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WORK = Wanted(name="work", from_at=MONDAY, to_at=datetime(2026, 3, 9, tzinfo=UTC))


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    opened = await Database(dsn).open()
    async with opened.transaction() as conn:
        queue_id = await make.queue(conn)
        agent_id = await make.agent(conn, MONDAY, name="بهار [bold]")
        ticket = await make.queued_ticket(conn, MONDAY, queue_id=queue_id)
        await holding.give_to(conn, MONDAY, ticket.id, agent_id, actor="system", note_id=None)
        await make.reply(conn, MONDAY.replace(minute=1), ticket.id, agent_id)
        await ending.solve(
            conn,
            MONDAY.replace(hour=10, minute=5),
            ticket.id,
            actor=f"user:{agent_id}",
            disposition="solved",
            reopen_window_s=3600,
        )
        await kept_facts.renew(conn, [ticket.id])
    yield opened
    await opened.close()


async def test_people_are_shown_a_table_and_what_each_figure_means(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await named_report.show(database, WORK)

    said = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0].startswith("work, 2026-03-02 08:00 to 2026-03-09 00:00 UTC, calendar time")
    assert "بهار [bold] 1 1 2h05m (n 1) 2h05m (n 1)" in lines
    assert any(line.startswith("Handled. ") for line in lines)


async def test_csv_and_json_say_the_same(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await named_report.show(database, msgspec.structs.replace(WORK, form="csv"))
    header, row = capsys.readouterr().out.lstrip("\ufeff").splitlines()
    await named_report.show(database, msgspec.structs.replace(WORK, form="json"))
    [line] = msgspec.json.decode(capsys.readouterr().out)["rows"]

    told = dict(zip(header.split(","), row.split(","), strict=True))
    assert told["time_to_solve_median"] == str(line["figures"]["time_to_solve"]["median"])
    assert line["figures"]["time_to_solve"]["median"] == 7500.0


async def test_a_dimension_that_is_none_is_refused_with_what_there_is(database: Database) -> None:
    with pytest.raises(BadInput, match="temperament") as refused:
        await named_report.show(database, msgspec.structs.replace(WORK, by="agent,moon"))
    assert refused.value.data["field"] == "query.by"


async def test_a_named_period_is_that_of_the_zone(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    persian = Wanted(name="work", language="fa", zone="Asia/Tehran", period="1404-12")

    await named_report.show(database, persian)

    said = capsys.readouterr().out
    assert said.startswith("work, 2026-02-20 00:00 to 2026-03-21 00:00 Asia/Tehran, calendar time")
    assert "بهار [bold]" in said


async def test_what_is_kept_and_what_was_before_are_told(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = msgspec.structs.replace(WORK, form="json", only=("tier:2",), compare=True)

    await named_report.show(database, wanted)

    told = msgspec.json.decode(capsys.readouterr().out)
    assert told["filters"] == {"tier": [2]}
    assert told["totals"]["solved"]["n"] == 0
    assert told["previous_period"]["to"] == told["period"]["from"]


@pytest.mark.parametrize("form", ["table", "csv", "json", "xlsx"])
async def test_every_form_can_be_written_to_a_file(
    database: Database, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "report"

    await named_report.show(database, msgspec.structs.replace(WORK, form=form, output=output))

    assert capsys.readouterr().out == ""
    begins = {"table": b"work, ", "csv": b"\xef\xbb\xbfagent", "json": b"{", "xlsx": b"PK"}
    assert output.read_bytes().startswith(begins[form])


async def test_no_report_is_overwritten_by_one_that_is_refused(
    database: Database, tmp_path: Path
) -> None:
    output = tmp_path / "report"
    output.write_text("of yesterday")

    with pytest.raises(BadInput):
        await named_report.show(
            database, msgspec.structs.replace(WORK, output=output, only=("moon:1",))
        )

    assert output.read_text() == "of yesterday"


ANALYSES = report_operations.for_operators()


async def test_reports_of_their_own_are_asked_as_over_http(
    database: Database, tmp_path: Path
) -> None:
    output = tmp_path / "report"
    begins = {"csv": b"\xef\xbb\xbf", "json": b"{", "xlsx": b"PK"}
    assert len(ANALYSES) > 3

    for (name, own), form in zip(ANALYSES.items(), cycle(begins), strict=False):
        period = "last_week" if "period" in own.inputs.query.names else None
        wanted = Wanted(name=name, form=form, period=period, zone="Asia/Tehran", output=output)
        await named_report.show(database, wanted, own)

        assert output.read_bytes().startswith(begins[form]), name


async def test_people_are_shown_a_report_of_its_own_as_a_table_and_what_it_means(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    own = msgspec.structs.replace(WORK, name="heat_map", more=("metric=solved",))

    await named_report.show(database, own, ANALYSES["heat_map"])

    lines = capsys.readouterr().out.splitlines()
    assert sum("│" in line or "┃" in line for line in lines) == 1 + 7 * 24


@pytest.mark.parametrize(
    ("asked", "field", "told"),
    [
        ({"by": "agent"}, "query.by", ""),
        ({"more": ("metric=moon",)}, "query.metric", "opened"),
        ({"clock": "sun"}, "query.clock", "business"),
    ],
)
async def test_what_a_report_of_its_own_does_not_take_is_refused(
    database: Database, asked: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await named_report.show(database, Wanted(name="heat_map", **asked), ANALYSES["heat_map"])
    assert refused.value.data["field"] == field
    assert told in refused.value.detail
