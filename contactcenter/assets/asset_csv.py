"""Machines as CSV: UTF-8 with a header, a machine a line; what is wrong is told by line and column.

A cell that is empty says nothing. ``configuration.<name>`` and ``download.<name>`` are columns of
their own. A date counts from its beginning, ``warranty_until`` to its end, in UTC; else an instant
has its offset. Digits may be Persian.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from channels import Address
from contactcenter.assets.asset_import import Line
from contactcenter.errors import BadInput
from routing.text import fold

COLUMNS: Final = (
    "service_tag",
    "model",
    "product_category",
    "warranty_level",
    "warranty_from",
    "warranty_until",
    "contact_id",
    "phone",
    "email",
    "owned_since",
)
CONFIGURATION: Final = "configuration."
DOWNLOAD: Final = "download."
#: Who owns it is named by one of these.
_OWNER: Final = ("contact_id", "phone", "email")
_TIMES: Final = ("warranty_from", "warranty_until", "owned_since")
_TEXTS: Final = ("service_tag", "model", "product_category", "warranty_level")
_LONGEST: Final = 2000
_LINK: Final = re.compile(r"https://[^\s/]+(/\S*)?")
_ID: Final = re.compile(r"[0-9]{1,15}")

#: Makes an address of a kind and what is written; raises ``BadInput``.
ReadAddress = Callable[[str, str], Address]


def read(raw: bytes, *, address: ReadAddress) -> list[Line]:
    """Every machine of a file; raises ``BadInput`` naming line and column."""
    rows = _rows(_text(raw))
    header = next(rows, (1, []))[1]
    columns = [column.strip() for column in header]
    _check_header(columns)
    lines = []
    for number, row in rows:
        if len(row) != len(columns):
            said = f"There are {len(row)} cells, but {len(columns)} columns."
            raise BadInput(f"line {number}", said)
        cells = {c: cell.strip() for c, cell in zip(columns, row, strict=True) if cell.strip()}
        lines.append(_line(f"line {number}, ", cells, address))
    return lines


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(f"line {number}", "This is not UTF-8.") from error


def _rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows that are not empty, each with the line it begins in, as an editor counts."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    number = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"line {number}", f"This is no CSV: {error}.") from error
        if row is None:
            return
        if row:
            yield number, row
        number = reader.line_num + 1


def _check_header(columns: Sequence[str]) -> None:
    for n, column in enumerate(columns):
        named = column.startswith((CONFIGURATION, DOWNLOAD)) and not column.endswith(".")
        if column not in COLUMNS and not named:
            raise BadInput(f"line 1, {column[:60]}", f"There are {', '.join(COLUMNS)} and more.")
        if column in columns[:n]:
            raise BadInput(f"line 1, {column}", "This column is there twice.")
    if "service_tag" not in columns:
        raise BadInput("line 1, service_tag", "This column is missing.")


def _line(place: str, cells: Mapping[str, str], address: ReadAddress) -> Line:
    for column, cell in cells.items():
        if len(cell) > _LONGEST or "\0" in cell:
            raise BadInput(place + column, f"No text is longer than {_LONGEST} or has a NUL.")
    if "service_tag" not in cells:
        raise BadInput(f"{place}service_tag", "Which machine?")
    said: dict[str, Any] = {name: cells[name] for name in _TEXTS if name in cells}
    for name in _TIMES:
        if name in cells:
            said[name] = _instant(place + name, cells[name], ends=name == "warranty_until")
    for name, prefix in (("configuration", CONFIGURATION), ("downloads", DOWNLOAD)):
        found = {c.removeprefix(prefix): v for c, v in cells.items() if c.startswith(prefix)}
        if found:
            said[name] = found
    for name, link in said.get("downloads", {}).items():
        if not _LINK.fullmatch(link):
            raise BadInput(f"{place}{DOWNLOAD}{name}", "A link begins with https://.")
    return Line(place=place, **said, **_owner(place, cells, address))


def _owner(place: str, cells: Mapping[str, str], address: ReadAddress) -> dict[str, Any]:
    named = [name for name in _OWNER if name in cells]
    if len(named) > 1:
        raise BadInput(place + named[1], "Name the owner by one of these.")
    if not named:
        return {}
    (name,) = named
    if name == "contact_id":
        digits = fold(cells[name])
        if not _ID.fullmatch(digits):
            raise BadInput(place + name, "This is no id.")
        return {"owner_id": int(digits), "owner_field": name}
    try:
        return {"owner": address(name, cells[name]), "owner_field": name}
    except BadInput as error:
        raise BadInput(place + name, str(error)) from error


def _instant(place: str, cell: str, *, ends: bool) -> datetime:
    try:
        written = fold(cell).upper()
        if len(written) == len("2026-01-01"):
            day = date.fromisoformat(written) + timedelta(days=ends)
            return datetime.combine(day, time(), UTC)
        instant = datetime.fromisoformat(written)
    except (ValueError, OverflowError) as error:
        raise BadInput(place, "Write a day as 2026-12-31.") from error
    if instant.tzinfo is None:
        raise BadInput(place, "A time has its offset from UTC: 2026-12-31T09:00:00+03:30.")
    return instant
