"""A condition as it is asked: leaves about one thing each, joined by all, any and not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.segmentation.comparing import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What is wanted of one attribute; ``fact`` is the name of what is known that it rests on.

    Without a ``comparison`` it asks whether anything is known. What was said in ``is_text`` is
    never repeated. ``is_complete`` is what is a list of all there are, so that it is never missing.
    """

    place: str
    name: str
    fact: str
    comparison: Comparison | None
    is_known: bool = True
    is_text: bool = False
    is_complete: bool = False

    def is_met(self, value: Any, now: datetime) -> bool | None:
        """Whether it is met; None where nothing is known that could meet it or not."""
        if self.comparison is None:
            return (value is not None and not (self.is_complete and not value)) is self.is_known
        if value is None:
            return False if self.is_complete else None
        return self.comparison.is_met(value, now)

    def changes_at(self, value: Any, now: datetime) -> datetime | None:
        """When the outcome may be another one though the value is the same."""
        if value is None or self.comparison is None:
            return None
        return self.comparison.changes_at(value, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """All of these; of none at all it is true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one of these."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """Known not to be this."""

    part: "Condition"


Condition = Leaf | All | AnyOf | Not
