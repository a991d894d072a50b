"""What a rule may make of temperament: send somebody to specialists, and nothing else.

Temperament is a note on tone. It may choose a queue of people who do well with somebody; it earns
no credit, is promised nothing, and never leads to a lower place than the one without it. So a rule
names the temperaments it is for, never "all but these" and never `unknown`: then whoever is not
named is treated as if nobody's temperament were known.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from routing.entry import Problem, values_of

#: The names by which a condition may ask for it.
NAMES: Final = frozenset({"temperament", "segment.temperament"})
_UNKNOWN: Final = "unknown"
#: A problem has one value of each of these, so that two values exclude one another.
_SINGLE: Final = NAMES | {"channel", "entry_point_id", "entry_point", "language"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A queue as somebody who waits there has it.

    `is_served_at_once`: somebody serves it without a delay and without putting others first.
    `calendar` tells its hours, None is always open.
    """

    tier: int
    is_served_at_once: bool
    calendar: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the entry table: who is meant, and the name of the queue."""

    condition: Mapping[str, Any]
    queue: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Line `n` of the table makes of temperament what it may not; `text` begins a sentence."""

    n: int
    name: str
    text: str


def blind(problem: Problem) -> Problem:
    """The problem for whoever may not know how the customer wants to be treated."""
    others = {kind: words for kind, words in problem.segments.items() if kind != "temperament"}
    return replace(problem, temperament=_UNKNOWN, segments=MappingProxyType(others))


def asked(condition: Mapping[str, Any]) -> list[str]:
    """The names by which a condition asks for temperament."""
    return [name for name in condition if name in NAMES]


def refusal(wanted: Any) -> str | None:
    """Why temperament may not be asked for like this; None where it may."""
    if isinstance(wanted, Mapping) or _UNKNOWN in values_of(wanted):
        return "name the temperaments it is for: whoever is not named is treated as without it"
    return None


def faults(
    lines: Sequence[Line],
    lanes: Mapping[object, Lane],
    defaults: Mapping[object, object],
) -> Iterable[Fault]:
    """What a table of entry makes of temperament that it may not.

    `defaults` are the queues of our addresses, by what a condition calls the address; they count
    where no later line fits everything.
    """
    for n, line in enumerate(lines):
        for name in asked(line.condition):
            text = refusal(line.condition[name]) or _lower(n, line, lines, lanes, defaults)
            if text is not None:
                yield Fault(n=n, name=name, text=text)


def _lower(
    n: int,
    line: Line,
    lines: Sequence[Line],
    lanes: Mapping[object, Lane],
    defaults: Mapping[object, object],
) -> str | None:
    """Why this line would lead to a lower place than the lines behind it."""
    lane = lanes.get(line.queue)
    if lane is None:
        return None  # that there is no such queue is told elsewhere
    for other in _elsewhere(n, line, lines, defaults):
        otherwise = lanes.get(other)
        if otherwise is None or other == line.queue:
            continue
        if otherwise.is_served_at_once and not lane.is_served_at_once:
            return "nobody serves that queue at once: it would be a lower place in line"
        if otherwise.tier > lane.tier:
            return f"otherwise they would come to tier {otherwise.tier}, not to tier {lane.tier}"
        if lane.calendar not in {None, otherwise.calendar}:
            return "that queue has other hours than the one they would come to otherwise"
    return None


def _elsewhere(
    n: int, line: Line, lines: Sequence[Line], defaults: Mapping[object, object]
) -> Iterable[object]:
    """The queues to which such problems would come without this line."""
    for later in lines[n + 1 :]:
        if _may_both_hold(line.condition, later.condition):
            yield later.queue
        if not later.condition:
            return
    wanted = line.condition.get("entry_point_id", line.condition.get("entry_point"))
    named = None if wanted is None or isinstance(wanted, Mapping) else set(values_of(wanted))
    for address, queue in defaults.items():
        if named is None or address in named:
            yield queue


def _may_both_hold(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    for name in _SINGLE & one.keys() & other.keys():
        a, b = one[name], other[name]
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            continue
        if _excludes(a, b):
            return False
    return True


def _excludes(a: Any, b: Any) -> bool:
    """Whether no value is wanted by both; one of them may be a `not`."""
    wanted: Collection[Any] = set(values_of(a))
    others: Collection[Any] = set(values_of(b))
    if isinstance(a, Mapping):
        return set(others) <= set(wanted)
    if isinstance(b, Mapping):
        return set(wanted) <= set(others)
    return set(wanted).isdisjoint(others)
