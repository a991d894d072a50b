"""Feedback: what people liked and did not like, who sees to it, and what came of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from contactcenter import ticket_views
from contactcenter.access.actor import Role
from contactcenter.api.inputs import MAX_ID, Id, Instant
from contactcenter.api.operation import AGENT, SUPERVISOR, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.rights import NotYours
from contactcenter.api.segments import IdentityName
from contactcenter.behaviour import behaviour_reading
from contactcenter.contacts import identities
from contactcenter.contacts.identities import Written
from contactcenter.errors import BadInput
from contactcenter.feedback import feedback, feedback_taking
from contactcenter.feedback.feedback import Feedback, Filter, Polarity, State, Unhandled
from contactcenter.feedback.feedback_taking import Said, Taken

#: The largest request: a thousand lines, however long.
MAX_BYTES: Final = 8 << 20

Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Words = Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]
Score = Annotated[int, Meta(ge=1, le=5, description="1 is worst, 5 is best.")]
Source = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}\Z", examples=["survey"])]
ExternalId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]

#: What is noted by an agent in a ticket comes from here.
FROM_TICKET: Final = "ticket"

_LIST: Final = Cursor("feedback", int)
_UNHANDLED: Final = Cursor("unhandled_feedback", tuple[datetime, int])
_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)


class NewFeedback(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the customer said of what: ``topic`` and, of it, ``attribute``; in his ``words``.

    ``owner_id`` is who sees to it, where that is known already.
    """

    topic: Word
    polarity: Polarity
    attribute: Word | None = None
    score: Score | None = None
    words: Words | None = None
    interaction_id: Id | None = None
    owner_id: Id | None = None


