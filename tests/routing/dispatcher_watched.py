"""What must be so in the database after every event, whatever happened."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from types import SimpleNamespace
from typing import Any

from contactcenter.db import Conn
from routing.eligibility import Clause, first_false, is_kept

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIVE = ("waiting", "offered", "assigned")
#: Timers that a ticket which is over must not have; the engine drops the one for its reopening.
_OF_TICKETS = ("offer_expiry", "delay_step", "exclusion_end", "sticky_end", "overflow")


def us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


class State:
    """All rows that matter, as they are."""

    def __init__(self, **rows: list[SimpleNamespace]) -> None:
        self.tickets = {t.id: t for t in rows["ticket"]}
        self.agents = {a.id: a for a in rows["agent"]}
        self.members = {(m.queue_id, m.agent_id): m for m in rows["membership"]}
        self.offers = rows["offer"]
        self.live = [o for o in self.offers if o.state in ("pending", "accepted")]
        self.exclusions = {(x.ticket_id, x.agent_id): x.until_at for x in rows["exclusion"]}
        self.timers = {(t.kind, t.key): t for t in rows["timer"]}
        self.credits: dict[int, int] = {}
        for credit in rows["credit"]:
            self.credits[credit.ticket_id] = self.credits.get(credit.ticket_id, 0) + credit.credit_s
        self.queues = {q.id: q.name for q in rows["queue"]}
        self.presences = rows["presence_interval"]
        self.legs = rows["leg"]

    def clause(self, ticket: Any, agent: Any, now: datetime) -> Clause | None:
        """Why he may not have it; the same clauses as everywhere, asked of the rows."""
        member = self.members.get((ticket.queue_id, agent.id))
        keeper = self.agents.get(ticket.sticky_agent_id)
        until_at = self.exclusions.get((ticket.id, agent.id))
        return first_false(
            SimpleNamespace(
                state=ticket.state, enqueued_us=us(ticket.enqueued_at), weight=ticket.weight
            ),
            agent,
            None if member is None else SimpleNamespace(delay_us=member.delay_s * 1_000_000),
            queue_is_open=True,
            excluded_until_us=None if until_at is None else us(until_at),
            is_kept_for_another=keeper is not None
            and keeper is not agent
            and is_kept(until_us=us(ticket.sticky_until), presence=keeper.presence, now_us=us(now)),
            now_us=us(now),
        )


async def read(conn: Conn) -> State:
    rows = {}
    for table in (
        "ticket", "agent", "membership", "offer", "exclusion", "timer", "credit", "leg",
        "presence_interval", "queue",
    ):  # fmt: skip
        ordered = "" if table in ("membership", "exclusion", "credit") else " ORDER BY id"
        found = await conn.fetch(f"SELECT * FROM {table}{ordered}")
        rows[table] = [SimpleNamespace(**dict(row)) for row in found]
    return State(**rows)


def loads_and_holders(s: State) -> None:
    """I1: a load is what he has, and no more than he takes. I2: one offer, and one holder."""
    for a in s.agents.values():
        has = [o.weight for o in s.live if o.agent_id == a.id]
        assert a.load == sum(has) <= a.capacity, (a, has)
    of = {o.ticket_id: o for o in s.live}
    assert len(of) == len(s.live)
    for t in s.tickets.values():
        state = of[t.id].state if t.id in of else None
        assert state == {"offered": "pending", "assigned": "accepted"}.get(t.state), t
        assert t.agent_id == (of[t.id].agent_id if t.state == "assigned" else None)


def nobody_idle_could_have_what_waits(s: State, now: datetime) -> None:
    """I3, I17."""
    for t, a in product(s.tickets.values(), s.agents.values()):
        assert s.clause(t, a, now) is not None, f"{t.id} waits and {a.id} may have it"


def legs_tile(s: State) -> None:
    """I16: one after the other, and none runs backwards."""
    for ticket_id in s.tickets:
        legs = [leg for leg in s.legs if leg.ticket_id == ticket_id]
        assert all(leg.to_at is None or leg.to_at >= leg.from_at for leg in legs)
        assert all(one.to_at <= two.from_at for one, two in pairwise(legs))
    for agent_id in s.agents:
        spans = [p for p in s.presences if p.agent_id == agent_id]
        assert all(one.to_at <= two.from_at for one, two in pairwise(spans))


def credit_is_the_sum_of_its_reasons(s: State) -> None:
    """I8."""
    for t in s.tickets.values():
        assert t.credit_s == s.credits.get(t.id, 0)
        assert t.rank_us == us(t.enqueued_at) - t.credit_s * 1_000_000


def whoever_waits_for_time_has_one_timer(s: State, now: datetime) -> None:
    """I11: and none is overdue, and what is over waits for nothing."""
    assert all(timer.due_at >= now for timer in s.timers.values())
    due = {key: timer.due_at for key, timer in s.timers.items()}
    expiries = {o.ticket_id: o.expires_at for o in s.live if o.state == "pending"}
    for t in s.tickets.values():
        key = str(t.id)
        is_live = t.state in _LIVE
        assert due.get(("offer_expiry", key)) == expiries.get(t.id)
        assert due.get(("delay_step", key)) == _next_delay(s, t, now)
        assert (("overflow", key) in due) == (bool(t.overflow) and is_live)
        is_kept_still = t.sticky_until is not None and t.sticky_until > now
        assert (("sticky_end", key) in due) == (is_kept_still and is_live)
        if not is_live:
            assert not [k for k in due if k[0] in _OF_TICKETS and k[1].split(":")[0] == key]
    for (ticket_id, agent_id), until_at in s.exclusions.items():
        if until_at > now:
            assert due.get(("exclusion_end", f"{ticket_id}:{agent_id}")) == until_at
    for a in s.agents.values():
        assert (("wrap_up_end", f"agent:{a.id}") in due) == (a.presence == "wrap_up")


def _next_delay(s: State, ticket: Any, now: datetime) -> datetime | None:
    if ticket.state != "waiting":
        return None
    members = [m for (queue_id, _), m in s.members.items() if queue_id == ticket.queue_id]
    reached = [ticket.enqueued_at + timedelta(seconds=m.delay_s) for m in members]
    return min((at for at in reached if at > now), default=None)


class Watch:
    """Looks after each event; remembers what was so before it."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self._before: State | None = None

    async def look(self, now: datetime) -> State:
        s = await read(self._conn)
        loads_and_holders(s)
        legs_tile(s)
        nobody_idle_could_have_what_waits(s, now)
        credit_is_the_sum_of_its_reasons(s)
        whoever_waits_for_time_has_one_timer(s, now)
        if self._before is not None:
            self._new_offers(self._before, s)
            self._what_never_changes(self._before, s)
        self._before = s
        return s

    def _new_offers(self, before: State, s: State) -> None:
        """I4, I9, I10."""
        seen = {o.id for o in before.offers}
        for offer in s.offers:
            if offer.id in seen:
                continue
            at = offer.offered_at
            assert any(
                p.agent_id == offer.agent_id
                and p.presence == "available"
                and p.from_at <= at
                and (p.to_at is None or p.to_at >= at)
                for p in s.presences
            )  # I4
            ticket = before.tickets.get(offer.ticket_id)
            assert ticket is None or ticket.state in _LIVE  # I9
            has_risen = any(
                leg.ticket_id == offer.ticket_id and leg.ended_by == "escalated" and leg.to_at <= at
                for leg in s.legs
                if leg.id not in {old.id for old in before.legs if old.to_at is not None}
            )
            until_at = before.exclusions.get((offer.ticket_id, offer.agent_id))
            assert until_at is None or until_at <= at or has_risen  # I10

    def _what_never_changes(self, before: State, s: State) -> None:
        """I7: the age. I9: what is over."""
        for ticket_id, was in before.tickets.items():
            now = s.tickets[ticket_id]
            assert now.enqueued_at == was.enqueued_at
            if was.state not in _LIVE:
                assert (now.state, now.abandoned_at) == (was.state, was.abandoned_at)
