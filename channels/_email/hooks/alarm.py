"""Notices when requests are forged again and again, and tells how a provider's hook does."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Final

import structlog

from channels._base import Mailroom

#: Somebody guesses, or the key in our settings is no longer the provider's.
ALARM_AFTER: Final = 3
#: That a hook works is worth telling now and then, not with each mail.
TELL_EVERY_S: Final = 300.0

log = structlog.get_logger()


class Alarm:
    """Counts forged requests in a row, for one provider; of the requests nothing is kept.

    The third in a row is an error in the log, once until an authentic one comes. Where they were
    for one of our addresses, that address shows it too, as what fails in this way in.
    """

    def __init__(self, provider: str, mailroom: Mailroom | None) -> None:
        self._provider = provider
        self._mailroom = mailroom
        self._in_a_row: dict[str, int] = {}
        self._told_at_s: dict[str, float] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def forged(self, entry_point: str | None) -> None:
        """Note a request that is not believed; ``entry_point`` None where it names none of ours."""
        at = entry_point or ""
        self._in_a_row[at] = self._in_a_row.get(at, 0) + 1
        if self._in_a_row[at] != ALARM_AFTER:
            return
        log.error("hook_forged_repeatedly", channel="email", way=self._provider, times=ALARM_AFTER)
        if self._mailroom is not None and entry_point:
            self._told_at_s.pop(at, None)
            error = f"{ALARM_AFTER} requests in a row were not signed with the key in the settings."
            self._tell(self._mailroom.fails(entry_point, self._provider, error))

    def authentic(self, entry_point: str) -> None:
        """Note a request that is believed."""
        self._in_a_row.pop("", None)
        self._in_a_row.pop(entry_point, None)
        now_s = time.monotonic()
        told_at_s = self._told_at_s.get(entry_point)
        if self._mailroom is None or (told_at_s and now_s - told_at_s < TELL_EVERY_S):
            return
        self._told_at_s[entry_point] = now_s
        self._tell(self._mailroom.works(entry_point, self._provider))

    async def close(self) -> None:
        """Wait for what is being told."""
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _tell(self, telling: Coroutine[None, None, None]) -> None:
        """Beside the answer: a provider does not wait for it, and it may fail."""
        task = asyncio.create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._told)

    def _told(self, task: asyncio.Task[None]) -> None:
        self._telling.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("way_in_not_noted", way=self._provider, error=type(error).__name__)
