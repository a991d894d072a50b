"""CSV files as people make them: read cell by cell, and every slip is named by its line and column.

UTF-8, with or without the mark of Excel; a first line with the names of the columns, in English or
in Persian; numbers with Latin, Persian or Arabic digits.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final, Generic, NamedTuple, TypeVar

from routing.instants import SECOND_US

T = TypeVar("T")

#: So many slips are named; the rest is only counted.
MOST_PROBLEMS: Final = 50
#: A cell that is longer is a slip, such as a quotation mark that was never closed.
_LONGEST_CELL: Final = 10_000
#: A century, in seconds.
_LONGEST_S: Final = 3_200_000_000
_LATIN: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫؛", "01234567890123456789.;")


class InvalidFile(Exception):
    """A file that cannot be used; ``problems`` are all reasons, each with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class BadCell(ValueError):
    """A cell that means nothing; the message says what is wrong with it."""


class Problems:
    """The slips of one file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._named: list[str] = []
        self._count = 0

    def add(self, line: int, column: str, what: str) -> None:
        """One more."""
        self._count += 1
        if self._count <= MOST_PROBLEMS:
            place = f"{self._name}, line {line}" + (f", {column}" if column else "")
            self._named.append(f"{place}: {what}")

    def refuse(self) -> None:
        """Raise ``InvalidFile`` if there are any."""
        if self._count > MOST_PROBLEMS:
            self._named.append(f"{self._name}: {self._count - MOST_PROBLEMS} more")
        if self._count:
            raise InvalidFile(self._named)


class Row(NamedTuple):
    """The cells of one line by column; those that are empty are left out."""

    line: int
    cells: dict[str, str]


class Cells(Generic[T]):
    """Reads one line; what cannot be read is a problem with its place."""

    __slots__ = ("_problems", "_row")

    def __init__(self, row: Row, problems: Problems) -> None:
        self._row = row
        self._problems = problems

    def read(self, column: str, parse: Callable[[str], T], default: T) -> T:
        """The cell as ``parse`` reads it, which raises ``BadCell``; an empty one is ``default``."""
        cell = self._row.cells.get(column)
        if cell is None:
            return default
        try:
            return parse(cell)
        except BadCell as bad:
            self._problems.add(self._row.line, column, str(bad))
            return default


def rows(
    content: bytes,
    name: str,
    columns: Mapping[str, str],
    *,
    needed: Collection[str],
    at_most: int,
    others: bool = False,
) -> Iterator[Row]:
    """The lines of a file; ``columns`` are those there are, with their Persian names.

    With ``others`` there may be more, whose names are kept as they are. Raises ``InvalidFile``.
    """
    problems = Problems(name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.add(line, "", "this is not UTF-8; save it as “CSV UTF-8”")
        problems.refuse()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = _names(cells, columns, problems, needed=needed, others=others)
                problems.refuse()
                continue
            at_most -= 1
            if at_most < 0:
                problems.add(reader.line_num, "", "the file has too many lines")
                problems.refuse()
            if len(cells) > len(names):
                problems.add(reader.line_num, "", f"{len(cells)} cells for {len(names)} columns")
                problems.refuse()
            yield _row(reader.line_num, names, cells, problems)
    except csv.Error as error:
        problems.add(reader.line_num, "", str(error))
    if names is None:
        problems.add(1, "", f"there is no line with the names of the columns: {', '.join(needed)}")
    problems.refuse()


def _names(
    cells: Sequence[str],
    columns: Mapping[str, str],
    problems: Problems,
    *,
    needed: Collection[str],
    others: bool,
) -> list[str]:
    english = {persian: name for name, persian in columns.items()}
    names = []
    for cell in cells:
        written = cell.strip()
        name = english.get(written, written if others else written.lower())
        if name.lower() in columns:
            name = name.lower()
        elif not others or not name:
            known = ", ".join(columns)
            problems.add(1, written or "an empty name", f"no such column; there are {known}")
        if name in names:
            problems.add(1, written, "this column is there twice")
        names.append(name)
    for name in needed:
        if name not in names:
            problems.add(1, name, "this column is needed")
    return names


def _row(line: int, names: Sequence[str], cells: Sequence[str], problems: Problems) -> Row:
    found = {}
    for name, cell in zip(names, cells, strict=False):
        if len(cell) > _LONGEST_CELL:
            problems.add(line, name, "the cell is too long")
        elif written := cell.strip():
            found[name] = written
    return Row(line, found)


def latin(cell: str) -> str:
    """The cell with Latin digits and separators."""
    return cell if cell.isascii() else cell.translate(_LATIN)


def span_us(cell: str) -> int:
    """A number of seconds, not negative, in microseconds."""
    try:
        seconds = float(latin(cell))
    except ValueError:
        raise BadCell(f"“{cell}” is no number of seconds") from None
    if not 0 <= seconds <= _LONGEST_S:
        raise BadCell(f"“{cell}” is out of range")
    return round(seconds * SECOND_US)


def signed_span_us(cell: str) -> int:
    """A number of seconds, which may be negative, in microseconds."""
    written = latin(cell)
    return -span_us(written[1:]) if written.startswith("-") else span_us(written)


def spans_us(cell: str) -> tuple[int, ...]:
    """Several numbers of seconds, separated by ``;``."""
    written = latin(cell)
    if ";" not in written:
        return (span_us(written),)
    return tuple(span_us(part.strip()) for part in written.split(";"))


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of a whole number in this range."""

    def read(cell: str) -> int:
        try:
            number = int(latin(cell))
        except ValueError:
            raise BadCell(f"“{cell}” is no whole number") from None
        if not least <= number <= most:
            raise BadCell(f"“{cell}” is not between {least} and {most}")
        return number

    return read


def words(cell: str) -> tuple[str, ...]:
    """Names, separated by ``;``."""
    parts = tuple(part.strip() for part in cell.replace("؛", ";").split(";"))
    if not all(parts):
        raise BadCell("there is an empty name")
    return parts


def instant(cell: str, zone: tzinfo | None) -> datetime:
    """An instant such as 2026-11-20T08:30:00+03:30; without an offset it is of ``zone``."""
    try:
        at = datetime.fromisoformat(latin(cell))
    except ValueError:
        raise BadCell(
            f"“{cell}” is no instant; write 2026-11-20T08:30:00+03:30, or seconds from the start"
        ) from None
    if at.tzinfo is None:
        if zone is None:
            raise BadCell(f"“{cell}” has no offset; add +03:30, or name a time zone")
        at = at.replace(tzinfo=zone)
    return at
