"""Tables as workbooks: figures stay figures, texts stay texts, and Persian reads from the right."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs
from openpyxl import Workbook, load_workbook

from contactcenter.api import report_formats
from contactcenter.charts.parts import Look
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Span
from contactcenter.reporting.tables import Heading, Table, Unit
from contactcenter.reporting.workbooks import as_xlsx

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
MIDNIGHT = MONDAY.replace(hour=0, minute=0, tzinfo=None)


def opened(body: bytes) -> Workbook:
    return load_workbook(io.BytesIO(body))


def table_of(unit: Unit, *cells: object) -> Table:
    column = Heading(name="one", label="One", unit=unit)
    return Table(
        name="t", columns=[column], rows=[[cell] for cell in cells], time_zone="Asia/Tehran"
    )


@pytest.mark.parametrize(
    ("unit", "cell", "told", "shown"),
    [
        ("count", 1234, 1234, "#,##0"),
        ("share", 0.256, 0.256, "0.0%"),
        ("seconds", 5400.0, timedelta(hours=1, minutes=30), "[h]:mm:ss"),
        ("date", "2026-03-02", MIDNIGHT, "yyyy-mm-dd"),
        ("instant", MONDAY, MIDNIGHT.replace(hour=12), "yyyy-mm-dd hh:mm:ss"),
        ("instant", MONDAY.replace(year=1), "0001-03-02T08:30:00+00:00", "General"),
        ("flag", True, True, "General"),
        ("number", float("nan"), None, "General"),
        ("number", None, None, "General"),
    ],
)
def test_each_unit_is_a_figure_that_is_shown_as_such(unit, cell, told, shown):
    found = opened(as_xlsx(table_of(unit, cell))).active["A2"]

    assert (found.value, found.number_format) == (told, shown)


def test_durations_below_zero_stay_seconds_with_their_whole_column():
    sheet = opened(as_xlsx(table_of("seconds", -90.0, 30.0))).active

    assert [sheet["A2"].value, sheet["A3"].value] == [-90, 30]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "=HYPERLINK(1)"])
def test_no_text_is_a_formula_nor_becomes_one_when_it_is_edited(text):
    cell = opened(as_xlsx(table_of("text", text))).active["A2"]

    assert (cell.value, cell.data_type) == (text, "s")
    assert bool(cell.quotePrefix) is (text[0] in "=+-@\t")


def test_letters_that_no_workbook_can_hold_and_long_texts_do_not_break_it():
    sheet = opened(as_xlsx(table_of("text", "a\x00b", "x" * 40_000))).active

    assert len(sheet["A3"].value) == 32_767


LOOK = Look(theme="light", language="en")
ANALYSIS = Analysis(
    report="heat_map",
    title="Messages by hour",
    definition="How many came.",
    period=Span(from_at=MONDAY, to_at=MONDAY + timedelta(days=7), time_zone="Asia/Tehran"),
    inputs={"holiday_factor": 1.5},
    generated_at=MONDAY,
    as_of=None,
    columns=[Heading(name="n", label="Messages", unit="count")],
    rows=[{"n": 3}],
    notes=["A note."],
)


def test_an_analysis_says_on_a_second_sheet_what_it_means_and_what_was_put_in():
    book = opened(report_formats.analysed(ANALYSIS, "xlsx", LOOK).body)

    assert [list(row) for row in book["Report"].values] == [["Messages"], [3]]
    about = dict(book["About"].values)
    assert about["definition"] == "How many came."
    assert about["holiday_factor"] == "1.5"
    assert not book["Report"].sheet_view.rightToLeft


def test_in_persian_every_sheet_reads_from_the_right():
    analysis = structs.replace(ANALYSIS, title="پیام‌ها")

    answer = report_formats.analysed(analysis, "xlsx", LOOK)

    assert answer.file_name == "heat_map-2026-03-02-2026-03-09.xlsx"
    book = opened(answer.body)
    assert book.sheetnames == ["گزارش", "درباره"]
    assert all(sheet.sheet_view.rightToLeft for sheet in book)
