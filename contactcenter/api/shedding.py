"""What is refused first when more is asked than can be done: reports, then lists, then the rest.

A request that would only wait until nobody wants its answer any more is told so at once, which
costs a fraction of doing it. Providers' hooks do not pass here: they are never shed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from contactcenter.api.problems import Overloaded

#: How many requests may be under way, for each connection of the pool, when one of the kind comes.
REPORTS: Final = 2
LISTS: Final = 4
READS: Final = 8
CHANGES: Final = 16


class Shedding:
    """Counts the requests of one process that are at the database or wait for it."""

    def __init__(self, *, pool_size: int) -> None:
        self._pool_size = pool_size
        self._under_way = 0

    @contextmanager
    def entered(self, share: int) -> Iterator[None]:
        """Be under way as long as the context lasts; raises ``Overloaded``."""
        if self._under_way >= share * self._pool_size:
            raise Overloaded
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
