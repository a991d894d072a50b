"""What is being sent right now: how much more may be begun, and whose claims are to be kept.

An attempt that takes long gives up its place to others: a mail server may look at a mail for ten
minutes, and no text message waits for that. A sender of whose messages several take long gets no
more of them, so that the places of all are never its own.
"""

import asyncio
from collections import Counter
from collections.abc import Collection
from typing import Final

from msgspec import Struct

from contactcenter.outbound.outbox import Job

#: How many messages are under way that do not take long.
AT_ONCE: Final = 8
#: An attempt takes long from here on.
LONG_S: Final = 5.0
#: How many of one sender may take long before it gets no more.
LONG_EACH: Final = 8
#: How many of all senders may.
LONG_OF_ALL: Final = 48
#: A claim is renewed when it is this old; it lasts three times as long.
KEEP_EVERY_S: Final = 10.0


class _Attempt(Struct, kw_only=True):
    job: Job
    begun_s: float
    kept_s: float


class Attempts:
    """All of one process; times are those of its loop."""

    def __init__(self) -> None:
        self._all: dict[asyncio.Task[None], _Attempt] = {}

    def add(self, task: asyncio.Task[None], job: Job, now_s: float) -> None:
        """Count one in until it has ended."""
        self._all[task] = _Attempt(job=job, begun_s=now_s, kept_s=now_s)
        task.add_done_callback(lambda done: self._all.pop(done, None))

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """Those that have not ended."""
        return list(self._all)

    def places(self, now_s: float) -> int:
        """How many more may be begun."""
        long = len(self._long(now_s))
        if long >= LONG_OF_ALL:
            return 0
        return max(0, AT_ONCE - (len(self._all) - long))

    def crowded(self, now_s: float) -> list[int]:
        """The entry points that get no more for now."""
        each = Counter(one.job.entry_point_id for one in self._long(now_s))
        return sorted(id_ for id_, count in each.items() if count >= LONG_EACH)

    def to_keep(self, now_s: float) -> list[int]:
        """The ids of the messages whose claim is to be renewed now."""
        due = [one for one in self._all.values() if now_s - one.kept_s >= KEEP_EVERY_S]
        for one in due:
            one.kept_s = now_s
        return [one.job.id for one in due]

    def _long(self, now_s: float) -> list[_Attempt]:
        return [one for one in self._all.values() if now_s - one.begun_s >= LONG_S]
