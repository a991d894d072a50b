"""Moves: between tiers, up and back, and within one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec import structs

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing

_UP: Final = 1
_DOWN: Final = -1


class Moves:
    """What a ticket's way through the tiers cost, and where it was sent back.

    Whatever takes it to a higher tier is an escalation, by whatever name; a tier is entered and
    left upwards once a ticket, however often it comes and goes.
    """

    def __init__(self, make: FactMaker) -> None:
        self._make = make
        self._tiers: set[int | None] = set()
        self._taken: set[tuple[int | None, Id]] = set()
        self._left: set[int | None] = set()
        self._escalated_at: datetime | None = None
        self._is_untouched = False
        #: Referrals so far; one that was sent back knows when.
        self.received: list[Fact] = []

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Tell of the move, if this event is one."""
        if after.episode > before.episode:
            self._escalated_at, self._is_untouched = None, False
        way = _way(entry, before, after)
        if way == _UP:
            yield from self._escalated(entry, before, after)
        elif way == _DOWN:
            yield from self._returned(entry, before, after)
        elif entry.kind == "ticket_transferred":
            outcome = "agent" if after.state == "assigned" else "queue"
            told = {"agent": before.holder, "outcome": outcome}
            yield self._make.at("transferred", before, entry.at, **told)
        yield from self._entered(entry, after)
        yield from self._touched(entry, after)

    def _entered(self, entry: Entry, after: Standing) -> Iterator[Fact]:
        tier = after.labels.tier
        if tier is not None and after.is_unsolved and tier not in self._tiers:
            is_first = not self._tiers
            self._tiers.add(tier)
            yield self._make.at("tier_entered", after, entry.at, is_first=is_first)

    def _escalated(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        left = _left(entry, before, after)
        tier = left.labels.tier
        if tier is not None and tier not in self._tiers:  # nobody told when it came there
            entered_at, is_first = before.episode_at or entry.at, not self._tiers
            self._tiers.add(tier)
            yield self._make.at("tier_entered", left, entered_at, is_first=is_first)
        reason = entry.get("reason") or "unknown"
        told = {"agent": before.holder, "to_tier": after.labels.tier}
        from_at, is_first = before.tier_at or entry.at, tier not in self._left
        times = {"is_first": is_first, "escalations": len(self.received)}
        yield self._make.span("escalated", left, from_at, entry.at, outcome=reason, **times, **told)
        yield self._make.span("moved", left, from_at, entry.at, outcome="up", **told)
        self._left.add(tier)
        self._escalated_at, self._is_untouched = entry.at, True
        received = self._make.at(
            "received", after, entry.at, agent=before.holder, outcome=reason, is_first=is_first
        )
        self.received.append(received)

    def _returned(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        left = _left(entry, before, after)
        told = {"agent": before.holder, "to_tier": after.labels.tier}
        reason = entry.get("reason") or "unknown"
        from_at = self._escalated_at or before.tier_at or entry.at
        yield self._make.span("bounced", left, from_at, entry.at, outcome=reason, **told)
        entered_at = before.tier_at or entry.at
        yield self._make.span("moved", left, entered_at, entry.at, outcome="down", **told)
        if self._escalated_at is not None:
            came_back_s = (entry.at - self._escalated_at).total_seconds()
            self.received[-1] = structs.replace(self.received[-1], came_back_s=came_back_s)
        self._escalated_at, self._is_untouched = None, False

    def _touched(self, entry: Entry, after: Standing) -> Iterator[Fact]:
        holder, tier = after.holder, after.labels.tier
        if holder is None or after.state != "assigned":
            return
        if (tier, holder) not in self._taken:
            self._taken.add((tier, holder))
            yield self._make.at("taken", after, entry.at, agent=holder)
        if self._is_untouched and self._escalated_at is not None:
            self._is_untouched = False
            yield self._make.span("hop", after, self._escalated_at, entry.at, agent=holder)


def _way(entry: Entry, before: Standing, after: Standing) -> int:
    """Whether the ticket went up, down, or stays in its tier."""
    if entry.kind == "ticket_escalated":
        return _UP
    if entry.kind == "ticket_returned":
        return _DOWN
    was, is_ = before.labels.tier, after.labels.tier
    if was is None or is_ is None or not before.is_unsolved or not after.is_unsolved:
        return 0
    return (is_ > was) - (is_ < was)


def _left(entry: Entry, before: Standing, after: Standing) -> Standing:
    """Where it came from; its tier is known by the way it went where nobody told it."""
    tier = before.labels.tier
    if tier is None:
        tier = entry.get("from_tier")
    if tier is None and after.labels.tier is not None:
        tier = max(after.labels.tier - (1 if entry.kind == "ticket_escalated" else -1), 1)
    return structs.replace(before, labels=structs.replace(before.labels, tier=tier))
