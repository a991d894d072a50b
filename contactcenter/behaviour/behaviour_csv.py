"""What customers did, as CSV: read line by line, and written as it can be read again.

UTF-8, with a header; separated by commas, semicolons or tabs. Lines are counted as an editor does,
the header is line 1. Digits may be Persian. What is written are facts, never what we think of
anybody.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from channels import Address
from contactcenter.behaviour.behaviour import BehaviourEvent
from contactcenter.behaviour.behaviour_lines import Line, Who
from contactcenter.errors import BadInput
from contactcenter.reporting.tables import FORMULA_STARTS
from routing.text import fold

#: Every column there may be, besides ``details.`` and a name.
COLUMNS: Final = (
    "kind",
    "source",
    "external_id",
    "occurred_at",
    "contact_id",
    "phone",
    "email",
    "amount_minor",
    "cost_minor",
    "currency",
    "product",
    "topic",
    "referred_contact_id",
    "referred_phone",
    "referred_email",
    "details",
)
#: Those that are written: people are named by id.
WRITTEN: Final = (
    "kind",
    "source",
    "external_id",
    "occurred_at",
    "contact_id",
    "amount_minor",
    "cost_minor",
    "currency",
    "product",
    "topic",
    "referred_contact_id",
    "details",
)
REQUIRED: Final = ("kind", "external_id", "occurred_at")
#: A line that is longer is no line of such a file.
MAX_LINE: Final = 100_000
#: No text of a cell is longer.
MAX_TEXT: Final = 200

_DETAIL: Final = "details."
_Value = str | int | float | bool
_SOURCE: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
_WHOLE: Final = re.compile(r"[0-9]{1,15}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")

#: Makes an address of a kind and what is written; raises ``BadInput``.
ReadAddress = Callable[[str, str], Address]


def read(raw: Iterable[bytes], *, source: str | None, address: ReadAddress) -> Iterator[Line]:
    """Every line of a file, which is not read further than the one asked for.

    ``source`` is that of lines that name none. Raises ``BadInput`` naming line and column.
    """
    lines = _Lines(raw)
    top = _header(lines)
    rows = csv.reader(lines, delimiter=top.delimiter, strict=True)
    while True:
        number = lines.number + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise BadInput(f"line {number}", f"This is no CSV: {error}.") from error
        if row is None:
            return
        if not row:
            continue
        if len(row) != len(top.columns):
            said = f"There are {len(row)} cells, but {len(top.columns)} columns."
            raise BadInput(f"line {number}", said)
        cells = {c: _bare(cell.strip()) for c, cell in zip(top.columns, row, strict=True)}
        cells = {column: cell for column, cell in cells.items() if cell}
        yield _Cells(number, cells, source, address).line()


def header() -> str:
    """The first line of what is written."""
    return _joined(WRITTEN)


def written(event: BehaviourEvent) -> str:
    """The line of an event; what a spreadsheet would take for a formula has an apostrophe."""
    facts = msgspec.structs.asdict(event) | {
        "occurred_at": event.occurred_at.isoformat(),
        "referred_contact_id": event.referred_id,
        "details": msgspec.json.encode(event.details).decode() if event.details else None,
    }
    return _joined(_harmless(facts[column]) for column in WRITTEN)


def _joined(cells: Iterable[object]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.lstrip("'").startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _bare(cell: str) -> str:
    """Without the apostrophe with which it was written."""
    is_marked = cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS)
    return cell[1:] if is_marked else cell


class _Lines:
    """The text of the file, counted; ``number`` is the line that was read last."""

    def __init__(self, raw: Iterable[bytes]) -> None:
        self._raw = iter(raw)
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = next(self._raw)
        self.number += 1
        place = f"line {self.number}"
        if len(raw) > MAX_LINE:
            raise BadInput(place, f"The line is longer than {MAX_LINE} bytes.")
        try:
            text = raw.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise BadInput(place, "This is not UTF-8.") from error
        if "\0" in text:
            raise BadInput(place, "There is a NUL character.")
        return text


class _Header:
    """The names of the columns, and what stands between cells."""

    def __init__(self, text: str) -> None:
        self.delimiter = next((mark for mark in ",;\t" if mark in text), ",")
        try:
            (cells,) = csv.reader([text], delimiter=self.delimiter)
        except csv.Error as error:  # such as lines that end as on old Macs
            raise BadInput("line 1", f"This is no CSV: {error}.") from error
        self.columns = [cell.strip() for cell in cells]


def _header(lines: _Lines) -> _Header:
    text = next(lines, "")
    if not text.strip():
        raise BadInput("line 1", "There is no header.")
    top = _Header(text)
    seen: set[str] = set()
    for column in top.columns:
        if column not in COLUMNS and not column.startswith(_DETAIL):
            raise BadInput(f"line 1, column {column[:60]}", "There is no such column.")
        if column in seen:
            raise BadInput(f"line 1, column {column[:60]}", "The column is there twice.")
        seen.add(column)
    for column in REQUIRED:
        if column not in top.columns:
            raise BadInput(f"line 1, column {column}", "The column is missing.")
    return top


class _Cells:
    """The cells of one line that are not empty."""

    def __init__(
        self, number: int, cells: Mapping[str, str], source: str | None, address: ReadAddress
    ) -> None:
        self._place = f"line {number}, column "
        self._cells = cells
        self._source = source
        self._address = address

    def line(self) -> Line:
        who = self._who("")
        if who is None:
            said = "Name the contact by its id or by an address of his."
            raise BadInput(f"{self._place}contact_id", said)
        return Line(
            place=self._place,
            who=who,
            kind=self._needed("kind"),
            source=self._source_of(),
            external_id=self._needed("external_id"),
            occurred_at=self._instant("occurred_at"),
            amount_minor=self._whole("amount_minor"),
            cost_minor=self._whole("cost_minor"),
            currency=self._currency(),
            product=self._text("product"),
            topic=self._text("topic"),
            referred=self._who("referred_"),
            details=self._details(),
        )

    def _details(self) -> dict[str, Any]:
        details: dict[str, Any] = {}
        if "details" in self._cells:
            try:
                details = msgspec.json.decode(self._cells["details"], type=dict[str, _Value])
            except msgspec.DecodeError:
                raise self._wrong("details", "This is no JSON object of plain values.") from None
        return details | {
            column.removeprefix(_DETAIL): cell
            for column, cell in self._cells.items()
            if column.startswith(_DETAIL)
        }

    def _wrong(self, column: str, detail: str) -> BadInput:
        return BadInput(self._place + column, detail)

    def _text(self, column: str) -> str | None:
        text = self._cells.get(column)
        if text is not None and len(text) > MAX_TEXT:
            raise self._wrong(column, f"This is longer than {MAX_TEXT} characters.")
        return text

    def _needed(self, column: str) -> str:
        text = self._text(column)
        if text is None:
            raise self._wrong(column, "The cell is empty.")
        return text

    def _source_of(self) -> str:
        source = self._text("source") or self._source
        if source is None:
            raise self._wrong("source", "Which system tells this?")
        if not _SOURCE.fullmatch(source):
            raise self._wrong("source", f"{source!r} is no name of a system, such as web-shop.")
        return source

    def _whole(self, column: str) -> int | None:
        text = self._text(column)
        if text is None:
            return None
        digits = fold(text)
        if not _WHOLE.fullmatch(digits):
            raise self._wrong(column, f"{text[:40]!r} is no whole number.")
        return int(digits)

    def _instant(self, column: str) -> datetime:
        text = self._needed(column)
        try:
            at = datetime.fromisoformat(fold(text).upper())
        except ValueError:
            said = f"{text[:40]!r} is no time, such as 2026-03-01T12:00:00+03:30."
            raise self._wrong(column, said) from None
        if at.tzinfo is None:
            raise self._wrong(column, f"{text[:40]!r} has no offset, such as +03:30 or Z.")
        return at

    def _currency(self) -> str | None:
        text = self._text("currency")
        if text is not None and not _CURRENCY.fullmatch(text):
            raise self._wrong("currency", f"{text[:40]!r} is no currency, such as EUR.")
        return text

    def _who(self, prefix: str) -> Who | None:
        columns = [prefix + name for name in ("contact_id", "phone", "email")]
        named = [column for column in columns if column in self._cells]
        if len(named) > 1:
            raise self._wrong(named[1], f"{named[0]} names the contact already.")
        if not named:
            return None
        (column,) = named
        if column.endswith("contact_id"):
            return Who(field=column, contact_id=self._whole(column))
        try:
            kind = column.removeprefix(prefix)
            return Who(field=column, address=self._address(kind, self._needed(column)))
        except BadInput as error:
            raise self._wrong(column, str(error)) from error
