"""A report in the form that was asked for."""

import asyncio
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contactcenter.api.operation import Answer
from contactcenter.charts import making as charts
from contactcenter.charts import rendering
from contactcenter.charts.parts import Look, Spec
from contactcenter.charts.themes import Theme
from contactcenter.reporting import analyses, tables, workbooks
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.making import Made
from contactcenter.reporting.tables import Table
from routing.wording import Language

CSV: Final = "text/csv"
#: What operations say they answer with besides JSON.
PRODUCES: Final = (CSV, workbooks.CONTENT_TYPE)
VEGA: Final = "application/vnd.vegalite.v6+json"
#: Where there is a chart, too.
DRAWN: Final = (*PRODUCES, VEGA, "image/svg+xml", "image/png")

Format = Annotated[
    Literal["json", "csv", "xlsx", "vega", "svg", "png"],
    Meta(
        description="csv: only the rows. xlsx: a workbook, with what the figures mean. vega: the"
        " chart as a Vega-Lite specification with its data; svg, png: drawn."
    ),
]
File = Literal["csv", "xlsx"]
TableFormat = Annotated[
    Literal["json", "csv", "xlsx"],
    Meta(description="csv: only the rows. xlsx: a workbook, with what the figures mean."),
]


def made(report: Made, wanted: Format, look: Look) -> Made | Answer:
    """A report by name; drawn, it takes a while and is called in a thread."""
    if wanted == "json":
        return report
    table = tables.of_report(report)
    if wanted in {"csv", "xlsx"}:
        return file(table, "csv" if wanted == "csv" else "xlsx")
    return _drawn(charts.of_report(report, look), wanted, table.name)


def analysed(analysis: Analysis, wanted: Format, look: Look) -> Analysis | Answer:
    """An analysis; drawn, it takes a while and is called in a thread."""
    if wanted == "json":
        return analysis
    table = analyses.of_analysis(analysis)
    if wanted in {"csv", "xlsx"}:
        return file(table, "csv" if wanted == "csv" else "xlsx")
    return _drawn(charts.of_analysis(analysis, look), wanted, table.name)


async def shown(
    analysis: Analysis, wanted: Format, *, theme: Theme, language: Language
) -> Analysis | Answer:
    """An analysis in the form that was asked for, made in a thread."""
    look = Look(theme=theme, language=language)
    return await asyncio.to_thread(analysed, analysis, wanted, look)


def _drawn(spec: Spec, wanted: Format, name: str) -> Answer:
    if wanted == "vega":
        return Answer(
            body=msgspec.json.encode(spec), content_type=VEGA, file_name=f"{name}.vl.json"
        )
    if wanted == "svg":
        body, content_type = rendering.svg(spec), "image/svg+xml"
    else:
        body, content_type = rendering.png(spec), "image/png"
    return Answer(body=body, content_type=content_type, file_name=f"{name}.{wanted}")


def file(table: Table, wanted: File) -> Answer:
    """A table as a file."""
    if wanted == "xlsx":
        body, content_type = workbooks.as_xlsx(table), workbooks.CONTENT_TYPE
    else:
        body, content_type = tables.as_csv(table), f"{CSV}; charset=utf-8; header=present"
    return Answer(body=body, content_type=content_type, file_name=f"{table.name}.{wanted}")
