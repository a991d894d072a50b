"""Whether the promises were kept: what the providers witnessed against what is stored.

The provider's ledger was written outside the product, call by call. Everything here is counted
again from the rows; nothing asks the product whether it is right.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from msgspec import Struct

from contactcenter.demo import carrier, chats, letters, telephone
from contactcenter.demo.carrier import Case
from contactcenter.demo.evidence import Event, Leg, Ticket
from routing.states import UNSOLVED

#: A timer may fire this late in normal running.
LATE_S: Final = 5.0
_OVER: Final = frozenset({"solved", "closed"})


class Kept(Struct, frozen=True, kw_only=True):
    """A promise, how many of ``what`` it was asked of, and each of them that breaks it."""

    promise: str
    what: str
    checked: int
    violations: Sequence[str]


Check = Callable[[Case], tuple[int, Iterator[str]]]


def check(case: Case) -> list[Kept]:
    """Ask for every promise."""
    results: list[Kept] = []
    for promise, what, ask in _PROMISES:
        checked, found = ask(case)
        kept = Kept(promise=promise, what=what, checked=checked, violations=list(found))
        results.append(kept)
    return results


def _one_owner(case: Case) -> tuple[int, Iterator[str]]:
    evidence = case.evidence
    live = Counter(o.ticket_id for o in evidence.offers if o.state in ("pending", "accepted"))
    open_legs = Counter(leg.ticket_id for leg in evidence.legs if leg.to_at is None)

    def violations() -> Iterator[str]:
        for ticket in evidence.tickets:
            if live[ticket.id] > 1:
                yield f"Ticket {ticket.id} has {live[ticket.id]} live offers."
            wanted = 0 if ticket.state in {*_OVER, "new"} else 1
            if open_legs[ticket.id] != wanted:
                n = open_legs[ticket.id]
                yield f"Ticket {ticket.id} is {ticket.state} and has {n} open legs."

    return len(evidence.tickets), violations()


def _legs_tile(case: Case) -> tuple[int, Iterator[str]]:
    legs: dict[tuple[int, int], list[Leg]] = defaultdict(list)
    for leg in case.evidence.legs:
        legs[leg.ticket_id, leg.episode].append(leg)
    ends: dict[int, list[datetime]] = defaultdict(list)
    for event in case.evidence.events:
        if event.kind == "ticket_solved":
            ends[event.ticket_id].append(event.at)

    def violations() -> Iterator[str]:
        for ticket in case.evidence.tickets:
            if ticket.state == "new":
                continue
            for episode in range(1, ticket.episode + 1):
                stays = legs[ticket.id, episode]
                yield from _tiles(ticket, episode, stays, ends[ticket.id])

    return len(case.evidence.legs), violations()


def _tiles(
    ticket: Ticket, episode: int, stays: Sequence[Leg], ends: Sequence[datetime]
) -> Iterator[str]:
    name = f"Episode {episode} of ticket {ticket.id}"
    if not stays:
        yield f"{name} has no legs."
        return
    if episode == 1 and stays[0].from_at != ticket.opened_at:
        yield f"{name} begins at {stays[0].from_at}, the ticket at {ticket.opened_at}."
    if episode == ticket.episode and stays[0].from_at != ticket.enqueued_at:
        yield f"{name} begins at {stays[0].from_at}, its wait at {ticket.enqueued_at}."
    for before, after in pairwise(stays):
        if before.to_at is None or before.to_at != after.from_at:
            word = "overlap" if before.to_at is None or before.to_at > after.from_at else "gap"
            yield f"{name} has a {word} between {before.to_at} and {after.from_at}."
    is_over = episode < ticket.episode or ticket.state in _OVER
    end = ends[episode - 1] if is_over and len(ends) >= episode else None
    if stays[-1].to_at != end:
        yield f"{name} ends at {end}, its last leg at {stays[-1].to_at}."


def _within_capacity(case: Case) -> tuple[int, Iterator[str]]:
    changes: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for offer in case.evidence.offers:
        changes[offer.agent_id].append((offer.offered_at, offer.weight))
        if offer.ended_at is not None:
            changes[offer.agent_id].append((offer.ended_at, -offer.weight))

    def violations() -> Iterator[str]:
        for agent in case.evidence.agents:
            load = most = 0
            for _, change in sorted(changes[agent.id]):
                load += change
                most = max(most, load)
            if most > agent.capacity:
                yield f"{agent.name} held {most} units at once and may hold {agent.capacity}."
            if load != agent.load:
                yield f"{agent.name} holds {load} units; written down are {agent.load}."

    return len(case.evidence.agents), violations()


def _nobody_neglected(case: Case) -> tuple[int, Iterator[str]]:
    return case.watch.looks, (
        f"Ticket {neglect.ticket_id} waited although {neglect.agent} was there and had room."
        for neglect in sorted(case.watch.neglects, key=lambda n: (n.ticket_id, n.agent))
    )


def _accountable(case: Case) -> tuple[int, Iterator[str]]:
    return case.watch.looks, (
        f"For a while nobody was accountable for ticket {ticket_id}."
        for ticket_id in sorted(case.watch.unaccountable)
    )


def _tags_heard(case: Case) -> tuple[int, Iterator[str]]:
    def violations() -> Iterator[str]:
        for machine in case.evidence.machines:
            if machine.owner_id not in machine.attached_for:
                yield f"The owner of {machine.service_tag} named it, and it is on no ticket of his."
            if set(machine.attached_for) - {machine.owner_id}:
                yield f"{machine.service_tag} is on the ticket of somebody who does not own it."

    return len(case.evidence.machines), violations()


def _timers(case: Case) -> tuple[int, Iterator[str]]:
    timers = case.evidence.timers
    times = Counter((timer.kind, timer.key) for timer in timers)
    ringing = {o.ticket_id for o in case.evidence.offers if o.state == "pending"}
    expiring = {t.ticket_id for t in timers if t.kind == "offer_expiry"}

    def violations() -> Iterator[str]:
        for (kind, key), n in times.items():
            if n > 1:
                yield f"There are {n} timers {kind} of {key}."
        for timer in timers:
            if timer.late_s > LATE_S:
                yield f"The timer {timer.kind} of {timer.key} is {timer.late_s:.1f} s late."
        for ticket_id in sorted(ringing - expiring):
            yield f"The offer of ticket {ticket_id} rings for ever: no timer ends it."

    return len(timers), violations()


def _versions_rise(case: Case) -> tuple[int, Iterator[str]]:
    events: dict[int, list[Event]] = defaultdict(list)
    for event in case.evidence.events:
        if event.version is not None:
            events[event.ticket_id].append(event)

    def violations() -> Iterator[str]:
        for ticket_id, told in events.items():
            for before, after in pairwise(told):
                if not _follows(before, after):
                    yield (
                        f"Of ticket {ticket_id}, {after.kind} carries version {after.version} "
                        f"after {before.kind} with {before.version}."
                    )

    return sum(len(told) for told in events.values()), violations()


def _told_once(case: Case) -> tuple[int, Iterator[str]]:
    order = sorted(case.evidence.events, key=lambda event: (int(event.xid), event.id))
    kinds = {event.id: f"{event.kind} of ticket {event.ticket_id}" for event in order}
    times = Counter(case.told)

    def violations() -> Iterator[str]:
        for event_id, kind in kinds.items():
            if times[event_id] != 1:
                yield f"The feed told {kind} {times[event_id]} times."
        for event_id in times.keys() - kinds.keys():
            yield f"The feed told of an event {event_id} that is not stored."
        if not times.keys() ^ kinds.keys() and list(kinds) != list(dict.fromkeys(case.told)):
            yield "The feed told what happened in another order than it is stored in."

    return len(kinds), violations()


def _follows(before: Event, after: Event) -> bool:
    """Two facts of one change may carry one version; the next change carries a higher one."""
    assert before.version is not None
    assert after.version is not None
    if before.xid == after.xid:
        return after.version >= before.version
    return after.version > before.version


_PROMISES: Final[Sequence[tuple[str, str, Check]]] = (
    (
        "Every acknowledged message is stored once, word for word",
        "messages",
        carrier.stored_once,
    ),
    ("Every reply was handed to the provider once", "replies", carrier.sent_once),
    ("Every mail that was taken is stored once, by its new words", "mails", letters.stored_once),
    ("Every answer by mail reached its customer once", "answers", letters.sent_once),
    ("What a customer answers by mail is on its ticket", "correspondents", letters.one_ticket_each),
    ("Every chat message that was acknowledged is stored once", "messages", chats.stored_once),
    ("Every visitor was shown each line once, over a cut connection", "lines", chats.shown_once),
    (
        "Every call has the provider's seconds of waiting, talk and hold",
        "calls",
        telephone.exact_seconds,
    ),
    ("Every call is on its customer's timeline once", "calls", telephone.on_one_timeline),
    ("Nobody is held by a call that is over", "calls", telephone.nobody_left),
    ("The provider had nothing to complain of in any call", "calls", telephone.understood),
    ("No ticket has two owners: one live offer, one open leg", "tickets", _one_owner),
    ("The legs of a ticket tile its time without gap or overlap", "legs", _legs_tile),
    ("No agent ever held more than his capacity", "agents", _within_capacity),
    ("No ticket waited beside a free agent who may take it", "looks", _nobody_neglected),
    ("Somebody was accountable for every unsolved ticket", "looks", _accountable),
    ("A service tag led to its owner's machine, and to nobody else's", "machines", _tags_heard),
    ("Every timer is unique and none is overdue", "timers", _timers),
    ("The version of a ticket rises with every change", "events", _versions_rise),
    ("The feed told each fact once, in order, over lost connections", "events", _told_once),
)


def not_finished(deadline_s: float, tickets: Iterable[Ticket]) -> Kept:
    """The demo itself did not come to its end; what of it is left."""
    left = [f"ticket {one.id} is {one.state}" for one in tickets if one.state in UNSOLVED]
    violation = f"There was still something to do after {deadline_s:.0f} s: "
    violation += f"{', '.join(left) or 'customers had not said all'}."
    promise = "Everybody was answered in the end"
    return Kept(promise=promise, what="demo", checked=1, violations=[violation])
