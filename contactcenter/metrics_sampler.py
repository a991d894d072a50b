"""Measures, once a second, what nobody counts on the way: the event loop, the pool, the feed."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from contactcenter import metrics
from contactcenter.db import Database
from contactcenter.feed import Feed

_EVERY_S: Final = 1.0
#: The loop's worst moment is shown for this many samples, so that a scrape each 10 s sees it.
_REMEMBERED: Final = 10


class MetricsSampler:
    """One a process; ``feed`` is None where there is none."""

    def __init__(
        self, database: Database, feed: Feed | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._feed = feed
        self._clock = clock
        self._late_s: deque[float] = deque(maxlen=_REMEMBERED)

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            slept_at_s = self._clock()
            await asyncio.sleep(_EVERY_S)
            self.note(late_s=max(0.0, self._clock() - slept_at_s - _EVERY_S))

    def note(self, *, late_s: float) -> None:
        """Write down how things are; ``late_s`` is how late the loop woke us."""
        self._late_s.append(late_s)
        metrics.LOOP_LAG_S.set(max(self._late_s))
        pool = self._database.pool_use
        metrics.POOL_CONNECTIONS.labels("in_use").set(pool.in_use)
        metrics.POOL_CONNECTIONS.labels("idle").set(pool.idle)
        metrics.POOL_CONNECTIONS.labels("limit").set(pool.limit)
        if self._feed is not None:
            status = self._feed.status
            metrics.FEED_LAG_S.set(status.lag_s)
            metrics.FEED_SOCKETS.set(status.subscribers)
