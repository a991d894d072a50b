"""Handling: what of a ticket's time was somebody's work, in writing and on the telephone."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Fact
from contactcenter.history.making import FactMaker
from contactcenter.history.standing import Standing
from contactcenter.history.stays import Lasted, Stays, plus

_PHONE: Final = "phone"
_NO_TIME: Final[Lasted] = (0.0, 0.0)
_PARTS: Final = ("talk_s", "hold_s", "wrap_s")
_CALLS: Final = ("call_connected", "call_ended", "call_corrected")


class _Stretch(Struct, frozen=True, kw_only=True):
    """A time in one hand, as it was when he let go, and what of it was our turn."""

    standing: Standing
    agent: Id
    from_at: datetime
    at: datetime
    worked: Lasted


class _Call(Struct, kw_only=True):
    """A call: who talks with the customer and since when; what was told of it, once it is over."""

    connected_at: datetime | None = None
    ended_at: datetime | None = None
    standing: Standing
    agent: Id | None = None
    figures: Mapping[Id, float] = {}


class Handling:
    """A stretch in one hand is handled where it ends, a call where the customer hangs up.

    Of a stretch counts what was our turn: not pending, not on hold. Of a call talk, hold and
    wrap-up of each agent, as the call's own account has it; on a ticket of the telephone it stands
    for the stretch in which it was. A call of which no figures are told is the stretch it was in,
    and from its beginning to its end where nobody held the ticket.
    """

    def __init__(self, make: FactMaker, stays: Stays) -> None:
        self._make = make
        self._stays = stays
        self._since: datetime | None = None
        self._worked = _NO_TIME
        self._stretches: list[_Stretch] = []
        self._calls: dict[Any, _Call] = {}
        self._agents: dict[str, Id] = {}

    def told(self, entry: Entry, before: Standing, after: Standing) -> Iterator[Fact]:
        """Remember what was worked; what it amounts to is told at the end."""
        if entry.agent is not None:
            self._agents[str(entry.agent)] = entry.agent
        stay = self._stays.ended
        if stay is not None and before.holder is not None:
            self._since = self._since or stay.from_at
            if stay.outcome == "held":
                lasted = (stay.calendar_s or 0.0, stay.business_s or 0.0)
                self._worked = plus(self._worked, lasted)
        self._let_go(entry, before, after)
        if entry.kind in _CALLS:
            self._call(entry, before)
        yield from ()

    def facts(self) -> Iterator[Fact]:
        """What everybody handled so far."""
        for stretch in self._stretches:
            worked = self._in_writing(stretch)
            if worked is not None:
                told = {"agent": stretch.agent, "outcome": "written"}
                yield self._make.sum(
                    "handled", stretch.standing, stretch.from_at, stretch.at, worked, **told
                )
        for call in self._calls.values():
            yield from self._talked(call)

    def _let_go(self, entry: Entry, before: Standing, after: Standing) -> None:
        is_kept = after.holder == before.holder and after.labels.queue == before.labels.queue
        if self._since is None or before.holder is None or is_kept:
            return
        stretch = _Stretch(
            standing=before,
            agent=before.holder,
            from_at=self._since,
            at=entry.at,
            worked=self._worked,
        )
        self._stretches.append(stretch)
        self._since, self._worked = None, _NO_TIME

    def _call(self, entry: Entry, before: Standing) -> None:
        call = self._calls.setdefault(entry.get("call_id"), _Call(standing=before))
        if entry.kind == "call_connected":
            call.connected_at = call.connected_at or entry.at
            call.agent = entry.speaker(before.holder)
            return
        if call.ended_at is None:
            call.ended_at, call.standing = entry.at, before
        agent = entry.agent if entry.agent is not None else call.agent or before.last_holder
        call.figures = self._figures(entry, agent) or call.figures

    def _figures(self, entry: Entry, agent: Id | None) -> dict[Id, float]:
        told = entry.get("agents")
        if isinstance(told, Mapping):
            return {self._named(name): _handle_s(parts) for name, parts in told.items()}
        if agent is not None and any(entry.get(part) is not None for part in _PARTS):
            return {agent: _handle_s(entry.data)}
        return {}

    def _named(self, told: str) -> Id:
        """An agent by the text that a key of JSON is."""
        return self._agents.get(told, int(told) if told.isdecimal() else told)

    def _in_writing(self, stretch: _Stretch) -> Lasted | None:
        """What of a stretch is no call's; None where all of it is."""
        calls = [call for call in self._calls.values() if _is_in(call, stretch)]
        told_s = sum(call.figures[stretch.agent] for call in calls)
        if not calls:
            return stretch.worked
        if stretch.standing.labels.channel == _PHONE:
            return None
        return max(stretch.worked[0] - told_s, 0.0), max(stretch.worked[1] - told_s, 0.0)

    def _talked(self, call: _Call) -> Iterator[Fact]:
        if call.ended_at is None:
            return
        figures = call.figures
        if not figures:
            if call.connected_at is None or call.agent is None or self._is_held(call):
                return
            figures = {call.agent: (call.ended_at - call.connected_at).total_seconds()}
        for agent, handle_s in sorted(figures.items(), key=lambda told: str(told[0])):
            from_at = call.ended_at - timedelta(seconds=handle_s)
            lasted = self._make.both(call.standing.labels.queue, from_at, call.ended_at)
            told = {"agent": agent, "outcome": "talked"}
            yield self._make.sum("handled", call.standing, from_at, call.ended_at, lasted, **told)

    def _is_held(self, call: _Call) -> bool:
        """Whether the stretch that a call was in is told, or will be."""
        at = call.connected_at
        is_past = any(at is not None and s.from_at <= at < s.at for s in self._stretches)
        return is_past or call.standing.holder is not None


def _is_in(call: _Call, stretch: _Stretch) -> bool:
    if stretch.agent not in call.figures or call.ended_at is None:
        return False
    begins_at = call.connected_at or call.ended_at
    return begins_at <= stretch.at and call.ended_at >= stretch.from_at


def _handle_s(parts: Any) -> float:
    """Talk, hold and wrap-up together, as far as they are told."""
    if not isinstance(parts, Mapping):
        return 0.0
    told = [parts.get(name) for name in _PARTS]
    return sum(float(s) for s in told if isinstance(s, int | float))
