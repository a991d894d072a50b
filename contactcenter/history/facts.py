"""A fact: something that happened to a ticket, with everything a report may tell it apart by."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contactcenter.history.entries import Id

#: What a fact tells of, and what its duration and ``outcome`` are.
#:
#: ``opened``          a problem was opened, told of its first queue; by whom (``customer``, ``us``)
#: ``first_reply``     from the opening until a person replied, once a ticket
#: ``next_reply``      from the first unanswered message of a later run until a person replied
#: ``queue_wait``      from entering a queue until leaving it; how: ``answered``, ``abandoned``,
#:                     ``flowed_out`` (to another queue, a voicemail or a callback), ``ended``
#: ``offer``           from an offer until ``accepted``, ``declined``, ``expired``, ``rescinded``
#: ``stay``            an uninterrupted time in one state (``waiting``, ``held``, ``pending``,
#:                     ``on_hold``), hand and set of labels; stays tile an episode
#: ``handled``         what of a stretch in one hand was our turn, told when he let go; of a call
#:                     talk, hold and wrap-up of one agent, told when it ended
#: ``tier_entered``    a ticket came to a tier for the first time; ``is_first`` for its first tier
#: ``taken``           an agent took a ticket in a tier for the first time
#: ``escalated``       from entering a tier until it was referred upwards; ``outcome`` the reason,
#:                     ``is_first`` for the first time out of this tier
#: ``received``        a tier was referred a ticket, told of who escalated it; ``came_back_s`` is
#:                     when it was sent back down
#: ``hop``             from an escalation until a person of the higher tier took the ticket
#: ``bounced``         from an escalation until the ticket was sent back down
#: ``moved``           from entering a tier until leaving it for ``to_tier``; ``up`` or ``down``
#: ``transferred``     moved within its tier; ``outcome`` ``queue`` or ``agent``
#: ``solved``          from the start of an episode until it was solved
#: ``assisted``        somebody else had a hand in an episode that was solved
#: ``first_resolution``  from the opening until it was solved for the first time
#: ``full_resolution`` from the opening until it was solved last, as long as it is solved
#: ``unsolved_time``   the same without the times in which it was solved
#: ``requester_wait``, ``agent_wait``  what ``unsolved_time`` is the sum of
#: ``on_hold``         what of ``requester_wait`` it was put off
#: ``reopened``        from the solution until the problem came back
#: ``promise``         from the start of a promise until its due time; ``met`` or ``breached``
#: ``rated``           a customer said what he thinks: ``score`` on the scale ``outcome``
#: ``asked``           a customer was asked what he thinks
#: ``presence``        a time of an agent who is signed in: ``handling``, ``wrap_up``, ``ringing``,
#:                     ``available``, ``away``, ``draining``
#: ``busy``            a time in which an agent had ``load`` tickets in hand at once
#: ``planned``         a time for which an agent was planned: ``productive`` or ``break``
#: ``adhered``         what of it he was in a state of that kind
Kind = Literal[
    "opened",
    "first_reply",
    "next_reply",
    "queue_wait",
    "offer",
    "stay",
    "handled",
    "tier_entered",
    "taken",
    "escalated",
    "received",
    "hop",
    "bounced",
    "moved",
    "transferred",
    "solved",
    "assisted",
    "first_resolution",
    "full_resolution",
    "unsolved_time",
    "requester_wait",
    "agent_wait",
    "on_hold",
    "reopened",
    "promise",
    "rated",
    "asked",
    "presence",
    "busy",
    "planned",
    "adhered",
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
    a stay that goes on is None; ``since_at`` is when its episode began. ``episode`` counts from 1;
    it is 0, and ``ticket`` None, of what an agent did with his time. Of what was solved,
    ``contacts`` are the runs of messages it took the customer, ``transfers`` the changes of owner,
    ``escalations`` how often the ticket had gone up before, and ``came_back_s`` is when the
    problem came back, if it did. ``promise`` is what a promise was about.
    """

    kind: Kind
    ticket: Id | None
    contact: Id | None
    episode: int
    from_at: datetime
    at: datetime | None
    calendar_s: float | None = None
    business_s: float | None = None
    outcome: str | None = None
    is_first: bool = True
    since_at: datetime | None = None
    to_tier: int | None = None
    promise: str | None = None
    score: int | None = None
    load: int | None = None
    contacts: int | None = None
    transfers: int | None = None
    escalations: int | None = None
    came_back_s: float | None = None
