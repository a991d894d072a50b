"""The rules once more, as plainly as they can be said: every question is asked of everybody.

It has no index, no line, no heap; it is slow, and it is what the router in memory is compared with.
Instants are whole ticks.
"""

from dataclasses import dataclass, field
from typing import Any

PLACES = {"expiry": 0, "look": 1, "overflow": 2, "wrap": 3, "leg": 4, "patience": 5}


@dataclass
class Agent:
    id: str
    capacity: int
    members: dict[str, dict[str, int]]
    presence: str = "offline"
    load: int = 0
    idle: int = 0
    misses: int = 0
    wraps: int = 0


@dataclass
class Ticket:
    id: int
    queue: str
    at: int
    credit: int = 0
    weight: int = 1
    sticky_agent: str | None = None
    sticky_for: int = 0
    overflow: list[tuple[int, str]] = field(default_factory=list)
    patience: int | None = None
    service: list[int] = field(default_factory=list)
    escalate: list[str] = field(default_factory=list)
    escalation_credit: int = 0
    state: str = "waiting"
    agent: Agent | None = None
    excluded: dict[str, int] = field(default_factory=dict)
    legs: list[tuple[int, str | None]] = field(default_factory=list)


class PlainRouter:
    def __init__(self, config: dict[str, Any], agents: list[Agent]) -> None:
        self.config, self.now = config, 0
        self.agents = {a.id: a for a in agents}
        self.tickets: dict[int, Ticket] = {}
        self.timers: list[tuple[int, int, str, str, Any]] = []
        self.offers: list[tuple[int, int, str]] = []

    # E and the two keys

    def eligible(self, t: Ticket, a: Agent) -> bool:
        m = a.members.get(t.queue)
        keeper = self.agents.get(t.sticky_agent or "")
        kept = (
            keeper is not None
            and self.now < t.at + t.sticky_for
            and keeper.presence in ("available", "wrap_up")
        )
        return (
            t.state == "waiting"
            and m is not None
            and a.presence == "available"
            and a.capacity - a.load >= t.weight
            and self.now >= t.at + m["delay"]
            and self.now >= t.excluded.get(a.id, -1)
            and (not kept or keeper is a)
        )

    def a(self, t: Ticket) -> None:
        found = [a for a in self.agents.values() if self.eligible(t, a)]
        if found:
            self.offer(t, min(found, key=lambda a: self.agent_key(t, a)))

    def agent_key(self, t: Ticket, a: Agent) -> tuple[Any, ...]:
        m = a.members[t.queue]
        return (t.sticky_agent != a.id, m["level"], -m["band"], a.load / a.capacity, a.idle, a.id)

    def b(self, a: Agent) -> None:
        while found := [t for t in self.tickets.values() if self.eligible(t, a)]:
            self.offer(min(found, key=lambda t: self.ticket_key(t, a)), a)

    def ticket_key(self, t: Ticket, a: Agent) -> tuple[Any, ...]:
        score = self.now - t.at + t.credit - a.members[t.queue]["handicap"]
        return (t.sticky_agent != a.id, -score, t.id)

    # Steps

    def offer(self, t: Ticket, a: Agent) -> None:
        self.offers.append((self.now, t.id, a.id))
        t.state, t.agent = "offered", a
        a.load += t.weight
        self.timer(self.now + self.config["offer_timeout"], "expiry", t.id, len(self.offers))
        if self.config["auto_accept"]:
            self.accept(t)

    def accept(self, t: Ticket) -> None:
        assert t.agent is not None
        t.state, t.agent.misses = "assigned", 0
        if len(t.legs) < len(t.service):
            self.timer(self.now + t.service[len(t.legs)], "leg", t.id, len(t.legs) + 1)
        t.legs.append((self.now, t.agent.id))

    def free(self, t: Ticket, *, refused: bool = False) -> Agent:
        a, t.agent = t.agent, None
        assert a is not None
        a.load -= t.weight
        if a.load == 0 and not refused:
            a.idle = self.now
        return a

    def wait(self, t: Ticket) -> None:
        t.state = "waiting"
        for a in self.agents.values():
            if t.queue in a.members:
                self.timer(t.at + a.members[t.queue]["delay"], "look", t.id)

    def refuse(self, t: Ticket) -> Agent:
        a = self.free(t, refused=True)
        t.excluded[a.id] = self.now + self.config["exclude_for"]
        self.timer(t.excluded[a.id], "look", t.id)
        self.wait(t)
        return a

    def end_leg(self, t: Ticket) -> Agent:
        a = self.free(t)
        if self.config["wrap_up"] and a.presence == "available":
            a.presence = "wrap_up"
            a.wraps = a.wraps + 1
            self.timer(self.now + self.config["wrap_up"], "wrap", a.id, a.wraps)
        return a

    def leave_floor(self, a: Agent, to: str, rung: list[Ticket]) -> None:
        a.presence = to
        a.wraps = a.wraps + 1
        for t in rung:
            self.free(t)
            self.wait(t)
        self.a_for(rung)
        self.a_for([t for t in self.tickets.values() if t.sticky_agent == a.id])

    def a_for(self, tickets: list[Ticket]) -> None:
        for t in sorted(tickets, key=lambda t: (t.at - t.credit, t.id)):
            self.a(t)

    def escalate(self, t: Ticket, queue: str, credit: int) -> None:
        a = None
        if t.state == "assigned":
            a = self.end_leg(t)
        elif t.state == "offered":
            a = self.free(t)
        t.sticky_agent, t.overflow, t.queue = None, [], queue
        t.excluded.clear()
        t.credit += credit
        self.wait(t)
        self.a(t)
        if a:
            self.b(a)

    def finish(self, t: Ticket) -> None:
        a = self.end_leg(t)
        t.state = "done"
        self.b(a)

    def leave(self, t: Ticket) -> None:
        if t.state not in ("waiting", "offered"):
            return
        a = self.free(t) if t.state == "offered" else None
        t.state = "left"
        t.legs.append((self.now, None))
        if a:
            self.b(a)

    # Time

    def timer(self, due: int, kind: str, who: Any, what: Any = None) -> None:
        if due > self.now or kind != "look":
            self.timers.append((due, PLACES[kind], str(who), kind, (who, what)))

    def advance(self, to: int) -> None:
        while due := [t for t in self.timers if t[0] <= to]:
            first = min(due, key=lambda t: t[:3])
            self.timers.remove(first)
            self.now = first[0]
            self.fire(first[3], *first[4])
        self.now = to

    def fire(self, kind: str, who: Any, what: Any) -> None:
        if kind == "wrap":
            a = self.agents[who]
            if a.presence == "wrap_up" and a.wraps == what:
                self.available(a)
            return
        t = self.tickets[who]
        if kind == "look":
            self.a(t)
        elif kind == "overflow" and t.overflow:
            queue = t.overflow.pop(0)[1]
            if t.state == "waiting":
                t.queue, t.sticky_agent = queue, None
                self.wait(t)
                self.a(t)
        elif kind == "patience":
            self.leave(t)
        elif kind == "leg" and t.state == "assigned" and len(t.legs) == what:
            if what <= len(t.escalate):
                self.escalate(t, t.escalate[what - 1], t.escalation_credit)
            else:
                self.finish(t)
        elif kind == "expiry" and t.state == "offered" and what == self.last_offer(t):
            self.expire(t)

    def last_offer(self, t: Ticket) -> int:
        return max(n for n, (_, ticket_id, _) in enumerate(self.offers, 1) if ticket_id == t.id)

    def expire(self, t: Ticket) -> None:
        a = self.refuse(t)
        a.misses += 1
        gone = a.misses >= self.config["max_misses"] and a.presence in ("available", "wrap_up")
        if gone:
            a.presence = "away"
        self.a(t)
        if gone:
            self.leave_floor(a, "away", [])
        else:
            self.b(a)

    def available(self, a: Agent) -> None:
        a.presence, a.idle = "available", self.now
        self.b(a)

    # What happens

    def play(self, event: dict[str, Any]) -> None:
        self.advance(event["at"])
        match event:
            case {"do": "presence", "agent": id, "to": to}:
                self.presence(self.agents[id], to)
            case {"do": "ticket", "id": id}:
                if id not in self.tickets:
                    self.arrive({k: v for k, v in event.items() if k != "do"})
            case {"do": do, "ticket": id}:
                self.to_ticket(do, self.tickets[id], event)

    def presence(self, a: Agent, to: str) -> None:
        if a.presence == to:
            return
        if to == "available":
            a.misses = 0 if a.presence in ("offline", "away") else a.misses
            self.available(a)
            return
        rung = [t for t in self.tickets.values() if t.agent is a and t.state == "offered"]
        self.leave_floor(a, to, rung if to == "offline" else [])

    def arrive(self, what: dict[str, Any]) -> None:
        t = self.tickets[what["id"]] = Ticket(**what | {"overflow": list(what.get("overflow", []))})
        if t.sticky_agent:
            self.timer(t.at + t.sticky_for, "look", t.id)
        for after, _ in t.overflow:
            self.timer(t.at + after, "overflow", t.id)
        if t.patience is not None:
            self.timer(t.at + t.patience, "patience", t.id)
        self.wait(t)
        self.a(t)

    def to_ticket(self, do: str, t: Ticket, event: dict[str, Any]) -> None:
        live = t.state in ("waiting", "offered", "assigned")
        if do == "accept" and t.state == "offered":
            self.accept(t)
        elif do == "decline" and t.state == "offered":
            a = self.refuse(t)
            self.a(t)
            self.b(a)
        elif do == "finish" and t.state == "assigned":
            self.finish(t)
        elif do == "leave":
            self.leave(t)
        elif do == "escalate" and live:
            self.escalate(t, event["queue"], event["credit"])
        elif do == "credit" and live:
            t.credit += event["credit"]
