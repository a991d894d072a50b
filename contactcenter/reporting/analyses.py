"""What every analysis answers: rows under named columns, what was put in, and what it means."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from contactcenter.reporting import tables
from contactcenter.reporting.making import Span
from contactcenter.reporting.tables import Heading, Table


class Analysis(Struct, frozen=True, kw_only=True):
    """A report that is more than metrics side by side: a chart's numbers, a forecast, a what-if.

    ``rows`` are told by the names of ``columns``. ``inputs`` are all that was put in or estimated
    on the way, by names that carry their unit. ``title``, ``definition``, ``notes`` and the labels
    of columns are in the language that was asked for. ``as_of`` is until when what happened is
    counted; None before anything was.
    """

    report: str
    title: str
    definition: str
    period: Span
    inputs: Mapping[str, Any]
    generated_at: datetime
    as_of: datetime | None
    columns: Sequence[Heading]
    rows: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()


def of_analysis(analysis: Analysis) -> Table:
    """Its rows as a table, with what it means and what was put in."""
    period = analysis.period
    about = [
        ("title", analysis.title),
        ("definition", analysis.definition),
        ("from", period.from_at.isoformat()),
        ("to", period.to_at.isoformat()),
        ("time_zone", period.time_zone),
        *((name, _said(value)) for name, value in analysis.inputs.items()),
        ("as_of", analysis.as_of.isoformat() if analysis.as_of else ""),
        ("generated_at", analysis.generated_at.isoformat()),
        *(("note", note) for note in analysis.notes),
    ]
    return tables.of_records(
        f"{analysis.report}-{period.from_at.date()}-{period.to_at.date()}",
        analysis.columns,
        analysis.rows,
        about=about,
        time_zone=period.time_zone,
    )


def _said(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
