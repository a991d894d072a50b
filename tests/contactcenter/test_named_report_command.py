"""A report by name from the command line: as a table, CSV or JSON."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import factories as make
import msgspec
import pytest

from contactcenter.cli import named_report
from contactcenter.cli.named_report import Asked
from contactcenter.db import Database
from contactcenter.dispatch import ending, holding
from contactcenter.errors import BadInput
from contactcenter.reporting import kept_facts
from contactcenter.reporting.catalogue import REPORTS

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WORK = Asked(
    report=REPORTS["work"],
    from_at=MONDAY,
    to_at=datetime(2026, 3, 9, tzinfo=UTC),
    by=None,
    clock="calendar",
    form="table",
    language="en",
)


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
