"""Plays a scenario in a database of its own, by the very dispatcher that ``serve`` runs.

Every step is one hold of the routing lock, whose clock says the step's instant; before it whatever
is due by then fires, each timer in a hold of its own. What the world does by itself, work that
ends and patience that is lost, happens between them in the order of ``routing.timing``.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import db, offers, queues, timers
from contactcenter.db import Conn, Database
from contactcenter.dispatch import (
    ending,
    holding,
    moving,
    presence,
    promises,
    routing_lock,
    seek,
)
from contactcenter.dispatch.connection import RoutingConnection
from contactcenter.scenarios import outcome, staging
from contactcenter.scenarios.scale import Scale, scale_of
from contactcenter.scenarios.staging import Stage
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket
from contactcenter.timers import Instant
from routing.engine.alarm_clock import AlarmClock
from routing.engine.playing import (
    AdvanceStep,
    ArrivalStep,
    Played,
    PresenceStep,
    Scenario,
    Step,
    TicketStep,
    in_order,
)
from routing.engine.records import NewTicket, Presence
from routing.engine.router import LIVE

_ACTOR: Final = "system"

Change = Callable[[Conn, datetime], Awaitable[None]]


class _Sight(Struct, frozen=True, kw_only=True):
    """When the next timer is due, and who has been given to somebody since the last look."""

    next_due_at: datetime | None
    held: list[int]
    last_leg_id: int


_SQL = db.Statements(__name__)
_look = _SQL.take("look", _Sight)
_forget_reopening = _SQL.command("forget_reopening")


async def play(url: str, scenario: Scenario, *, explains: bool = True) -> Played:
    """Play a scenario to its end in the empty database at this URL; raises ``TooLate``."""
    scale = scale_of(scenario)
    conn = await Database(url).connect(
        "simulation", generic_plans=True, connection_class=RoutingConnection
    )
    assert type(conn) is RoutingConnection
    try:
        return await play_on(conn, scenario, scale, explains=explains)
    finally:
        await conn.close(timeout=5)


async def play_on(
    conn: RoutingConnection, scenario: Scenario, scale: Scale, *, explains: bool = True
) -> Played:
    """The same on a connection to it."""
    conn.explanations = [] if explains else None
    conn.raises = True
    conn.latest_at = None
    stage = await staging.set_up(conn, scenario, scale)
    centre = Centre(conn, stage, scale)
    for step in in_order(scenario):
        await centre.take(step)
    if scenario.drawn:
        await centre.advance(None)
    names = outcome.Names(
        agents={agent_id: name for name, agent_id in stage.agent_ids.items()},
        queues={queue_id: name for name, queue_id in stage.queue_ids.items()},
    )
    return await outcome.told(conn, scenario, list(centre.came), names, scale)


class Centre:
    """A centre whose rows are in a database, and the time that passes in it."""

    def __init__(self, conn: RoutingConnection, stage: Stage, scale: Scale) -> None:
        self._conn = conn
        self.stage = stage
        self._scale = scale
        self._world = AlarmClock()
        #: Tickets in the order in which they came, and how often each has been held.
        self.came: dict[int, NewTicket] = {}
        self.held: dict[int, int] = {}
        #: The leg for whose end the world's clock is set.
        self._timed: dict[int, int] = {}
        self.router_due_us: int | None = None
        self._last_leg_id = 0

    async def take(self, step: Step) -> None:
        """Let one step happen; what a ticket's state does not allow does not."""
        await self.advance(step.at_us)
        match step:
            case AdvanceStep():
                return
            case PresenceStep():
                change: Change = partial(self._appear, name=step.agent_id, to=step.to)
            case ArrivalStep():
                change = partial(self._enter, new=step.ticket, at_us=step.at_us)
            case TicketStep():
                change = partial(self._do, step=step)
        await self.hold(step.at_us, change)

    async def advance(self, to_us: int | None) -> None:
        """Let time pass until then, or until nothing more can happen."""
        while (due_us := self.next_due_us()) is not None and (to_us is None or due_us <= to_us):
            if due_us == self.router_due_us:
                await self.hold(due_us, _nothing)
            else:
                await self.let_world_do(due_us)

    def next_due_us(self) -> int | None:
        """When time alone will do something next."""
        both = (self.router_due_us, self._world.next_due_us())
        return min((us for us in both if us is not None), default=None)

    def at(self, at_us: int) -> datetime:
        """When this instant is played."""
        return self._scale.at(at_us)

    async def let_world_do(self, due_us: int, at_us: int | None = None) -> None:
        """What the world does by itself, then or later."""
        taken = self._world.take(due_us)
        assert taken is not None
        _, (kind, (ticket_id, *_)) = taken
        change = partial(self._world_does, kind=kind, ticket_id=int(ticket_id))
        await self.hold(due_us if at_us is None else at_us, change)

    async def hold(self, at_us: int, change: Change, *, at_most: int = 1) -> None:
        """Hold the lock at this instant: what is due fires, one timer after the other."""
        now = self._scale.at(at_us)

        async def clock(conn: Conn) -> Instant:
            return msgspec.structs.replace(await timers.clock_and_next_due(conn), now=now)

        async def apply(conn: Conn, now: datetime) -> _Sight:
            await change(conn, now)
            await seek.catch_up(conn, now)
            await promises.catch_up(conn, now)
            return await _look.one(conn, self._last_leg_id)

        sight = (await routing_lock.hold(self._conn, clock, apply, at_most=at_most)).result
        due_at = sight.next_due_at
        self.router_due_us = None if due_at is None else self._scale.instant_us(due_at)
        self._last_leg_id = sight.last_leg_id
        for ticket_id in sight.held:
            self._note_held(at_us, ticket_id)

    def _note_held(self, at_us: int, ticket_id: int) -> None:
        leg = self.held[ticket_id]
        self.held[ticket_id] += 1
        course = self.came[ticket_id].course
        if course is not None and leg < len(course.service_us):
            self._timed[ticket_id] = leg
            self._world.set("leg_end", (ticket_id,), at_us + course.service_us[leg])

    async def _appear(self, conn: Conn, now: datetime, *, name: str, to: Presence) -> None:
        assert to != "wrap_up"
        agent_id, reason = self.stage.agent_ids[name], "away" if to == "away" else None
        await presence.change(conn, now, agent_id, to, reason, actor=_ACTOR)

    async def _enter(self, conn: Conn, now: datetime, *, new: NewTicket, at_us: int) -> None:
        if new.ticket_id in self.came:
            return
        self.came[new.ticket_id] = new
        self.held[new.ticket_id] = 0
        if new.patience_us is not None:
            self._world.set("patience_end", (new.ticket_id,), at_us + new.patience_us)
        await staging.enter(conn, now, new, self.stage, self._scale)

    async def _do(self, conn: Conn, now: datetime, *, step: TicketStep) -> None:
        ticket = await tickets.lock(conn, step.ticket_id)
        match step.what:
            case "accept" | "decline" if ticket.state == "offered":
                offer = await offers.live(conn, ticket.id)
                assert offer is not None
                answer = holding.accept if step.what == "accept" else holding.decline
                await answer(conn, now, ticket.id, offer.agent_id)
            case "finish" if ticket.state == "assigned":
                await _finish(conn, now, ticket)
            case "leave":
                await _leave(conn, now, ticket)
            case "escalate" if ticket.state in LIVE:
                await self._escalate(conn, now, ticket, step.queue, step.credit_us)
            case "credit" if ticket.state in LIVE:
                credit_s = self._scale.seconds(step.credit_us)
                await tickets.save(
                    conn, await tickets.grant_credit(conn, ticket, "raised", credit_s)
                )

    async def _world_does(self, conn: Conn, now: datetime, *, kind: str, ticket_id: int) -> None:
        """Work drawn beforehand ends, or patience."""
        ticket = await tickets.lock(conn, ticket_id)
        if kind == "patience_end":
            await _leave(conn, now, ticket)
            return
        course, leg = self.came[ticket_id].course, self._timed[ticket_id]
        assert course is not None
        if ticket.state != "assigned" or leg + 1 != self.held[ticket_id]:
            return  # it was taken from him before
        if leg < len(course.escalate):
            queue, credit_us = course.escalate[leg], course.escalation_credit_us
            await self._escalate(conn, now, ticket, queue, credit_us)
        else:
            await _finish(conn, now, ticket)

    async def _escalate(
        self, conn: Conn, now: datetime, ticket: Ticket, queue: str, credit_us: int
    ) -> None:
        target = await queues.find(conn, self.stage.queue_ids[queue])
        credit_s = self._scale.seconds(credit_us)
        await moving.refer(conn, now, ticket, target, "agent", credit_s=credit_s, actor=_ACTOR)


async def _nothing(_conn: Conn, _now: datetime) -> None:
    """Time alone does something."""


async def _finish(conn: Conn, now: datetime, ticket: Ticket) -> None:
    await ending.solve(conn, now, ticket.id, actor=_ACTOR, disposition="solved", reopen_window_s=1)
    await _forget_reopening.run(conn)


async def _leave(conn: Conn, now: datetime, ticket: Ticket) -> None:
    if ticket.state in ("waiting", "offered"):
        await ending.abandon(conn, now, ticket.id)