class BroughtFeedback(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another system was told; ``source`` and ``external_id`` name it for good.

    Who said it is named by ``contact_id`` or by an address of his, or by nobody.
    """

    source: Source
    external_id: ExternalId
    given_at: Instant
    topic: Word
    polarity: Polarity
    attribute: Word | None = None
    score: Score | None = None
    words: Words | None = None
    contact_id: Id | None = None
    identity: IdentityName | None = None
    ticket_id: Id | None = None


class NewFeedbackOwner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sees to it."""

    owner_id: Id


class NewOutcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of it."""

    outcome: Words


class FeedbackQuery(PageQuery, frozen=True, kw_only=True):
    """Which to list."""

    state: State | None = None
    owner_id: Id | None = None
    topic: Word | None = None
    contact_id: Id | None = None


class UnhandledFeedback(Page[Unhandled], frozen=True, kw_only=True):
    """Feedback without an owner or without an outcome, the oldest first, and how much there is.

    ``without_owner`` of ``total`` have nobody; the oldest was given ``oldest_s`` ago.
    """

    generated_at: datetime
    total: int
    without_owner: int
    oldest_s: int | None


@operation(
    "POST",
    "/tickets/{ticket_id}/feedback",
    tag="feedback",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def note_feedback(call: Call, ticket_id: int, body: NewFeedback) -> Feedback:
    """Note what the customer likes or does not like, as he said it in this ticket."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    now = await call.clock()
    said = Said(
        place="body.",
        topic=body.topic,
        polarity=body.polarity,
        source=FROM_TICKET,
        given_at=now,
        attribute=body.attribute,
        score=body.score,
        words=body.words,
        ticket_id=ticket_id,
        interaction_id=body.interaction_id,
        owner_id=body.owner_id,
    )
    made = await feedback_taking.note(call.conn, now, said, actor=call.actor.reference)
    return await feedback.find(call.conn, call.actor.user_id, made)


@operation("GET", "/tickets/{ticket_id}/feedback", tag="feedback", roles=AGENT, via="read")
async def list_feedback_of_ticket(call: Call, ticket_id: int) -> list[Feedback]:
    """List what was noted in a ticket."""
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await feedback.of_ticket(call.conn, ticket_id)


@operation(
    "POST",
    "/feedback",
    tag="feedback",
    roles=SUPERVISOR,
    via="transaction",
    status=201,
    max_bytes=MAX_BYTES,
)
async def bring_feedback(
    call: Call, body: Annotated[list[BroughtFeedback], Meta(min_length=1, max_length=1000)]
) -> Taken:
    """Bring what other systems were told: all lines, or none if one is refused.

    What is known already changes nothing, so the same may be brought twice.
    """
    now = await call.clock()
    said = await _brought(call, now, body)
    return await feedback_taking.bring(call.conn, now, said, actor=call.actor.reference)


@operation("GET", "/feedback", tag="feedback", roles=SUPERVISOR, via="read")
async def list_feedback(call: Call, query: FeedbackQuery) -> Page[Feedback]:
    """List what people said, the newest first: of tickets you may read, and of none."""
    before_id = _LIST.read(query.cursor) or MAX_ID
    wanted = Filter(
        state=query.state, owner_id=query.owner_id, topic=query.topic, contact_id=query.contact_id
    )
    found = await feedback.page(
        call.conn, call.actor.user_id, wanted, before_id=before_id, limit=query.limit + 1
    )
    return _LIST.page(found, query.limit, lambda one: one.id)


@operation("GET", "/feedback/{feedback_id}", tag="feedback", roles=AGENT, via="read")
async def find_feedback(call: Call, feedback_id: int) -> Feedback:
    """Read one: of a ticket you may read, or yours to see to; supervisors also of no ticket."""
    return await feedback.find(call.conn, call.actor.user_id, feedback_id)


@operation(
    "POST",
    "/feedback/{feedback_id}/assignments",
    tag="feedback",
    roles=SUPERVISOR,
    via="transaction",
    status=201,
)
async def assign_feedback(call: Call, feedback_id: int, body: NewFeedbackOwner) -> Feedback:
    """Say who sees to it: the person in charge of what it is about."""
    found = await feedback.lock(call.conn, call.actor.user_id, feedback_id)
    now = await call.clock()
    await feedback.assign(call.conn, now, found, body.owner_id, actor=call.actor.reference)
    return await feedback.find(call.conn, call.actor.user_id, feedback_id)


@operation(
    "POST",
    "/feedback/{feedback_id}/closures",
    tag="feedback",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def close_feedback(call: Call, feedback_id: int, body: NewOutcome) -> Feedback:
    """Say what came of it: whoever sees to it, or a supervisor.

    Refused with 409 ``ownerless`` where nobody sees to it.
    """
    found = await feedback.lock(call.conn, call.actor.user_id, feedback_id)
    if found.owner_id != call.actor.user_id and not call.actor.is_at_least(Role.SUPERVISOR):
        raise NotYours(f"feedback {feedback_id} is not yours to close")
    now = await call.clock()
    await feedback.close(call.conn, now, found, body.outcome, actor=call.actor.reference)
    return await feedback.find(call.conn, call.actor.user_id, feedback_id)


@operation("GET", "/reports/unhandled_feedback", tag="reports", roles=SUPERVISOR, via="read")
async def report_unhandled_feedback(call: Call, query: PageQuery) -> UnhandledFeedback:
    """Report what was said and has no owner or no outcome, with its age, the oldest first."""
    now, me = await call.clock(), call.actor.user_id
    after = _UNHANDLED.read(query.cursor) or (_EARLIEST, 0)
    found = await feedback.unhandled(call.conn, me, now, after=after, limit=query.limit + 1)
    left = await feedback.count_unhandled(call.conn, me, now)
    page = _UNHANDLED.page(found, query.limit, lambda one: (one.given_at, one.id))
    return UnhandledFeedback(
        items=page.items,
        next=page.next,
        generated_at=now,
        total=left.total,
        without_owner=left.without_owner,
        oldest_s=left.oldest_s,
    )


async def _brought(call: Call, now: datetime, lines: Sequence[BroughtFeedback]) -> list[Said]:
    channels = call.services.channels
    addresses = {
        n: identities.normalised(
            channels,
            Written(kind=line.identity.kind, value=line.identity.value),
            field=f"body[{n}].identity",
        )
        for n, line in enumerate(lines)
        if line.identity is not None
    }
    owners = await behaviour_reading.owners(call.conn, set(addresses.values()))
    said = []
    for n, line in enumerate(lines):
        contact_id = line.contact_id
        if n in addresses:
            if contact_id is not None:
                raise BadInput(f"body[{n}].identity", "Name the contact by one of both.")
            if addresses[n] not in owners:
                raise BadInput(f"body[{n}].identity", behaviour_reading.NOBODY)
            contact_id = owners[addresses[n]][1]
        if line.given_at > now:
            raise BadInput(f"body[{n}].given_at", "This lies in the future.")
        said.append(
            Said(
                place=f"body[{n}].",
                topic=line.topic,
                polarity=line.polarity,
                source=line.source,
                given_at=line.given_at,
                attribute=line.attribute,
                score=line.score,
                words=line.words,
                contact_id=contact_id,
                ticket_id=line.ticket_id,
                external_id=line.external_id,
            )
        )
    return said
