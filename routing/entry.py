"""What is asked of a problem: one language of conditions, for entry rules and everything like them.

A condition maps attributes to what is wanted of them: one value, or a list of which one must be
met, or ``{"not": …}`` for none of them. All attributes must hold; an empty condition always does.
``keyword`` looks for whole words or phrases in the folded text. What is not known of a problem
equals nothing, so that only a ``not`` holds of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from routing.text import fold

#: What a condition may ask for, and what it means.
ATTRIBUTES: Final[Mapping[str, str]] = {
    "channel": "the channel the problem came in by",
    "entry_point_id": "our own address it came to",
    "language": "the language of the words: en, fa or fa-Latn",
    "temperament": "the temperament of the contact",
    "keyword": "words or phrases the customer used, folded",
    "category": "the category of the problem, or one above it, by id",
    "customer_category": "education, government, small_business, large_business or home",
    "contract": "a contract the customer has; he may have several",
    "value_class": "what the customer is worth to us: A, B, C or costly",
    "tier": "the tier the problem is at: 1, 2, …",
    "queue_id": "the queue the problem is in",
}
#: Segments that have an attribute of their own.
NAMED_SEGMENTS: Final = frozenset({"customer_category", "contract", "value_class"})
#: Any other kind of segment is asked for by this and its name.
SEGMENT: Final = "segment."

_NUMBERS: Final = frozenset({"entry_point_id", "category", "tier", "queue_id"})
_SEGMENT: Final = re.compile(r"segment\.([a-z][a-z_]{1,40})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is known of a ticket when a rule asks; ``text`` is all the customer wrote so far.

    ``category`` holds the ids of its category and of all above it; ``segments`` the values that
    count, by kind. A new ticket has no tier and no queue yet.
    """

    channel: str
    entry_point_id: int | None
    language: str | None
    temperament: str
    text: str
    category: frozenset[int] = frozenset()
    tier: int | None = None
    queue_id: int | None = None
    segments: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the entry table."""

    rule_id: int
    condition: Mapping[str, Any]
    queue_id: int


class InvalidCondition(ValueError):
    """A condition that could never be asked; the message begins with the attribute."""


def first_match(rules: Sequence[Rule], problem: Problem) -> Rule | None:
    """The first rule, in the order given, that the problem meets."""
    return next((rule for rule in rules if holds(rule.condition, problem)), None)


def holds(condition: Mapping[str, Any], problem: Problem) -> bool:
    """Whether the problem is what the condition asks for."""
    return all(_is_met(name, wanted, problem) for name, wanted in condition.items())


def check(condition: Mapping[str, Any]) -> None:
    """Refuse a condition with an unknown attribute or an unusable value."""
    for name, wanted in condition.items():
        if name not in ATTRIBUTES and not _SEGMENT.match(name):
            known = ", ".join([*ATTRIBUTES, "segment.<kind>"])
            raise InvalidCondition(f"{name[:60]}: no such attribute; there are {known}")
        _check_wanted(name, wanted)


def values_of(wanted: Any) -> list[Any]:
    """Every value that is named, wanted or not."""
    return _as_list(wanted["not"] if isinstance(wanted, Mapping) else wanted)


def segment_kind(name: str) -> str | None:
    """The kind of segment an attribute asks for, if it asks for one."""
    if name in NAMED_SEGMENTS:
        return name
    return name.removeprefix(SEGMENT) if name.startswith(SEGMENT) else None


def _is_met(name: str, wanted: Any, problem: Problem) -> bool:
    if isinstance(wanted, Mapping):
        return not _is_met(name, wanted["not"], problem)
    if name == "keyword":
        text = _folded(problem.text)
        return any(_words(str(phrase)).search(text) for phrase in _as_list(wanted))
    kind = segment_kind(name)
    if kind is not None:
        return not problem.segments.get(kind, frozenset()).isdisjoint(_as_list(wanted))
    if name == "category":
        return not problem.category.isdisjoint(_as_list(wanted))
    return getattr(problem, name, None) in _as_list(wanted)


def _check_wanted(name: str, wanted: Any) -> None:
    if isinstance(wanted, Mapping):
        if list(wanted) != ["not"] or isinstance(wanted["not"], Mapping):
            raise InvalidCondition(
                f'{name}: an object has one member, "not", with a value or a list'
            )
        wanted = wanted["not"]
    values = _as_list(wanted)
    if not values:
        raise InvalidCondition(f"{name}: an empty list asks for nothing")
    for value in values:
        if name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int)):
            what = "a number" if name == "tier" else "an id"
            raise InvalidCondition(f"{name}: {value!r} is not {what}")
        if name not in _NUMBERS and (not isinstance(value, str) or not value.strip()):
            raise InvalidCondition(f"{name}: {value!r} is not a word")


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    return fold(text)


@lru_cache(maxsize=2048)
def _words(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(fold(phrase).strip())}(?!\w)")


def _as_list(wanted: Any) -> list[Any]:
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]
