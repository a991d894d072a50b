"""Why a ticket is where it is, and why an agent has not got it: in sentences and in numbers."""

from collections.abc import Sequence
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from contactcenter import decisions, ticket_views
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.paging import Cursor, PageQuery
from contactcenter.decisions import Told
from contactcenter.errors import BadInput
from contactcenter.time_zones import UnknownTimeZone, zone_of
from routing.wording import Language

_DECISIONS: Final = Cursor("decisions", tuple[int])

Zone = Annotated[
    str,
    Meta(
        max_length=64,
        description="Where the clocks of the sentences hang, such as `Asia/Tehran`; that of the"
        " queue's calendar, else UTC.",
    ),
]
Tongue = Annotated[
    Language, Meta(description="The language of the sentences; your own if not given.")
]


class DecisionQuery(PageQuery, frozen=True, kw_only=True):
    """How to tell of the decisions about a ticket."""

    language: Tongue | None = None
    time_zone: Zone | None = None


class Decisions(Struct, frozen=True, kw_only=True):
    """The decisions about a ticket, the oldest first."""

    ticket_id: int
    language: Language
    time_zone: str
    items: Sequence[Told]
    next: str | None


@operation("GET", "/tickets/{ticket_id}/why", tag="tickets", roles=AGENT, via="read")
async def explain_ticket(call: Call, ticket_id: int, query: DecisionQuery) -> Decisions:
    """Read why a ticket is where it is: a sentence for each decision about it, the oldest first.

    Each has its numbers, for programs, and the version of the configuration it went by. All of it
    is as it was written down then; only the names are those of today.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    after = _DECISIONS.read(query.cursor)
    found = await decisions.of_ticket(
        call.conn, ticket_id, after_id=after[0] if after else 0, limit=query.limit + 1
    )
    page = _DECISIONS.page(found, query.limit, lambda event: (event.id,))
    language = _language(call, query.language)
    zone = await decisions.zone_of_ticket(call.conn, ticket_id)
    if query.time_zone is not None:
        zone = _zone(query.time_zone)
    return Decisions(
        ticket_id=ticket_id,
        language=language,
        time_zone=zone.key,
        items=await decisions.tell(call.conn, page.items, language, zone),
        next=page.next,
    )


def _language(call: Call, wanted: Language | None) -> Language:
    if wanted is not None:
        return wanted
    return "fa" if call.actor.language == "fa" else "en"


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_of(name)
    except UnknownTimeZone as error:
        raise BadInput("query.time_zone", str(error)) from error
