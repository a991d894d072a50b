"""How PostgreSQL carries out each statement on the way of a message, when there are many rows.

The plans are the generic ones, for any values: what a long-lived connection settles on. A run in
which one of them reads a large table from end to end fails.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.bench import population
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.plan_subjects import ANEW, LISTS, WAY
from contactcenter.bench.scratch import connect, scratch
from contactcenter.db import OwnConnection, Statements

#: From so many rows on a scan from end to end would be felt.
_LARGE_ROWS: Final = 5_000
_AT_ONCE: Final = 20_000


class Result(Struct, frozen=True, kw_only=True):
    """The last line: how many statements were looked at, with how many contacts."""

    rows: int
    statements: int
    sequential: int


_SQL = db.Statements(__name__)
_make_events = _SQL.command("events")
_make_keys = _SQL.command("keys")
_make_segments = _SQL.command("segments")
_make_credits = _SQL.command("credits")
_make_evidence = _SQL.command("evidence")
_make_temperaments = _SQL.command("temperaments")
_make_mails = _SQL.command("mails")
_make_visitors = _SQL.command("visitors")
_make_lines = _SQL.command("lines")
_make_ratings = _SQL.command("ratings")
_make_calls = tuple(
    _SQL.command(name)
    for name in (
        "somebody",
        "calls",
        "offers",
        "call_notices",
        "call_legs",
        "call_hooks",
        "call_commands",
        "call_transfers",
        "call_supervisions",
        "call_diallings",
        "callbacks",
        "recordings",
        "recording_files",
        "recording_accesses",
        "recording_pauses",
    )
)
_make_promises = _SQL.command("promises")
_make_spans = _SQL.command("spans")
_make_roll_ups = _SQL.command("roll_ups")
_make_held = _SQL.command("held")
_make_facts = _SQL.command("facts")
_large_tables = _SQL.take("large_tables", str)


async def measure(
    rows: int, database_url: str | None, say: Callable[[str], None], *, durable: bool = True
) -> Result:
    """Explain every statement on the way; raises ``MeasurementInvalid`` if one reads everything.

    A plan is the same on a server that is not durable.
    """
    async with scratch(database_url, durable=durable) as made:
        conn = await connect(await made.database())
        try:
            say(f"making {rows:,} contacts with their history")
            await _settle(conn, rows)
            return await _explained(conn, rows, say)
        finally:
            await conn.close(timeout=5)


async def _settle(conn: OwnConnection, rows: int) -> None:
    for first in range(0, rows, _AT_ONCE):
        last = min(first + _AT_ONCE, rows) - 1
        await _make_events.run(conn, first, last)
        await _make_keys.run(conn, first, last)
    await population.settle(conn, rows)
    for first in range(0, rows, _AT_ONCE):
        await _make_mails.run(conn, first, min(first + _AT_ONCE, rows) - 1)
    await _make_held.run(conn, 0, rows - 1)
    await _make_facts.run(conn, 0, rows - 1)
    await _make_promises.run(conn)
    await _make_spans.run(conn)
    await _make_roll_ups.run(conn, rows)
    await _make_segments.run(conn, 0, rows - 1)
    await _make_credits.run(conn, 0, rows - 1)
    await _make_evidence.run(conn, 0, rows - 1)
    await _make_temperaments.run(conn, 0, rows - 1)
    for make in (_make_visitors, _make_lines, _make_ratings, *_make_calls):
        await make.run(conn)
    await conn.execute("VACUUM (ANALYZE)")


async def _explained(conn: OwnConnection, rows: int, say: Callable[[str], None]) -> Result:
    large = frozenset(await _large_tables.all(conn, _LARGE_ROWS))
    statements = [
        (f"{module.removeprefix('contactcenter.')}.{name}", text)
        for module in WAY
        for name, text in sorted(Statements.registry[module].texts.items())
        if (module, name) not in ANEW
    ]
    bad: list[str] = []
    for name, text in statements:
        scans = list(scans_of(await plan_of(conn, text)))
        say(f"{name}: {', '.join(sorted(set(scans))) or 'no table'}")
        bad += [f"{name} ({scan})" for scan in scans if reads_all(scan, large)]
    for one in LISTS:
        text = Statements.registry[one.module].texts[one.statement]
        scans = list(scans_of(await plan_of(conn, text, one.values)))
        say(f"{one.what}: {', '.join(sorted(set(scans)))}")
        if not any(scan.endswith(f" {one.served_by}") for scan in scans):
            bad.append(f"{one.what} (not by {one.served_by})")
        bad += [f"{one.what} ({scan})" for scan in scans if reads_all(scan, large)]
    if bad:
        raise MeasurementInvalid(f"large tables are read from end to end: {', '.join(bad)}")
    return Result(rows=rows, statements=len(statements) + len(LISTS), sequential=len(bad))


async def plan_of(conn: OwnConnection, text: str, values: str | None = None) -> Mapping[str, Any]:
    """The generic plan of a statement, as PostgreSQL tells it; with values the plan for these."""
    mode = "force_generic_plan" if values is None else "force_custom_plan"
    count = max(map(int, re.findall(r"\$(\d+)", text)), default=0)
    given = f"({values or ', '.join(['NULL'] * count)})" if count else ""
    await conn.execute(f"SET plan_cache_mode = {mode}; PREPARE explained AS {text}")
    try:
        told = await conn.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE explained{given}")
    finally:
        await conn.execute("DEALLOCATE explained")
    plan: Mapping[str, Any] = msgspec.json.decode(told)[0]["Plan"]
    return plan


def scans_of(plan: Mapping[str, Any]) -> Iterator[str]:
    """Each way in which the plan reads a table: ``Index Scan ticket_of_contact``, …."""
    if "Relation Name" in plan and "Scan" in plan["Node Type"]:
        yield f"{plan['Node Type']} {plan.get('Index Name', plan['Relation Name'])}"
    elif plan["Node Type"] == "Bitmap Index Scan":
        yield f"{plan['Node Type']} {plan['Index Name']}"
    for part in plan.get("Plans", ()):
        yield from scans_of(part)


def reads_all(scan: str, large: frozenset[str]) -> bool:
    """Whether this is a table from end to end, and a large one."""
    return scan.startswith("Seq Scan ") and scan.removeprefix("Seq Scan ") in large
