"""Queues: where tickets wait, of which team and tier, and what happens when time runs out."""

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contactcenter import queues
from contactcenter.activation.recording import recorded
from contactcenter.administration import queue_setup
from contactcenter.administration.queue_setup import NewQueue
from contactcenter.api.inputs import Id, Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation
from contactcenter.api.partial import edited
from contactcenter.configuration_vocabulary import DEFAULT, RINGS
from contactcenter.queues import QueueNow

_DAY_S: Final = 86_400
Tier = Annotated[int, Meta(ge=1, le=9, description="1 is asked first; higher is more special.")]
Level = Annotated[int, Meta(ge=1, le=9)]
ChannelName = Annotated[str, Meta(min_length=2, max_length=31)]
AutoAccept = Annotated[
    tuple[ChannelName, ...],
    Meta(max_length=20, description="Channels whose tickets need no answer to an offer."),
]
OfferTimeout = Annotated[int, Meta(ge=5, le=3600, description="How long an offer rings.")]
WrapUp = Annotated[int, Meta(ge=0, le=3600, description="Time to finish after solving.")]
OfferTimeouts = Annotated[
    dict[ChannelName, OfferTimeout],
    Meta(max_length=20, description="By channel, where it is not `offer_timeout_s`."),
]
ReturnAfter = Annotated[
    int,
    Meta(ge=1, le=90 * _DAY_S, description="An accepted ticket without a reply goes back then."),
]
Levels = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")], Level],
    Meta(max_length=50),
]
EscalateAfter = Annotated[
    int, Meta(ge=60, le=90 * _DAY_S, description="The time this tier has to solve a ticket.")
]


class Requirements(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least levels, by name, that a member of a team needs to serve the queue with it."""

    skill: Levels = {}
    language: Levels = {}
    product: Levels = {}

    def by_kind(self) -> dict[str, dict[str, int]]:
        """The kinds of which there is anything."""
        levels = {"skill": self.skill, "language": self.language, "product": self.product}
        return {kind: by_name for kind, by_name in levels.items() if by_name}


class QueueInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A queue. Tickets escalate to ``escalate_to_id``, which must be of a higher tier.

    Without a ``calendar_id`` it is always open. Where ``offer_timeouts`` are left out a chat rings
    for 45 seconds, if that is less than ``offer_timeout_s``.
    """

    name: Line
    team_id: Id
    tier: Tier
    auto_accept: AutoAccept = ()
    offer_timeout_s: OfferTimeout = RINGS[DEFAULT]
    offer_timeouts: OfferTimeouts | None = None
    wrap_up_s: WrapUp = 0
    return_after_s: ReturnAfter | None = None
    escalate_after_s: EscalateAfter | None = None
    escalate_to_id: Id | None = None
    calendar_id: Id | None = None
    requirements: Requirements = Requirements()


class QueueChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    name: Line | UnsetType = UNSET
    team_id: Id | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    auto_accept: Annotated[list[ChannelName], Meta(max_length=20)] | UnsetType = UNSET
    offer_timeout_s: OfferTimeout | UnsetType = UNSET
    offer_timeouts: OfferTimeouts | UnsetType = UNSET
    wrap_up_s: WrapUp | UnsetType = UNSET
    return_after_s: ReturnAfter | UnsetType | None = UNSET
    escalate_after_s: EscalateAfter | UnsetType | None = UNSET
    escalate_to_id: Id | UnsetType | None = UNSET
    calendar_id: Id | UnsetType | None = UNSET
    requirements: Requirements | UnsetType = UNSET


class QueueQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``archived``, also those that a configuration has left out."""

    archived: bool = False


@operation("GET", "/queues", tag="queues", roles=AGENT, via="read")
async def list_queues(call: Call, query: QueueQuery) -> list[QueueNow]:
    """List queues, tier by tier, and which of them are open."""
    return await queues.list_now(call.conn, archived=query.archived)


@operation("GET", "/queues/{queue_id}", tag="queues", roles=AGENT, via="read")
async def find_queue(call: Call, queue_id: int) -> QueueNow:
    """Read one queue."""
    await queue_setup.find(call.conn, queue_id)
    return await queues.find_now(call.conn, queue_id)


@operation("POST", "/queues", tag="queues", roles=ADMIN, via="dispatch", status=201)
async def create_queue(call: Call, body: QueueInput) -> QueueNow:
    """Make a queue; nobody serves it until somebody is made a member."""
    new = NewQueue(
        name=body.name.strip(),
        team_id=body.team_id,
        tier=body.tier,
        auto_accept=list(dict.fromkeys(body.auto_accept)),
        offer_timeout_s=body.offer_timeout_s,
        offer_timeouts=_rings(call, body),
        wrap_up_s=body.wrap_up_s,
        return_after_s=body.return_after_s,
        escalate_after_s=body.escalate_after_s,
        escalate_to_id=body.escalate_to_id,
        calendar_id=body.calendar_id,
        requirements=body.requirements.by_kind(),
    )
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        made = await queue_setup.create(
            call.conn, call.now, new, channels=call.services.channels, actor=call.actor.reference
        )
    return await queues.find_now(call.conn, made.id)


@operation("PATCH", "/queues/{queue_id}", tag="queues", roles=ADMIN, via="dispatch")
async def change_queue(call: Call, queue_id: int, body: QueueChange) -> QueueNow:
    """Edit a queue.

    With another team, that team may read what waits or was solved here, and the queue's agents
    become its members. The tier cannot change while tickets are in the queue: 409
    ``queue_in_use``. Another time to escalate, or to answer what was taken, holds for all
    tickets that are there.
    """
    before = await queue_setup.lock(call.conn, queue_id)
    call.check_version(before.version)
    after = edited(before, body)
    if body.requirements is not UNSET:
        after = msgspec.structs.replace(after, requirements=body.requirements.by_kind())
    async with recorded(call.conn, call.now, actor=call.actor.reference):
        await queue_setup.change(
            call.conn,
            call.now,
            before,
            after,
            channels=call.services.channels,
            actor=call.actor.reference,
        )
    return await queues.find_now(call.conn, queue_id)


def _rings(call: Call, body: QueueInput) -> dict[str, int]:
    """How long it rings on the channels where that is another time."""
    if body.offer_timeouts is not None:
        return body.offer_timeouts
    return {
        channel: s
        for channel, s in RINGS.items()
        if channel in call.services.channels and s < body.offer_timeout_s
    }
