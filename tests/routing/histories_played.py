"""Plays the histories of ``histories.py`` on the router in memory, one instant at a time."""

from collections.abc import Callable
from typing import Any

from routing.engine.playing import AdvanceStep, ArrivalStep, PresenceStep, Step, TicketStep, take
from routing.engine.records import Course, Membership, NewAgent, NewTicket, Overflow, Rules
from routing.engine.router import Router

Watch = Callable[[Router], None]
#: Long enough for everything that still waits for time.
THE_END = 1_000


def rules(config: dict[str, Any]) -> Rules:
    return Rules(
        offer_timeout_us=config["offer_timeout"],
        exclude_for_us=config["exclude_for"],
        max_misses=config["max_misses"],
        auto_accept=config["auto_accept"],
        wrap_up_us=config["wrap_up"],
    )


def agent(entry: dict[str, Any]) -> NewAgent:
    memberships = tuple(
        Membership(
            queue=m["queue"],
            level=m.get("level", 1),
            delay_us=m.get("delay", 0),
            handicap_us=m.get("handicap", 0),
            band=m.get("band", 0),
        )
        for m in entry["members"]
    )
    return NewAgent(agent_id=entry["id"], capacity=entry["capacity"], memberships=memberships)


def ticket(event: dict[str, Any]) -> NewTicket:
    course = None
    if "service" in event:
        course = Course(
            service_us=tuple(event["service"]),
            escalate=tuple(event["escalate"]),
            escalation_credit_us=event["escalation_credit"],
        )
    return NewTicket(
        ticket_id=event["id"],
        queue=event["queue"],
        credit_us=event.get("credit", 0),
        weight=event.get("weight", 1),
        sticky_agent=event.get("sticky_agent"),
        sticky_for_us=event.get("sticky_for", 0),
        overflow=tuple(Overflow(after_us=t, queue=q) for t, q in event.get("overflow", ())),
        patience_us=event.get("patience"),
        course=course,
    )


def step(event: dict[str, Any]) -> Step:
    at_us = event["at"]
    match event["do"]:
        case "ticket":
            return ArrivalStep(at_us=at_us, ticket=ticket(event))
        case "presence":
            return PresenceStep(at_us=at_us, agent_id=event["agent"], to=event["to"])
        case "advance":
            return AdvanceStep(at_us=at_us)
        case what:
            return TicketStep(
                at_us=at_us,
                what=what,
                ticket_id=event["ticket"],
                queue=event.get("queue", ""),
                credit_us=event.get("credit", 0),
            )


def centre(history: dict[str, Any], *, explains: bool = False) -> Router:
    agents = [agent(entry) for entry in history["agents"]]
    return Router(rules(history["config"]), agents, explains=explains)


def play(history: dict[str, Any], watch: Watch | None = None, *, explains: bool = False) -> Router:
    """Play all of it; ``watch`` looks after every event, and after every instant between them."""
    router = centre(history, explains=explains)
    last = history["events"][-1]["at"] if history["events"] else 0
    for event in [*history["events"], {"at": last + THE_END, "do": "advance"}]:
        while watch and (due := router.next_due_us()) is not None and due <= event["at"]:
            router.advance(due)
            if router.next_due_us() != due:
                watch(router)
        take(router, step(event))
        if watch:
            watch(router)
    return router


def outcome(router: Router) -> tuple[Any, ...]:
    return (
        router.offers,
        {t.ticket_id: t.legs for t in router.tickets.values()},
        {t.ticket_id: (t.state, t.agent_id) for t in router.tickets.values()},
        {a.agent_id: a.presence for a in router.agents.values()},
    )
