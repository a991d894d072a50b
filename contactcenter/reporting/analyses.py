"""What every analysis answers: rows under named columns, what was put in, and what it means."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from contactcenter.reporting.making import Span
from contactcenter.reporting.tables import Heading


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
