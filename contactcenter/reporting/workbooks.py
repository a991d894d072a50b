"""A table as a workbook of Excel (.xlsx): figures as figures, each formatted by its unit."""

import io
import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from contactcenter.reporting.tables import FORMULA_STARTS, Cell, Table, Unit
from contactcenter.time_zones import zone_of

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The longest text that a cell holds.
#: Source: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MAX_TEXT: Final = 32_767

_DAY_S: Final = 86_400
#: Before it (and the day that its zone may be ahead) a workbook knows no days.
_FIRST_YEAR: Final = 1901
_WIDTHS: Final = (8, 40)
_ABOUT_WIDTHS: Final = (24, 100)
_SHEETS: Final = {False: ("Report", "About"), True: ("گزارش", "درباره")}
_FORMATS: Final[Mapping[Unit, str]] = {
    "count": "#,##0",
    "number": "#,##0.###",
    "share": "0.0%",
    "seconds": "[h]:mm:ss",
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
}
#: A duration below zero is no time of day to a spreadsheet: the whole column stays in seconds.
_PLAIN_SECONDS: Final = '#,##0.0" s"'


def as_xlsx(table: Table) -> bytes:
    """The rows on one sheet, what they are about on another; in Persian from right to left.

    Seconds are times (parts of a day, as spreadsheets count), shares are percentages, instants are
    in the table's time zone. What is None or no number is empty. No text is ever a formula.
    """
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        _Writer(book, table).write()
    return out.getvalue()


class _Writer:
    """Writes one table."""

    def __init__(self, book: Workbook, table: Table) -> None:
        self._book = book
        self._table = table
        self._zone = zone_of(table.time_zone)
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        #: With it a text that is edited by hand stays a text.
        self._quoted = book.add_format({"quote_prefix": True})

    def write(self) -> None:
        """Both sheets."""
        rows, about = _SHEETS[self._table.is_right_to_left]
        self._rows(self._sheet(rows))
        if self._table.about:
            self._about(self._sheet(about))

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        if self._table.is_right_to_left:
            sheet.right_to_left()
        return sheet

    def _rows(self, sheet: Worksheet) -> None:
        table = self._table
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            cells = [row[place] for row in table.rows]
            is_signed = column.unit == "seconds" and any(_is_below_zero(cell) for cell in cells)
            shown = _PLAIN_SECONDS if is_signed else _FORMATS.get(column.unit, "")
            form = self._book.add_format({"num_format": shown} if shown else {})
            unit: Unit = "number" if is_signed else column.unit
            least, most = _WIDTHS
            width = max([len(column.label) // 2, *(len(str(cell)) for cell in cells[:100])])
            sheet.set_column(place, place, min(max(width, least), most))
            sheet.write_string(0, place, column.label, self._head)
            for line, cell in enumerate(cells, 1):
                self._cell(sheet, (line, place), cell, (unit, form))
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def _about(self, sheet: Worksheet) -> None:
        for place, width in enumerate(_ABOUT_WIDTHS):
            sheet.set_column(place, place, width)
        for line, (name, text) in enumerate(self._table.about):
            sheet.write_string(line, 0, name, self._head)
            sheet.write_string(line, 1, text[:MAX_TEXT], self._wrapped)

    def _cell(
        self, sheet: Worksheet, at: tuple[int, int], cell: Cell, shown: tuple[Unit, Format]
    ) -> None:
        unit, form = shown
        match _read(cell, unit):
            case bool() as flag:
                sheet.write_boolean(*at, flag)
            case int() | float() as number:
                if math.isfinite(number):
                    sheet.write_number(*at, number / _DAY_S if unit == "seconds" else number, form)
            case date() | datetime() as told if told.year < _FIRST_YEAR:
                sheet.write_string(*at, told.isoformat())
            case datetime() as instant:
                local = instant.astimezone(self._zone).replace(tzinfo=None)
                sheet.write_datetime(*at, local, form)
            case date() as day:
                sheet.write_datetime(*at, datetime(day.year, day.month, day.day), form)  # noqa: DTZ001
            case str() as text:
                is_quoted = text.startswith(FORMULA_STARTS)
                sheet.write_string(*at, text[:MAX_TEXT], self._quoted if is_quoted else None)


def _read(cell: Cell, unit: Unit) -> Cell | date:
    """The cell; a date that is written as ISO 8601 says is a date."""
    if unit == "date" and isinstance(cell, str):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            return cell
    return cell


def _is_below_zero(cell: Cell) -> bool:
    return isinstance(cell, int | float) and cell < 0
