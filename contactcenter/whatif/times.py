"""How long an agent was there, and how much of that he worked."""

from collections.abc import Iterable, Mapping
from typing import Final

#: Whether an agent counts as signed in. None: he finishes what he has, as long as that takes.
IS_HERE: Final[Mapping[str, bool | None]] = {
    "available": True,
    "wrap_up": True,
    "draining": None,
    "away": False,
    "offline": False,
}


class AgentTime:
    """Adds up an agent's time, told of each change in order; he may do several things at once.

    ``since_us`` is the instant up to which it is added up; after ``note`` what changed is set.
    """

    __slots__ = ("busy_us", "holding", "is_here", "signed_in_us", "since_us", "wraps_up")

    def __init__(self) -> None:
        self.busy_us = self.signed_in_us = self.since_us = self.holding = 0
        self.is_here: bool | None = False
        self.wraps_up = False

    def note(self, at_us: int) -> None:
        """What was so since the last time was so until now."""
        passed_us, self.since_us = at_us - self.since_us, at_us
        works = self.holding > 0 or self.wraps_up
        if self.is_here or (self.is_here is None and works):
            self.signed_in_us += passed_us
            if works:
                self.busy_us += passed_us


def occupancy(times: Iterable[AgentTime]) -> float | None:
    """The share of the time signed in that was worked, of some agents; None of nobody's time."""
    several = list(times)
    signed_in_us = sum(time.signed_in_us for time in several)
    busy_us = sum(time.busy_us for time in several)
    return round(busy_us / signed_in_us, 6) if signed_in_us else None
