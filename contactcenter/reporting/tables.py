"""What is reported as a table: named columns with units, and rows, for people and spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from unicodedata import bidirectional

from msgspec import Struct

from contactcenter.reporting.making import Column, Figure, Made

#: A spreadsheet takes a text that begins with one of these for a formula.
#: Source: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

#: ``share`` is between 0 and 1; ``seconds`` are of the clock that was asked for.
Unit = Literal["text", "count", "number", "share", "seconds", "date", "instant", "flag"]
Cell = str | int | float | bool | datetime | None

_PARTS: Final = Figure.__struct_fields__
#: Parts of a figure that only shares have: between which values they lie but for chance.
_LIMITS: Final = ("low", "high")
_COUNTED: Final[Mapping[str, Unit]] = {
    "n": "count",
    "numerator": "number",
    "denominator": "number",
}
_UNITS: Final[Mapping[str, Unit]] = {
    "count": "count",
    "duration": "seconds",
    "share": "share",
    "portion": "share",
    "time_share": "share",
    "balance": "share",
}


def unit_of(measure: str) -> Unit:
    """The unit of the figures of a measure."""
    return _UNITS.get(measure, "number")


class Heading(Struct, frozen=True, kw_only=True):
    """A column: its name for programs, what people read above it, and its unit."""

    name: str
    label: str
    unit: Unit


class Table(Struct, frozen=True, kw_only=True):
    """Columns and rows of as many cells; ``name`` is what it is saved as, without an ending.

    ``about`` are words that belong to it, each under a heading. ``time_zone`` is the one in which
    people read its instants.
    """

    name: str
    columns: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    about: Sequence[tuple[str, str]] = ()
    time_zone: str = "UTC"

    @property
    def is_right_to_left(self) -> bool:
        """Whether it is in a language that is read from the right, by the words about it."""
        return any(bidirectional(letter) == "AL" for _, text in self.about[:1] for letter in text)


def of_report(made: Made) -> Table:
    """A report by name: its groups, each as it is known and as it is called, then all figures."""
    groups = [
        Heading(name=column, label=column, unit="text")
        for name in made.by
        for column in (name, f"{name}_name")
    ]
    figures = [
        Heading(
            name=f"{one.metric}_{part}",
            label=f"{one.definition.name}: {part}",
            unit=_COUNTED.get(part) or unit_of(one.measure),
        )
        for one in made.metrics
        for part in _parts(one)
    ]
    period = made.period
    return Table(
        name=f"{made.report}-{period.from_at.date()}-{period.to_at.date()}",
        columns=[*groups, *figures],
        rows=[
            [
                *(cell for d in made.by for cell in (line.group[d], line.names.get(d))),
                *(
                    getattr(line.figures[c.metric], part) if c.metric in line.figures else None
                    for c in made.metrics
                    for part in _parts(c)
                ),
            ]
            for line in made.rows
        ],
        about=_about(made),
        time_zone=period.time_zone,
    )


def _parts(column: Column) -> list[str]:
    """The parts of a figure that metrics of this measure have."""
    return [part for part in _PARTS if column.measure == "share" or part not in _LIMITS]


def _about(made: Made) -> list[tuple[str, str]]:
    """What each metric means, and what was asked."""
    meant = [
        (f"{one.metric} ({one.version})", " ".join(parts))
        for one in made.metrics
        for words in (one.definition,)
        for parts in ((f"{words.name}.", words.what, words.when, words.whose),)
    ]
    kept = {name: [str(value) for value in values] for name, values in made.filters.items()}
    return [
        *meant,
        ("from", made.period.from_at.isoformat()),
        ("to", made.period.to_at.isoformat()),
        ("time_zone", made.period.time_zone),
        ("clock", made.clock),
        *((f"only {name}", ", ".join(values)) for name, values in kept.items()),
        ("source", made.source),
        ("as_of", made.as_of.isoformat() if made.as_of else ""),
        ("generated_at", made.generated_at.isoformat()),
    ]


def of_records(
    name: str,
    columns: Sequence[Heading],
    records: Iterable[Mapping[str, Any]],
    *,
    about: Sequence[tuple[str, str]] = (),
    time_zone: str = "UTC",
) -> Table:
    """Rows that are told by the names of their columns; what a row does not have is empty."""
    return Table(
        name=name,
        columns=columns,
        rows=[[record.get(column.name) for column in columns] for record in records],
        about=about,
        time_zone=time_zone,
    )


def as_csv(table: Table) -> bytes:
    """RFC 4180 in UTF-8, with the mark by which Excel knows it; null is empty, names on top.

    A text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    return written([column.name for column in table.columns], table.rows)


def written(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Names and rows, as ``as_csv`` says."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_told(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """The cell, and a text that would be a formula as text."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _told(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, datetime) else harmless(cell)
