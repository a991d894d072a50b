"""The span of time that a question is about."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct, field

from contactcenter.api.inputs import Instant
from contactcenter.charts.themes import Theme
from contactcenter.named_periods import NAMES, Reckoning
from contactcenter.periods import DEFAULT_PERIOD
from contactcenter.reporting import spans
from contactcenter.reporting.spans import Spans
from routing.wording import Language


class PeriodQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which time to look at."""

    from_at: (
        Annotated[
            Instant, Meta(description="Where the period begins; seven days before its end if not.")
        ]
        | None
    ) = field(default=None, name="from")
    to_at: (
        Annotated[
            Instant, Meta(description="Where the period ends, not included itself; now if not.")
        ]
        | None
    ) = field(default=None, name="to")


class ReportPeriodQuery(PeriodQuery, frozen=True, kw_only=True):
    """Which time to look at: by instants, or by a name in a zone and a calendar."""

    period: (
        Annotated[
            str,
            Meta(
                max_length=60,
                pattern=r"^[ -~]*\Z",
                description=f"In place of `from` and `to`: {', '.join(NAMES)}; or a day, a month or"
                " a year, such as 2026-03-21, 2026-03, 1405-01 or 1405.",
            ),
        ]
        | None
    ) = None
    zone: Annotated[
        str, Meta(max_length=60, pattern=r"^[ -~]*\Z", description="An IANA time zone.")
    ] = "UTC"
    calendar: (
        Annotated[
            Reckoning,
            Meta(
                description="jalali: months and years of the Persian calendar, weeks from"
                " Saturday; gregorian: weeks from Monday. By the language if not given.",
            ),
        ]
        | None
    ) = None
    language: Annotated[Language, Meta(description="Yours if not given.")] | None = None
    theme: Annotated[Theme, Meta(description="Of the chart, if one is drawn.")] = "light"


def asked(
    now: datetime,
    query: ReportPeriodQuery,
    language: Language,
    *,
    usual: timedelta = DEFAULT_PERIOD,
) -> Spans:
    """The time that a report is asked about, ``usual`` long by default; raises ``BadInput``."""
    return spans.meant(
        now,
        from_at=query.from_at,
        to_at=query.to_at,
        period=query.period,
        zone=query.zone,
        calendar=query.calendar,
        language=language,
        usual=usual,
    )
