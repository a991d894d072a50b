"""Promises and what customers say: targets met or broken, and answers to the one question."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from contactcenter.history.entries import Entry
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing

_KEPT: Final = {"sla_met": "met", "sla_breached": "breached"}
_RATED: Final = ("chat_rated", "survey_answered")


class Promises:
    """A promise belongs to its due time and to whoever held the ticket when it was settled."""

    def __init__(self, make: FactMaker) -> None:
        self._make = make

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Tell of a promise that was settled, or of a question that was asked or answered."""
        if entry.kind in _KEPT:
            yield self._promise(entry, before)
        elif entry.kind in _RATED and entry.get("score") is not None:
            agent, score = entry.agent or before.holder, int(entry.get("score"))
            yield self._make.at("rated", after, entry.at, agent=agent, score=score)
        elif entry.kind == "survey_sent":
            yield self._make.at("asked", after, entry.at, agent=entry.agent)

    def _promise(self, entry: Entry, before: Standing) -> Fact:
        due_at = _instant(entry.get("due_at")) or entry.at
        from_at = due_at - timedelta(seconds=float(entry.get("target_s") or 0.0))
        return self._make.span(
            "promise",
            before,
            from_at,
            due_at,
            agent=before.holder,
            outcome=_KEPT[entry.kind],
        )


def _instant(told: object) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else None
