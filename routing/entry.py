"""Which queue a new problem enters: the first rule whose every condition holds.

A condition names an attribute and what is wanted of it, one value or a list of which one must be
met. ``keyword`` looks for whole words or phrases in the folded text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from routing.text import fold

#: What a rule may ask for, and what it means.
ATTRIBUTES: Final[Mapping[str, str]] = {
    "channel": "the channel the problem came in by",
    "entry_point_id": "our own address it came to",
    "language": "the language of the words: en, fa or fa-Latn",
    "temperament": "the temperament of the contact",
    "keyword": "words or phrases the customer used, folded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is known of a new ticket when its queue is chosen; ``text`` is all he wrote so far."""

    channel: str
    entry_point_id: int | None
    language: str | None
    temperament: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the entry table."""

    rule_id: int
    condition: Mapping[str, Any]
    queue_id: int


class InvalidCondition(ValueError):
    """A condition that could never be asked; the message names the attribute."""


def first_match(rules: Sequence[Rule], problem: Problem) -> Rule | None:
    """The first rule, in the order given, that the problem meets."""
    folded = fold(problem.text)
    for rule in rules:
        if all(_holds(name, wanted, problem, folded) for name, wanted in rule.condition.items()):
            return rule
    return None


def check(condition: Mapping[str, Any]) -> None:
    """Refuse a condition with an unknown attribute or an unusable value."""
    if not condition:
        raise InvalidCondition("a condition must name at least one attribute")
    for name, wanted in condition.items():
        if name not in ATTRIBUTES:
            raise InvalidCondition(f"{name}: no such attribute; there are {', '.join(ATTRIBUTES)}")
        for value in _as_list(wanted):
            if name == "entry_point_id" and (isinstance(value, bool) or not isinstance(value, int)):
                raise InvalidCondition(f"{name}: {value!r} is not an id")
            if name != "entry_point_id" and (not isinstance(value, str) or not value.strip()):
                raise InvalidCondition(f"{name}: {value!r} is not a word")
        if not _as_list(wanted):
            raise InvalidCondition(f"{name}: an empty list can never be met")


def _holds(name: str, wanted: Any, problem: Problem, folded: str) -> bool:
    if name == "keyword":
        return any(_words(str(phrase)).search(folded) for phrase in _as_list(wanted))
    return getattr(problem, name, None) in _as_list(wanted)


@lru_cache(maxsize=2048)
def _words(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(fold(phrase).strip())}(?!\w)")


def _as_list(wanted: Any) -> list[Any]:
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]
