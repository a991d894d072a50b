"""What became of those who came today, by queue: counted once for all who look at the same time."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from contactcenter.db import Conn
from contactcenter.measuring import Ask, Row
from contactcenter.named_periods import midnight
from contactcenter.reporting import answers

#: So old may the figures be that somebody is shown: facts stand behind events by as much.
TTL_S: Final = 2.0


class Day(Struct, frozen=True, kw_only=True):
    """A day that is not over, and how its service level is meant.

    It began at ``from_at`` in ``zone``; answered is in time after ``within_s`` at most, of whom the
    ``variant`` says (``statistics.rates.Variant``).
    """

    from_at: datetime
    zone: ZoneInfo
    within_s: int
    variant: str


def day_at(now: datetime, zone: ZoneInfo, *, within_s: int, variant: str) -> Day:
    """The day that it is in a zone."""
    begins = midnight(now.astimezone(zone).date(), zone).astimezone(UTC)
    return Day(from_at=begins, zone=zone, within_s=within_s, variant=variant)


#: By queue: answered, abandoned, answered in time, and of how many that is.
Counted = Mapping[int, tuple[int, int, int, int]]


class Today:
    """Remembers the figures of a day for ``ttl_s`` seconds.

    Who comes while the same are counted waits for them; who asks for others is not in the way.
    """

    def __init__(
        self,
        *,
        ttl_s: float = TTL_S,
        clock: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
    ) -> None:
        self._ttl_s = ttl_s
        self._clock = clock
        self._known: dict[Day, tuple[float, Counted]] = {}
        self._counting: dict[Day, asyncio.Lock] = {}

    async def of(self, conn: Conn, now: datetime, day: Day) -> Counted:
        """The figures of the day until ``now``."""
        async with self._counting.setdefault(day, asyncio.Lock()):
            known = self._known.get(day)
            if known is None or self._clock() - known[0] >= self._ttl_s:
                known = self._known[day] = (self._clock(), await _counted(conn, now, day))
        self._forget()
        return known[1]

    def _forget(self) -> None:
        """What is too old to be shown is not kept, nor who would have counted it."""
        at_s = self._clock()
        old = [day for day, known in self._known.items() if at_s - known[0] >= self._ttl_s]
        for day in old:
            del self._known[day]
        for day in [one for one, lock in self._counting.items() if not lock.locked()]:
            del self._counting[day]


async def _counted(conn: Conn, now: datetime, day: Day) -> Counted:
    level = {"within_s": day.within_s, "variant": day.variant}
    asks = [
        Ask(metric=metric, from_at=day.from_at, to_at=now, by=("queue",), options=options)
        for metric, options in (
            ("speed_of_answer", {}),
            ("abandoned", {}),
            ("service_level", level),
        )
    ]
    answered, abandoned, levels = (
        {row.group["queue"]: row for row in rows if row.group["queue"] is not None}
        for rows in await answers.answer_all(conn, asks, viewer_id=None)
    )
    return {
        queue_id: (
            _n(answered.get(queue_id)),
            _n(abandoned.get(queue_id)),
            int(levels[queue_id].numerator or 0) if queue_id in levels else 0,
            _n(levels.get(queue_id)),
        )
        for queue_id in {*answered, *abandoned, *levels}
    }


def _n(row: Row | None) -> int:
    return row.n if row else 0
