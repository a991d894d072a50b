"""Turns: every move of a ticket, written in one statement however many tickets move.

A turn is the ticket's row with one version more, its leg, its timers, who may be asked, its offer
with the agent's load, and the event that tells of it. Event and offer say which configuration was
in force. Turns are made under the routing lock.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import db, events, metrics, timers
from contactcenter.calls import ringing
from contactcenter.chats import chat_endings
from contactcenter.db import Conn
from contactcenter.events import Event
from contactcenter.segments import segment_checks
from contactcenter.sla import sla_clocks
from contactcenter.surveys import planning
from contactcenter.tickets import legs, tickets
from contactcenter.tickets.tickets import Ticket

#: How an offer ends: ``let_go`` withdraws a ringing one and ends an accepted one.
OfferEnding = Literal["let_go", "declined", "expired", "rescinded"]

#: Timers that mean one state of a ticket and end with it.
_OF_A_STATE: Final = frozenset[timers.Kind]({"offer_expiry", "delay_step", "wake_up", "reopen_end"})


#: Who is asked, who takes it and where it waits changes nothing of what was promised.
_WITHOUT_PROMISE: Final = frozenset(
    {
        "ticket_offered",
        "ticket_assigned",
        "ticket_overflowed",
        "offer_declined",
        "offer_expired",
        "offer_rescinded",
    }
)
_BEGIN: Final = frozenset({"ticket_queued", "ticket_reopened"})


class NewOffer(Struct, frozen=True, kw_only=True):
    """The ticket takes its weight of this agent's capacity; without an expiry it is his at once."""

    agent_id: int
    expires_at: datetime | None
    why: Mapping[str, Any]


class Turn(Struct, frozen=True, kw_only=True):
    """A locked ticket as it is to be, and what goes with it.

    ``leg_ended_by`` ends the open leg at the event's time; ``leg_begins_at`` opens the one the
    ticket is in now. The timers of the former state end with it; ``waits`` sets those of the new
    one, and None clears a timer that outlives a state. ``asks_anew`` lets everybody be asked
    again who declined or missed it. ``offer_ended_by`` ends the live offer, if there is one, and
    gives its agent his capacity back; ``offer`` makes the next one.
    """

    ticket: Ticket
    event: Event
    leg_ended_by: legs.Ending | None = None
    leg_begins_at: datetime | None = None
    waits: Mapping[timers.Kind, datetime | None] = {}
    asks_anew: bool = False
    offer_ended_by: OfferEnding | None = None
    offer: NewOffer | None = None


class Freed(Struct, frozen=True, kw_only=True):
    """An agent whose offer has ended, as he is now, and the wrap-up time of its queue."""

    agent_id: int
    ending: str
    load: int
    presence: str
    wrap_up_s: int


class Turned(Struct, frozen=True, kw_only=True):
    """What came of a turn: the ticket with its new version, which is the event's; who is free."""

    ticket: Ticket
    freed: Freed | None


class _Made(Struct, frozen=True, kw_only=True):
    ticket_id: int
    version: int
    freed_id: int | None
    ending: str | None
    load: int | None
    presence: str | None
    wrap_up_s: int | None


_SQL = db.Statements(__name__)
_make = _SQL.take("make", _Made)


async def make(conn: Conn, turn: Turn) -> Turned:
    """Move one ticket on."""
    (turned,) = await make_all(conn, [turn])
    return turned


async def make_all(conn: Conn, turns: Sequence[Turn]) -> list[Turned]:
    """Move tickets on, at one instant and each once; returns what came of them, in order."""
    if len({turn.ticket.id for turn in turns}) < len(turns):
        raise ValueError("one ticket would turn twice in one statement")
    for turn in turns:
        events.check(turn.event)
    due = [
        (turn.ticket.id, kind, due_at)
        for turn in turns
        for kind, due_at in turn.waits.items()
        if due_at is not None
    ]
    rows = await _make.all(
        conn,
        turns[0].event.at,
        *map(list, zip(*(tickets.columns(t.ticket) + _with_it(t) for t in turns), strict=True)),
        [ticket_id for ticket_id, _, _ in due],
        [kind for _, kind, _ in due],
        [due_at for _, _, due_at in due],
    )
    for turn in turns:
        if turn.event.kind not in _WITHOUT_PROMISE:
            sla_clocks.note(conn, turn.ticket.id, is_new=turn.event.kind in _BEGIN)
    kinds = [(turn.ticket.id, turn.event.kind) for turn in turns]
    await chat_endings.follow(conn, turns[0].event.at, kinds)
    await planning.follow(conn, turns[0].event.at, kinds)
    if by_phone := [turn.ticket.id for turn in turns if turn.ticket.needs_phone]:
        await ringing.follow(conn, turns[0].event.at, by_phone)
    back = {turn.ticket.contact_id for turn in turns if turn.event.kind == "ticket_reopened"}
    await segment_checks.ask(conn, turns[0].event.at, back)  # rules of segments may count it
    made = {row.ticket_id: row for row in rows}
    return [_turned(turn, made[turn.ticket.id]) for turn in turns]


def freed_by(turned: Sequence[Turned]) -> list[Freed]:
    """Whose offers have ended, each agent once, with the longest wrap-up time."""
    ended = [one.freed for one in turned if one.freed is not None]
    return list({f.agent_id: f for f in sorted(ended, key=lambda f: f.wrap_up_s)}.values())


def _turned(turn: Turn, made: _Made) -> Turned:
    freed = None
    if made.freed_id is not None:
        assert made.ending is not None
        assert made.load is not None
        assert made.presence is not None
        assert made.wrap_up_s is not None
        freed = Freed(
            agent_id=made.freed_id,
            ending=made.ending,
            load=made.load,
            presence=made.presence,
            wrap_up_s=made.wrap_up_s,
        )
        metrics.note(metrics.OFFERS_ANSWERED.labels(freed.ending))
    if turn.offer is not None and turn.offer.expires_at is None:
        metrics.note(metrics.OFFERS_ANSWERED.labels("accepted"))
    return Turned(ticket=msgspec.structs.replace(turn.ticket, version=made.version), freed=freed)


def _with_it(turn: Turn) -> tuple[Any, ...]:
    """What goes with the row, in the order of the statement."""
    event, offer = turn.event, turn.offer
    return (
        turn.leg_ended_by,
        turn.leg_begins_at,
        _cleared(turn),
        turn.asks_anew,
        turn.offer_ended_by,
        offer.agent_id if offer else None,
        offer.expires_at if offer else None,
        _json(offer.why) if offer else None,
        event.kind,
        event.agent_id,
        event.actor,
        _json(event.data),
    )


def _cleared(turn: Turn) -> str:
    """The kinds of timers that end, as PostgreSQL writes an array, for arrays do not nest."""
    kinds = set(_OF_A_STATE | turn.waits.keys())
    if turn.ticket.state != "assigned":
        kinds.add("return_due")
    if turn.asks_anew:
        kinds.add("exclusion_end")
    if turn.ticket.sticky_agent_id is None:
        kinds.add("sticky_end")
    if not turn.ticket.overflow:
        kinds.add("overflow")
    set_anew = {kind for kind, due_at in turn.waits.items() if due_at is not None}
    return "{" + ",".join(sorted(kinds - set_anew)) + "}"


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
