"""A report as a table, for spreadsheets: the same rows as in JSON, a column a figure."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from contactcenter.reporting import tables
from contactcenter.reports import COUNTS, Durations, Performance, ReportRow

_TIMES: Final = ("first_reply", "time_to_solve")


def columns(report: Performance) -> list[str]:
    """The names of the columns of the report as a table."""
    words = [c for d in report.by for c in (("agent_id", "agent") if d == "agent" else (d,))]
    times = [f"{name}_{part}" for name in _TIMES for part in Durations.__struct_fields__]
    return [*words, *COUNTS, *times]


def table(report: Performance) -> list[list[str | int | float | None]]:
    """The rows of the report as cells, in the order of ``columns``."""
    return [list(_cells(row, columns(report))) for row in report.rows]


def as_csv(report: Performance) -> bytes:
    """The rows as RFC 4180 in UTF-8, with the mark by which Excel knows it; null is empty.

    A text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    return tables.written(columns(report), table(report))


def file_name(report: Performance) -> str:
    """What the table is called when it is saved; the dates are the period's in UTC."""
    period = report.period
    return f"performance-{period.from_at.date()}-{period.to_at.date()}.csv"


def _cells(row: ReportRow, names: Iterable[str]) -> Iterable[str | int | float | None]:
    flat: dict[str, Any] = msgspec.structs.asdict(row)
    for name in _TIMES:
        parts = msgspec.structs.asdict(flat[name])
        flat |= {f"{name}_{part}": value for part, value in parts.items()}
    return (flat[name] for name in names)
