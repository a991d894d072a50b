"""How the tickets of a recorded day would have moved under another configuration."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter.configuration_document.document import Document
from contactcenter.whatif.changing import Changes
from contactcenter.whatif.comparing import Validation
from contactcenter.whatif.database import Played, Replay
from contactcenter.whatif.database_notes import notes
from contactcenter.whatif.figures import Within
from contactcenter.whatif.recorded import Recorded
from contactcenter.whatif.recorded_day import name_of
from contactcenter.whatif.stays import Stay
from contactcenter.whatif.wording import Notes
from routing.instants import SECOND_US, from_us

#: Waits that differ by less are alike.
_ALIKE_S: Final = 1.0


class Way(Struct, frozen=True, kw_only=True):
    """How a ticket went: its queue, its credit, at whom it rang first and how long it waited.

    Null where it never rang, or was not answered.
    """

    queue: str
    credit_s: int
    agent: str | None
    offered_at: datetime | None
    wait_s: float | None


class Ticket(Struct, frozen=True, kw_only=True):
    """One ticket: as it was recorded, as it is played by both configurations, and what differs."""

    ticket_id: int
    episode: int
    came_at: datetime
    recorded: Way
    as_configured: Way
    changed: Way
    differs: Sequence[str]


class Flow(Struct, frozen=True, kw_only=True):
    """So many tickets that came into one queue would come into the other.

    The waits are means until the first answer, of those that are answered both times.
    """

    from_queue: str
    to_queue: str
    tickets: int
    answered: int
    wait_s: float | None
    changed_wait_s: float | None


class DryRun(Struct, frozen=True, kw_only=True):
    """All of it: ``moved`` tickets would come into another queue; ``others`` only differ elsewhere.

    ``listed`` are these, by time, as many as were asked for.
    """

    tickets: int
    moved: int
    others: int
    earlier: int
    later: int
    flows: Sequence[Flow]
    listed: Sequence[Ticket]
    validation: Validation
    notes: Notes


def dry_run(
    recorded: Recorded, document: Document, *, seed: int, within: Within, at_most: int | None
) -> DryRun:
    """Play the day by both configurations; of what differs at most so many are listed."""
    replay = Replay(recorded, seed=seed, within=within)
    same, changed = replay.as_configured(), replay.changed(document, Changes())
    all_tickets = _Tickets(replay, same, changed).read()
    different = [ticket for ticket in all_tickets if ticket.differs]
    moved = sum("queue" in ticket.differs for ticket in different)
    steps = [_later_s(ticket) for ticket in all_tickets]
    return DryRun(
        tickets=len(all_tickets),
        moved=moved,
        others=len(different) - moved,
        earlier=sum(step is not None and step <= -_ALIKE_S for step in steps),
        later=sum(step is not None and step >= _ALIKE_S for step in steps),
        flows=_flows(all_tickets),
        listed=different[:at_most],
        validation=replay.validation(same),
        notes=notes(recorded, replay.stays, seed),
    )


class _Tickets:
    """Sets the ways of each ticket side by side."""

    def __init__(self, replay: Replay, same: Played, changed: Played) -> None:
        self._replay = replay
        self._same, self._changed = same, changed
        recorded = replay.recorded
        self._agents = {name_of(agent.id): agent.email for agent in recorded.agents}
        self._first = {offer.ticket_id: offer for offer in recorded.offers}
        self._answered = replay.first_answers()

    def read(self) -> list[Ticket]:
        """Every ticket that came to wait, in order of time."""
        before = {arrival.ticket_id: arrival for arrival in self._same.arrivals}
        after = {arrival.ticket_id: arrival for arrival in self._changed.arrivals}
        found = []
        for stay in self._replay.stays:
            if stay.held_by is not None:
                continue
            number = stay.number
            was = self._was(stay, before[number].credit_us // SECOND_US)
            as_configured = self._played(self._same, stay, before[number].queue, was.credit_s)
            changed = self._played(
                self._changed, stay, after[number].queue, after[number].credit_us // SECOND_US
            )
            found.append(
                Ticket(
                    ticket_id=stay.ticket_id,
                    episode=stay.episode,
                    came_at=stay.since,
                    recorded=was,
                    as_configured=as_configured,
                    changed=changed,
                    differs=_differs(as_configured, changed),
                )
            )
        return found

    def _was(self, stay: Stay, credit_s: int) -> Way:
        first = self._first.get(stay.ticket_id)
        answered = self._answered.get(stay.number)
        return Way(
            queue=self._replay.recorded.queues[stay.legs[0].queue_id],
            credit_s=credit_s,
            agent=None if first is None else self._agents[name_of(first.agent_id)],
            offered_at=None if first is None else first.offered_at,
            wait_s=None if answered is None else answered.wait_s,
        )

    def _played(self, played: Played, stay: Stay, queue: str, credit_s: int) -> Way:
        offer, answer = played.offers.get(stay.number), played.answers.get(stay.number)
        return Way(
            queue=queue,
            credit_s=credit_s,
            agent=None if offer is None else self._agents[offer.agent_id],
            offered_at=None if offer is None else from_us(offer.at_us),
            wait_s=None
            if answer is None
            else round((from_us(answer.at_us) - stay.since).total_seconds(), 3),
        )


def _differs(before: Way, after: Way) -> list[str]:
    found = [name for name in ("queue", "credit_s", "agent") if _other(name, before, after)]
    if (before.wait_s is None) != (after.wait_s is None):
        found.append("answered")
    elif before.wait_s is not None and after.wait_s is not None:
        found += ["wait_s"] if abs(after.wait_s - before.wait_s) >= _ALIKE_S else []
    return found


def _other(name: str, before: Way, after: Way) -> bool:
    return bool(getattr(before, name) != getattr(after, name))


def _later_s(ticket: Ticket) -> float | None:
    before, after = ticket.as_configured.wait_s, ticket.changed.wait_s
    return None if before is None or after is None else after - before


def _flows(found: Sequence[Ticket]) -> list[Flow]:
    by_queues: Mapping[tuple[str, str], list[Ticket]] = defaultdict(list)
    for ticket in found:
        by_queues[ticket.recorded.queue, ticket.changed.queue].append(ticket)
    return [_flow(*queues, several) for queues, several in sorted(by_queues.items())]


def _flow(from_queue: str, to_queue: str, found: Sequence[Ticket]) -> Flow:
    both = [
        (ticket.as_configured.wait_s, ticket.changed.wait_s)
        for ticket in found
        if ticket.as_configured.wait_s is not None and ticket.changed.wait_s is not None
    ]
    count = len(both)
    return Flow(
        from_queue=from_queue,
        to_queue=to_queue,
        tickets=len(found),
        answered=count,
        wait_s=round(sum(before for before, _ in both) / count, 3) if both else None,
        changed_wait_s=round(sum(after for _, after in both) / count, 3) if both else None,
    )
