"""How long people would have waited: known of who left, estimated of who did not."""

from collections import defaultdict
from collections.abc import Mapping
from random import Random

from msgspec import Struct

#: A queue and a channel.
Where = tuple[str, str]


class Seen(Struct, frozen=True, kw_only=True):
    """How long they waited in one queue on one channel, and how many left."""

    waited_us: int
    left: int

    @property
    def mean_us(self) -> float | None:
        """The mean patience, if patience is exponential; None where nobody left.

        All waits, also of those who were answered, by those who left: the likeliest mean, for who
        was answered had at least as much patience.
        Source: Garnett, Mandelbaum and Reiman, "Designing a Call Center with Impatient Customers",
        Manufacturing & Service Operations Management 4, 2002.
        """
        return self.waited_us / self.left if self.left else None


class Observations:
    """Collects waits and leavings."""

    def __init__(self) -> None:
        self._waited_us: dict[Where, int] = defaultdict(int)
        self._left: dict[Where, int] = defaultdict(int)

    def note(self, where: Where, waited_us: int, *, left: bool) -> None:
        """Somebody waited so long, and left or not."""
        self._waited_us[where] += waited_us
        self._left[where] += left

    def seen(self) -> Mapping[Where, Seen]:
        """What was seen, by queue and channel."""
        return {
            where: Seen(waited_us=waited_us, left=self._left[where])
            for where, waited_us in self._waited_us.items()
        }


class Patience:
    """Draws how long somebody who did not leave would have waited, from a seed."""

    def __init__(self, seen: Mapping[Where, Seen], seed: int) -> None:
        self._seen = seen
        self._chance = Random(seed)  # noqa: S311  it is to come out alike each time

    def beyond(self, where: Where, waited_us: int) -> int | None:
        """His patience, who was still there after so long; None where nobody ever left.

        What is left of an exponential time is as long as the whole.
        """
        seen = self._seen.get(where)
        mean_us = None if seen is None else seen.mean_us
        if mean_us is None:
            return None
        return waited_us + round(self._chance.expovariate(1 / max(mean_us, 1.0)))
