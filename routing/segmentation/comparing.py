"""Comparisons whose outcome does not depend on when they are made."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from routing.text import fold


class Comparison(Protocol):
    """What is wanted of one thing that is known."""

    def is_met(self, value: Any, now: datetime) -> bool:
        """Whether what is known is what is wanted."""

    def changes_at(self, value: Any, now: datetime) -> datetime | None:
        """The next instant at which the outcome may be another one; None: never by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lasting:
    def changes_at(self, value: Any, now: datetime) -> datetime | None:  # noqa: ARG002
        """Never by itself."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(_Lasting):
    """Exactly one of these: a number, a word, or yes or no."""

    values: frozenset[float | str | bool]

    def is_met(self, value: Any, now: datetime) -> bool:  # noqa: ARG002
        """Whether it is one of them."""
        return value in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyWord(_Lasting):
    """At least one of these words is among those there are."""

    words: frozenset[str]

    def is_met(self, value: Any, now: datetime) -> bool:  # noqa: ARG002
        """Whether one is."""
        return not self.words.isdisjoint(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SameText(_Lasting):
    """A text, or one of a list of texts, is one of these; written in whatever letters."""

    folded: frozenset[str]

    def is_met(self, value: Any, now: datetime) -> bool:  # noqa: ARG002
        """Whether one is."""
        return any(folded(text) in self.folded for text in texts(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(_Lasting):
    """A text, or one of a list, has one of these phrases in it, as whole words."""

    phrases: tuple[re.Pattern[str], ...]

    def is_met(self, value: Any, now: datetime) -> bool:  # noqa: ARG002
        """Whether one has."""
        found = [folded(text) for text in texts(value)]
        return any(phrase.search(text) for phrase in self.phrases for text in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(_Lasting):
    """A number within bounds, of which any may be missing."""

    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None

    def is_met(self, value: Any, now: datetime) -> bool:  # noqa: ARG002
        """Whether it is within all of them."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.more_than is None or value > self.more_than)
            and (self.at_most is None or value <= self.at_most)
            and (self.less_than is None or value < self.less_than)
        )

    @property
    def is_empty(self) -> bool:
        """Whether no number could be within them."""
        low = max((x for x in (self.at_least, self.more_than) if x is not None), default=None)
        high = min((x for x in (self.at_most, self.less_than) if x is not None), default=None)
        if low is None or high is None:
            return False
        is_open = low == self.more_than or high == self.less_than
        return low > high or (low == high and is_open)


def folded(text: str) -> str:
    """A text as it is compared: other letters and digits, and more spaces, make no difference."""
    return " ".join(fold(text).split())


def phrase(text: str) -> re.Pattern[str]:
    """Finds a phrase as whole words in a folded text."""
    return re.compile(rf"(?<!\w){re.escape(folded(text))}(?!\w)")


def texts(value: Any) -> Iterable[str]:
    """One text, or those of a list."""
    return (value,) if isinstance(value, str) else value
