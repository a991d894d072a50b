"""Moves: between tiers, up and back, and within one."""

from collections.abc import Iterator
from datetime import datetime

from contactcenter.history.entries import Entry
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing


class Moves:
    """What a ticket's way through the tiers cost, and where it was sent back."""

    def __init__(self, make: FactMaker) -> None:
        self._make = make
        self._tiers: set[int] = set()
        self._left: set[int] = set()
        self._escalated_at: datetime | None = None
        self._is_untouched = False

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Tell of the move, if this event is one."""
        if entry.kind in ("ticket_opened", "ticket_reopened"):
            self._tiers, self._left, self._escalated_at = set(), set(), None
            self._is_untouched = False
        tier = after.labels.tier
        if tier is not None and after.is_unsolved and tier not in self._tiers:
            self._tiers.add(tier)
            yield self._make.at("tier_entered", after, entry.at)
        if entry.kind == "ticket_escalated":
            yield from self._escalated(entry, before)
            outcome = entry.get("reason") or "unknown"
            yield self._make.at("received", after, entry.at, outcome=outcome)
        elif entry.kind == "ticket_returned":
            yield from self._returned(entry, before)
        elif entry.kind == "ticket_transferred":
            outcome = "agent" if after.state == "assigned" else "queue"
            yield self._make.at(
                "transferred", before, entry.at, agent=before.holder, outcome=outcome
            )
        yield from self._touched(entry, after)

    def _escalated(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        tier = before.labels.tier or 0
        yield self._make.span(
            "escalated",
            before,
            before.tier_at or entry.at,
            entry.at,
            agent=before.holder,
            outcome=entry.get("reason") or "unknown",
            is_first=tier not in self._left,
        )
        self._left.add(tier)
        self._escalated_at, self._is_untouched = entry.at, True

    def _returned(self, entry: Entry, before: Standing) -> Iterator[Fact]:
        from_at = self._escalated_at or before.tier_at or entry.at
        outcome = entry.get("reason") or "unknown"
        yield self._make.span(
            "bounced", before, from_at, entry.at, agent=before.holder, outcome=outcome
        )
        self._escalated_at, self._is_untouched = None, False

    def _touched(self, entry: Entry, after: Standing) -> Iterator[Fact]:
        if self._is_untouched and after.state == "assigned" and self._escalated_at is not None:
            self._is_untouched = False
            yield self._make.span("hop", after, self._escalated_at, entry.at, agent=after.holder)
