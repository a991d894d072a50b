"""Promises: targets that were met or broken, each told of its due time and of who held it then."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from contactcenter.history.entries import Entry
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing

_ENDINGS: Final = ("sla_met", "sla_breached")


class _Settled(Struct, frozen=True, kw_only=True):
    entry: Entry
    before: Standing
    due_at: datetime


class Promises:
    """A broken promise belongs to whoever held the ticket when it was due, and else to its queue.

    One that was met belongs to who held it last before it was. Both belong to the due time.
    """

    def __init__(self, make: FactMaker) -> None:
        self._make = make
        self._history: list[tuple[datetime, Standing]] = []
        self._settled: dict[object, _Settled] = {}

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Remember how the ticket stands, and a promise that is settled."""
        self._history.append((entry.at, after))
        if entry.kind in _ENDINGS:
            due_at = _instant(entry.get("due_at")) or entry.at
            settled = _Settled(entry=entry, before=before, due_at=due_at)
            clock = entry.get("clock_id") or (entry.get("metric"), due_at)
            known = self._settled.get(clock)
            if known is None or known.entry.kind == "sla_met":  # what is broken stays broken
                self._settled[clock] = settled
        yield from ()

    def facts(self) -> Iterator[Fact]:
        """What became of every promise."""
        for settled in self._settled.values():
            yield self._fact(settled)

    def _fact(self, settled: _Settled) -> Fact:
        entry, due_at = settled.entry, settled.due_at
        from_at = due_at - timedelta(seconds=_seconds(entry.get("target_s")))
        told = {"promise": entry.get("metric")}
        if entry.kind == "sla_met":
            agent = settled.before.last_holder
            return self._make.span(
                "promise", settled.before, from_at, due_at, agent=agent, outcome="met", **told
            )
        held = self._at(due_at) or settled.before
        return self._make.span(
            "promise", held, from_at, due_at, agent=held.holder, outcome="breached", **told
        )

    def _at(self, at: datetime) -> Standing | None:
        """How the ticket stood just before an instant."""
        place = bisect_left(self._history, at, key=lambda told: told[0])
        return self._history[place - 1][1] if place else None


def _instant(told: object) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else None


def _seconds(told: object) -> float:
    return float(told) if isinstance(told, int | float) else 0.0
