"""Keeps the promises of tickets: clocks begin, stand still, go on, are due, and end.

``settle`` makes of many tickets at once what their clocks should be, whatever happened to them:
once a hold of the routing lock, and by whoever else has locked a ticket's row. The rules are
``routing.sla``, the rows ``sla_clocks``, the counting ``sla_counting``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from contactcenter import rules, ticket_facts, timers, vital_alerts
from contactcenter.db import Conn
from contactcenter.rules import Rules, SlaPolicy
from contactcenter.segments import segment_policies
from contactcenter.sla import sla_clocks, sla_counting
from contactcenter.sla.sla_clocks import Row, Standing, Wanted
from contactcenter.sla.sla_counting import Columns, Counted, Hours, Known, counted
from contactcenter.tickets.tickets import Ticket
from routing import entry, manner, sla
from routing.sla import Clock, Happening, Metric


class _Start(NamedTuple):
    """A clock that begins, by a policy and the hours of a calendar."""

    ticket_id: int
    policy: SlaPolicy
    clock: Clock
    calendar_id: int | None


async def settle(
    conn: Conn,
    now: datetime,
    happened: Mapping[int, Happening],
    *,
    in_force: Rules | None = None,
    known: Known | None = None,
) -> None:
    """Let the clocks of these locked tickets be what they should be after what happened.

    Rules and calendars that are not given are read where they are needed.
    """
    standing = await sla_clocks.standing(conn, happened)
    rows = await sla_clocks.open_of(conn, happened)
    settling = _Settling(conn, now, in_force, known)
    await settling.move_on(rows, standing)
    await settling.begin(list(_begun(standing, rows, happened)), standing)
    await settling.write()


async def heard(conn: Conn, since: Mapping[int, datetime]) -> None:
    """Customers wrote, and their tickets stay where they are: locked, with the first such instant.

    It needs no routing: so this is beside the lock, and sets timers of new clocks only.
    """
    if await sla_clocks.has_policies(conn):
        happened = {ticket_id: Happening(heard_at=at) for ticket_id, at in since.items()}
        await settle(conn, await timers.clock(conn), happened)


async def replied(conn: Conn, now: datetime, ticket: Ticket) -> None:
    """Somebody wrote to the customer: the ticket is locked, and saved with it."""
    rows = await sla_clocks.open_of(conn, [ticket.id])
    if rows:
        settling = _Settling(conn, now)
        standing = Standing(situation=sla_clocks.situation(ticket), calendar_id=None)
        await settling.move_on(rows, {ticket.id: standing})
        await settling.write()


async def count_again(
    conn: Conn,
    now: datetime,
    rows: Sequence[Row],
    *,
    in_force: Rules,
    known: Known,
    is_warning: bool = False,
) -> None:
    """Count when these running clocks are due, by their calendars as they are now.

    With ``is_warning`` people are told now that they are at risk.
    """
    await known.read(conn, sla_counting.versions(rows))
    settling = _Settling(conn, now, in_force, known)
    for row in rows:
        hours = Hours.of(row, known)
        warned_at = row.warned_at or (now if is_warning else None)
        settling.change(row, counted(now, row.clock, hours, warned_at), hours)
    await settling.write()


class _Settling:
    """What is to be written of clocks, gathered for one statement."""

    def __init__(
        self,
        conn: Conn,
        now: datetime,
        in_force: Rules | None = None,
        known: Known | None = None,
    ) -> None:
        self._conn = conn
        self._now = now
        self._in_force = in_force
        self._known = known or Known()
        self._changes: list[Columns] = []
        self._starts: list[Columns] = []
        self._timers: list[Wanted] = []

    async def move_on(self, rows: Sequence[Row], standing: Mapping[int, Standing]) -> None:
        """Take in what becomes of the clocks there are."""
        moved = [
            (row, clock)
            for row, before in ((row, row.clock) for row in rows)
            if (clock := _moved_on(before, standing[row.ticket_id], self._now)) is not before
        ]
        uncounted = [
            row
            for row, clock in moved
            if clock.ended_at is None or row.calendar_version != row.calendar_now
        ]
        if uncounted:
            await self._rules()
            await self._known.read(self._conn, sla_counting.versions(uncounted))
        for row, clock in moved:
            if clock.ended_at is not None:
                after = sla_counting.ended(row, clock, self._known)
                self._changes.append(sla_counting.change(row, after))
            else:
                hours = Hours.of(row, self._known)
                self.change(row, counted(self._now, clock, hours, row.warned_at), hours)

    def change(self, row: Row, after: Counted, hours: Hours) -> None:
        """Take in a clock that goes on; the rules are known."""
        self._changes.append(sla_counting.change(row, after))
        if self._in_force is not None:
            self._timers += sla_counting.timers(
                row.ticket_id, after, hours.calendar, self._in_force, since=self._now
            )

    async def begin(
        self, begun: Sequence[tuple[int, Metric, datetime]], standing: Mapping[int, Standing]
    ) -> None:
        """Take in the clocks of what begins, where anybody promised it."""
        if not begun or not (in_force := await self._rules()).sla:
            return
        starts = await _promised(self._conn, self._now, begun, standing, in_force)
        wanted = {start.calendar_id for start in starts if start.calendar_id is not None}
        if wanted:
            await self._known.read(self._conn, await sla_clocks.versions(self._conn, wanted))
        for start in starts:
            self._start(start, standing[start.ticket_id], in_force)

    async def write(self) -> None:
        """Write all of it."""
        if self._changes or self._starts:
            await sla_clocks.write(self._conn, self._now, self._changes, self._starts, self._timers)
        if any(one["is_told"] for one in (*self._changes, *self._starts)):
            await vital_alerts.of_broken_promises(self._conn, self._now)

    def _start(self, start: _Start, standing: Standing, in_force: Rules) -> None:
        known, calendar_id, policy = self._known, start.calendar_id, start.policy
        hours = Hours(known.calendar(calendar_id), known.version(calendar_id), policy.warn_share)
        one = counted(self._now, _moved_on(start.clock, standing, self._now), hours)
        clock = one.clock
        first = {
            "n": len(self._starts),
            "ticket_id": start.ticket_id,
            "episode": clock.episode,
            "metric": clock.metric,
            "policy": policy.name,
            "target_s": clock.target // timedelta(seconds=1),
            "warn_share": policy.warn_share,
            "calendar_id": calendar_id,
            "configuration_version": in_force.version,
            "started_at": clock.started_at,
            "paused_at": clock.pauses[-1].from_at if clock.pauses else None,
            "is_told": clock.breached_at is not None,
            "is_kept": sla_counting.is_kept(clock),
        }
        self._starts.append({**first, **one.columns})
        self._timers += sla_counting.timers(
            start.ticket_id, one, hours.calendar, in_force, since=None
        )

    async def _rules(self) -> Rules:
        if self._in_force is None:
            self._in_force = await rules.current(self._conn)
        return self._in_force


def _moved_on(clock: Clock, standing: Standing, now: datetime) -> Clock:
    return sla.moved_on(clock, standing.situation, now)


def _begun(
    standing: Mapping[int, Standing], rows: Sequence[Row], happened: Mapping[int, Happening]
) -> Iterator[tuple[int, Metric, datetime]]:
    """What may begin: whether anybody promised it is another question."""
    clocks: dict[int, list[Clock]] = defaultdict(list)
    for row in rows:
        clocks[row.ticket_id].append(row.clock)
    for ticket_id, one in standing.items():
        for metric, at in sla.begun(one.situation, clocks[ticket_id], happened[ticket_id]):
            yield ticket_id, metric, at


async def _promised(
    conn: Conn,
    now: datetime,
    begun: Sequence[tuple[int, Metric, datetime]],
    standing: Mapping[int, Standing],
    in_force: Rules,
) -> list[_Start]:
    """Of what may begin what is promised: the first policy that fits the ticket says."""
    promises = await segment_policies.with_promises(conn, in_force.sla)
    asks_words = any("keyword" in policy.condition for policy in promises)
    tickets = {ticket_id for ticket_id, _, _ in begun}
    problems = await ticket_facts.read_all(conn, tickets, now, words=asks_words)
    starts = []
    for ticket_id, metric, started_at in begun:
        problem = manner.blind(problems[ticket_id])
        fits = (p for p in promises if entry.holds(p.condition, problem))
        policy = next(fits, None)
        target_s = None if policy is None else policy.target_s(metric)
        if policy is None or target_s is None:
            continue
        clock = Clock(
            metric=metric,
            episode=standing[ticket_id].situation.episode,
            target=timedelta(seconds=target_s),
            started_at=started_at,
        )
        calendar_id = policy.calendar_id or standing[ticket_id].calendar_id
        starts.append(_Start(ticket_id, policy, clock, calendar_id))
    return starts
