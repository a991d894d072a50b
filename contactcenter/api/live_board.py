"""The live board over HTTP."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.api import report_formats
from contactcenter.api.operation import SUPERVISOR, Answer, Call, operation
from contactcenter.api.report_formats import Format
from contactcenter.api.report_questions import among, language_of
from contactcenter.charts.themes import Theme
from contactcenter.periods import zone_named
from contactcenter.reporting import live, live_rows
from contactcenter.reporting.live import Board
from contactcenter.reporting.today import day_at
from contactcenter.statistics.rates import USUAL_VARIANT, Variant
from routing.wording import Language


class LiveQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In whose day, and what service level is meant."""

    zone: Annotated[str, Meta(max_length=60, description="An IANA time zone.")] = "UTC"
    within_s: Annotated[
        int, Meta(ge=1, le=86_400, description="Who is answered by then is answered in time.")
    ] = 20
    variant: Annotated[
        str, Meta(max_length=60, description="Of the service level, as in reports.")
    ] = USUAL_VARIANT.value
    language: Annotated[Language, Meta(description="Of a file; yours if not given.")] | None = None
    theme: Annotated[Theme, Meta(description="Of the chart, if one is drawn.")] = "light"
    format: Format = "json"


@operation(
    "GET",
    "/reports/live",
    tag="reports",
    roles=SUPERVISOR,
    via="read",
    produces=report_formats.DRAWN,
)
async def report_live(call: Call, query: LiveQuery) -> Board | Answer:
    """Report what waits now, who is there, what is at risk, and how today goes so far.

    By queue: how many wait, by age, the longest wait, calls and callbacks among them, agents who
    are there, and of today answered, abandoned and the service level. Figures of today are two
    seconds old at most, and stand behind events by a second or so (`as_of`). Administrators see all
    queues, supervisors those of their teams. As a file it is a row a queue; drawn, it is who waits,
    by queue and age. Refuses an unknown zone or variant with those there are.
    """
    now, zone = await call.clock(), zone_named(query.zone)
    variant = among(query.variant, tuple(one.value for one in Variant), "query.variant")
    day = day_at(now, zone, within_s=query.within_s, variant=variant)
    board = await live.board(call.conn, now, call.actor.user_id, call.services.today, day)
    if query.format == "json":
        return board
    language = language_of(call, query.language)
    rows = live_rows.of_board(board, language)
    file = await report_formats.shown(rows, query.format, theme=query.theme, language=language)
    assert isinstance(file, Answer), "what is not JSON is a file"
    return file
