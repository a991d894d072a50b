"""A report in the form that was asked for."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from contactcenter.api.operation import Answer
from contactcenter.reporting import analyses, tables, workbooks
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Made
from contactcenter.reporting.tables import Table

CSV: Final = "text/csv"
#: What operations say they answer with besides JSON.
PRODUCES: Final = (CSV, workbooks.CONTENT_TYPE)

Format = Annotated[
    Literal["json", "csv", "xlsx"],
    Meta(description="csv: only the rows. xlsx: a workbook, with what the figures mean."),
]
File = Literal["csv", "xlsx"]


def made(report: Made, wanted: Format) -> Made | Answer:
    """A report by name."""
    return report if wanted == "json" else file(tables.of_report(report), wanted)


def analysed(analysis: Analysis, wanted: Format) -> Analysis | Answer:
    """An analysis."""
    return analysis if wanted == "json" else file(analyses.of_analysis(analysis), wanted)


def file(table: Table, wanted: File) -> Answer:
    """A table as a file."""
    if wanted == "xlsx":
        body, content_type = workbooks.as_xlsx(table), workbooks.CONTENT_TYPE
    else:
        body, content_type = tables.as_csv(table), f"{CSV}; charset=utf-8; header=present"
    return Answer(body=body, content_type=content_type, file_name=f"{table.name}.{wanted}")
