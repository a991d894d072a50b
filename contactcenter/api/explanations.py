"""Why a ticket is where it is, and why an agent has not got it: in sentences and in numbers."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from contactcenter import decisions, ticket_views, why_not
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.decisions import Told
from contactcenter.periods import zone_named
from contactcenter.speech import Speech
from contactcenter.why_not import Situation, WhyNot
from routing.wording import Language

_DECISIONS: Final = Cursor("decisions", tuple[int])
_OBSTACLES: Final = Cursor("obstacles", tuple[int])

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


class TellQuery(PageQuery, frozen=True, kw_only=True):
    """How to tell of many things."""

    language: Tongue | None = None
    time_zone: Zone | None = None


class SpeechQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to say it."""

    language: Tongue | None = None
    time_zone: Zone | None = None


class Decisions(Struct, frozen=True, kw_only=True):
    """The decisions about a ticket, the oldest first."""

    ticket_id: int
    language: Language
    time_zone: str
    items: Sequence[Told]
    next: str | None


class WhyNotView(WhyNot, frozen=True, kw_only=True):
    """Why an agent has not got a ticket, in a language and by the clocks of a zone."""

    ticket_id: int
    language: Language
    time_zone: str


@operation("GET", "/tickets/{ticket_id}/why", tag="tickets", roles=AGENT, via="read")
async def explain_ticket(call: Call, ticket_id: int, query: TellQuery) -> Decisions:
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
    speech = await _speech(call, ticket_id, query)
    return Decisions(
        ticket_id=ticket_id,
        language=speech.language,
        time_zone=speech.zone.key,
        items=await decisions.tell(call.conn, page.items, speech),
        next=page.next,
    )


@operation("GET", "/tickets/{ticket_id}/why-not/{agent_id}", tag="tickets", roles=AGENT, via="read")
async def explain_why_not(
    call: Call, ticket_id: int, agent_id: int, query: SpeechQuery
) -> WhyNotView:
    """Read why an agent has not got a ticket: the first clause that is false, and until when.

    All clauses are listed in the order in which they are asked.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    found = await why_not.of_agent(call.conn, ticket_id, agent_id)
    (one,) = await _why_not(call, ticket_id, [found], query)
    return one


@operation("GET", "/tickets/{ticket_id}/why-not", tag="tickets", roles=SUPERVISOR, via="read")
async def list_why_not(call: Call, ticket_id: int, query: TellQuery) -> Page[WhyNotView]:
    """List those who serve the ticket's queue, and why each of them has not got it."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    after = _OBSTACLES.read(query.cursor)
    found = await why_not.of_members(
        call.conn, ticket_id, after_id=after[0] if after else 0, limit=query.limit + 1
    )
    page = _OBSTACLES.page(found, query.limit, lambda one: (one.agent_id,))
    return Page(items=await _why_not(call, ticket_id, page.items, query), next=page.next)


async def _why_not(
    call: Call, ticket_id: int, found: Sequence[Situation], query: SpeechQuery | TellQuery
) -> list[WhyNotView]:
    now = await call.clock()
    speech = await _speech(call, ticket_id, query)
    opens_at = await why_not.opens_at(call.conn, now, found)
    return [
        WhyNotView(
            ticket_id=ticket_id,
            language=speech.language,
            time_zone=speech.zone.key,
            **msgspec.structs.asdict(why_not.told(now, one, speech, queue_opens_at=opens_at)),
        )
        for one in found
    ]


async def _speech(call: Call, ticket_id: int, query: TellQuery | SpeechQuery) -> Speech:
    """In which language, and where the clocks hang."""
    own: Language = "fa" if call.actor.language == "fa" else "en"
    zone = await decisions.zone_of_ticket(call.conn, ticket_id)
    if query.time_zone is not None:
        zone = zone_named(query.time_zone, place="query.time_zone")
    return Speech(language=query.language or own, zone=zone)
