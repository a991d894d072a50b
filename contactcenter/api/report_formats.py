"""A report in the form that was asked for."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from contactcenter.api.operation import Answer
from contactcenter.reporting import tables
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Made
from contactcenter.reporting.tables import Table

CSV: Final = "text/csv"
#: What operations say they answer with besides JSON.
PRODUCES: Final = (CSV,)

Format = Annotated[Literal["json", "csv"], Meta(description="csv: only the rows.")]


def made(report: Made, wanted: Format) -> Made | Answer:
    """A report by name."""
    return report if wanted == "json" else _file(tables.of_report(report))


def analysed(analysis: Analysis, wanted: Format) -> Analysis | Answer:
    """An analysis."""
    if wanted == "json":
        return analysis
    period = analysis.period
    name = f"{analysis.report}-{period.from_at.date()}-{period.to_at.date()}"
    return _file(tables.of_records(name, analysis.columns, analysis.rows))


def _file(table: Table) -> Answer:
    return Answer(
        body=tables.as_csv(table),
        content_type=f"{CSV}; charset=utf-8; header=present",
        file_name=f"{table.name}.csv",
    )
