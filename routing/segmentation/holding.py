"""Asks a condition: whether it holds, why, and until when that is certain.

What is not known meets nothing and fails nothing: an answer is yes, no, or None. ``not`` of None
is None; ``all`` is no where one part is, and else None where one is None; ``any`` is yes where one
part is, and else None where one is None (Kleene's logic). Only who is answered with yes belongs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from routing.segmentation.tree import All, AnyOf, Condition, Leaf, Not

#: More reasons than this nobody reads.
MAX_REASONS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one thing: None where nothing is.

    Where time alone may make it another one, ``changes_at`` is the next such instant.
    """

    value: Any
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A part that decided, by its place and attribute, and what was found.

    ``found`` is None for what is not repeated: words that somebody wrote.
    """

    place: str
    name: str
    found: float | str | bool | list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether the condition holds, which parts decided, and when the answer may change next.

    ``changes_at`` is None where it cannot, as long as nothing but time goes on.
    """

    holds: bool | None
    because: tuple[Reason, ...]
    changes_at: datetime | None


_NOTHING: Final = Known(value=None)


def answer(condition: Condition, facts: Mapping[str, Known], now: datetime) -> Answer:
    """Ask a condition of what is known."""
    holds = _holds(condition, facts, now)
    because = tuple(_reasons(condition, facts, now)) if holds else ()
    instants = [at for leaf in leaves(condition) for at in _instants(leaf, facts, now)]
    return Answer(
        holds=holds, because=because[:MAX_REASONS], changes_at=min(instants, default=None)
    )


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf of a condition."""
    match condition:
        case Leaf():
            yield condition
        case Not(part=part):
            yield from leaves(part)
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from leaves(part)


def _holds(condition: Condition, facts: Mapping[str, Known], now: datetime) -> bool | None:
    match condition:
        case Leaf():
            return condition.is_met(facts.get(condition.fact, _NOTHING).value, now)
        case Not(part=part):
            inner = _holds(part, facts, now)
            return None if inner is None else not inner
        case All(parts=parts):
            found = {_holds(part, facts, now) for part in parts}
            return False if False in found else None if None in found else True
        case AnyOf(parts=parts):
            found = {_holds(part, facts, now) for part in parts}
            return True if True in found else None if None in found else False


def _reasons(condition: Condition, facts: Mapping[str, Known], now: datetime) -> Iterator[Reason]:
    """The leaves that decided what the condition is."""
    match condition:
        case Leaf():
            value = facts.get(condition.fact, _NOTHING).value
            found = None if condition.is_text else _told(value)
            yield Reason(place=condition.place, name=condition.name, found=found)
        case Not(part=part):
            yield from _reasons(part, facts, now)
        case All(parts=parts) | AnyOf(parts=parts):
            outcome = _holds(condition, facts, now)
            for part in parts:
                if _holds(part, facts, now) is outcome:
                    yield from _reasons(part, facts, now)


def _instants(leaf: Leaf, facts: Mapping[str, Known], now: datetime) -> Iterator[datetime]:
    known = facts.get(leaf.fact, _NOTHING)
    for at in (known.changes_at, leaf.changes_at(known.value, now)):
        if at is not None and at > now:
            yield at


def _told(value: Any) -> float | str | bool | list[str] | None:
    if isinstance(value, date):  # an instant is one, too
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    assert value is None or isinstance(value, float | int | str | bool)
    return value
