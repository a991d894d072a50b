"""A report as a table, for spreadsheets: the same rows as in JSON, a column a figure."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from contactcenter.report_making import Figure, Made
from contactcenter.reports import COUNTS, Durations, Performance, ReportRow

#: A spreadsheet takes a text that begins with one of these for a formula.
#: Source: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

_PARTS: Final = Figure.__struct_fields__
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
    return _written(columns(report), table(report))


def made_columns(made: Made) -> list[str]:
    """The names of the columns of a report by name: its groups, then each metric's figures."""
    words = [column for name in made.by for column in (name, f"{name}_name")]
    return [*words, *(f"{c.metric}_{part}" for c in made.metrics for part in _PARTS)]


def made_table(made: Made) -> list[list[str | int | float | None]]:
    """The rows of a report by name as cells, in the order of ``made_columns``."""
    return [
        [
            *(cell for d in made.by for cell in (line.group[d], line.names.get(d))),
            *(
                getattr(line.figures[c.metric], part) if c.metric in line.figures else None
                for c in made.metrics
                for part in _PARTS
            ),
        ]
        for line in made.rows
    ]


def made_as_csv(made: Made) -> bytes:
    """The rows of a report by name, written as ``as_csv`` writes them."""
    return _written(made_columns(made), made_table(made))


def made_file_name(made: Made) -> str:
    """What that table is called when it is saved; the dates are the period's in UTC."""
    period = made.period
    return f"{made.report}-{period.from_at.date()}-{period.to_at.date()}.csv"


def file_name(report: Performance) -> str:
    """What the table is called when it is saved; the dates are the period's in UTC."""
    period = report.period
    return f"performance-{period.from_at.date()}-{period.to_at.date()}.csv"


def _written(names: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cells(row: ReportRow, names: Iterable[str]) -> Iterable[str | int | float | None]:
    flat: dict[str, Any] = msgspec.structs.asdict(row)
    for name in _TIMES:
        parts = msgspec.structs.asdict(flat[name])
        flat |= {f"{name}_{part}": value for part, value in parts.items()}
    return (flat[name] for name in names)


def _harmless(cell: float | str | None) -> float | str | None:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
