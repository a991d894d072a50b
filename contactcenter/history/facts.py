"""A fact: something that happened to a ticket, with everything a report may tell it apart by."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter.history.entries import Id

#: What a fact tells of, and what its duration and ``outcome`` are.
#:
#: ``opened``          a problem was opened, told of its first queue; by whom (``customer``, ``us``)
#: ``first_reply``     from the start of an episode until a person replied
#: ``next_reply``      from the first unanswered message of a run until a person replied
#: ``queue_wait``      from entering a queue until leaving it; how: ``answered``, ``abandoned``,
#:                     ``flowed_out`` (to another queue), ``solved``
#: ``offer``           from an offer until ``accepted``, ``declined``, ``expired``, ``rescinded``
#: ``stay``            an uninterrupted time in one state (``waiting``, ``held``, ``pending``,
#:                     ``on_hold``), queue and hand; stays tile an episode
#: ``handled``         what of a stretch in one hand was our turn, told when he let go
#: ``tier_entered``    a ticket came to a tier for the first time
#: ``escalated``       from entering a tier until it was referred upwards; ``outcome`` the reason,
#:                     ``is_first`` for the first time out of this tier
#: ``received``        a tier was referred a ticket: ``escalated`` as the other side sees it
#: ``hop``             from an escalation until a person of the higher tier took the ticket
#: ``bounced``         from an escalation until the ticket was sent back down
#: ``transferred``     moved within its tier; ``outcome`` ``queue`` or ``agent``
#: ``solved``          from the start of an episode until it was solved
#: ``assisted``        somebody else had worked on an episode that was solved
#: ``first_resolution``  from the opening until it was solved for the first time
#: ``full_resolution`` the sum of all episodes, known once and as long as the ticket is solved
#: ``requester_wait``, ``agent_wait``, ``on_hold``  what ``full_resolution`` is the sum of
#: ``reopened``        from the solution until the problem came back
#: ``promise``         from the start of a promise until its due time; ``met`` or ``breached``
#: ``rated``           a customer said what he thinks; ``score`` 1 to 5
#: ``asked``           a customer was asked what he thinks
Kind = Literal[
    "opened",
    "first_reply",
    "next_reply",
    "queue_wait",
    "offer",
    "stay",
    "handled",
    "tier_entered",
    "escalated",
    "received",
    "hop",
    "bounced",
    "transferred",
    "solved",
    "assisted",
    "first_resolution",
    "full_resolution",
    "requester_wait",
    "agent_wait",
    "on_hold",
    "reopened",
    "promise",
    "rated",
    "asked",
]


class Labels(Struct, frozen=True, kw_only=True):
    """What a fact can be told apart by, as it was known when the fact happened."""

    agent: Id | None = None
    team: Id | None = None
    queue: Id | None = None
    tier: int | None = None
    channel: str | None = None
    entry_point: Id | None = None
    category: Id | None = None
    temperament: str = "unknown"
    value: str = "unknown"


class Fact(Labels, frozen=True, kw_only=True):
    """One fact; it belongs to the instant ``at``.

    ``calendar_s`` are seconds by the clock on the wall, ``business_s`` those in which the queue was
    open by the calendar in force at the time; both None where the fact has no duration. ``at`` of
    a stay that goes on is None. ``episode`` counts from 1. Of what was solved, ``contacts`` are the
    runs of messages it took the customer, and ``came_back_s`` is when he came back, if he did.
    """

    kind: Kind
    ticket: Id
    contact: Id | None
    episode: int
    from_at: datetime
    at: datetime | None
    calendar_s: float | None = None
    business_s: float | None = None
    outcome: str | None = None
    is_first: bool = True
    score: int | None = None
    contacts: int | None = None
    came_back_s: float | None = None
