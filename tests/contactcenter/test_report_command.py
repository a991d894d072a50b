"""The report from the command line."""

import asyncio
import os
import sys
from datetime import UTC, datetime

import asyncpg
import factories as make
import msgspec
import pytest

from contactcenter.cli.report import in_words, print_report
from contactcenter.db import Database
from contactcenter.dispatch import ending, holding

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = {"from_at": MONDAY, "to_at": datetime(2026, 3, 9, tzinfo=UTC)}


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
async def database(dsn):
    conn = await asyncpg.connect(dsn)
    await make.prepare(conn)
    queue_id = await make.queue(conn)
    agent_id = await make.agent(conn, MONDAY, name="بهار [bold]")
    ticket = await make.queued_ticket(conn, MONDAY, queue_id=queue_id)
    await holding.give_to(conn, MONDAY, ticket.id, agent_id, actor="system", note_id=None)
    await ending.solve(
        conn,
        MONDAY.replace(hour=10, minute=5),
        ticket.id,
        actor="system",
        disposition="solved",
        reopen_window_s=3600,
    )
    await make.queued_ticket(conn, MONDAY, queue_id=queue_id)
    await conn.close()
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


async def test_a_table_for_people(database, capsys):
    await print_report(database, **WEEK, by="agent", form="table", language="fa")

    said = capsys.readouterr().out
    lines = [line.split() for line in said.splitlines()]
    assert said.startswith("2026-03-02 08:00 to 2026-03-09 00:00 UTC\n")
    assert ["بهار", "[bold]", *["1", "1", "0", "0", "0", "1", "2h05m", "2h05m", "2h05m"]] in lines
    assert ["-", *["1", "0", "0", "0", "0", "0"]] in lines
    assert ["all", *["2", "1", "0", "0", "0", "1", "2h05m", "2h05m", "2h05m"]] in lines
    assert "زمان تا حل." in said


async def test_csv_and_json_for_programs(database, capsysbinary):
    await print_report(database, **WEEK, by="agent,tier", form="csv", language="en")
    table = capsysbinary.readouterr().out
    await print_report(database, **WEEK, by="", form="json", language="en")
    report = msgspec.json.decode(capsysbinary.readouterr().out)

    assert table.startswith(b"\xef\xbb\xbfagent_id,agent,tier,opened,")
    assert "بهار [bold],1,1,1,".encode() in table
    assert (report["totals"]["opened"], report["totals"]["solved"]) == (2, 1)
    assert report["by"] == []
    assert len(report["rows"]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-03-02"), "'--from': '2026-03-02' has no offset"),
        (("--to", "today"), "'--to': 'today' is no time"),
    ],
)
async def test_what_cannot_be_accepted_is_named(words, said):
    status, out = await _run(*words, dsn="postgresql://nobody@127.0.0.1:1/none")

    assert status == 2
    assert said in out


async def test_what_the_report_refuses_is_named_by_its_option(dsn):
    status, out = await _run("--from", "2020-01-01T00:00Z", dsn=dsn)

    assert status == 2
    assert "--from: The period is longer than 366 days." in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (59.4, "59s"),
        (59.6, "1m00s"),
        (3599, "59m59s"),
        (3600, "1h00m"),
        (86399, "23h59m"),
        (90000, "1d01h"),
    ],
)
def test_durations_are_told_in_their_two_greatest_units(seconds, words):
    assert in_words(seconds) == words


async def _run(*words: str, dsn: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "contactcenter",
        "report",
        *words,
        env={**os.environ, "CONTACTCENTER_DATABASE_URL": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return process.returncode, (out + error).decode()
