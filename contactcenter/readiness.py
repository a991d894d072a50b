"""Whether this process can do its work, as far as the process itself can tell."""

import time
from collections.abc import Callable
from typing import Final

#: A worker that failed this lately is not counted as well: it may be failing again and again.
RECOVERED_AFTER_S: Final = 10.0


class Readiness:
    """What ``/readyz`` is told besides the database's own answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.is_draining = False
        self._clock = clock
        self._failed_at_s: dict[str, float] = {}

    def note_failure(self, worker: str) -> None:
        """A worker of this process ended in a way nobody foresaw."""
        self._failed_at_s[worker] = self._clock()

    def missing(self) -> list[str]:
        """What is not as it should be, by name: ``draining``, ``worker Sender.run``."""
        since_s = self._clock() - RECOVERED_AFTER_S
        failing = [name for name, at_s in self._failed_at_s.items() if at_s > since_s]
        return [*(["draining"] if self.is_draining else []), *(f"worker {n}" for n in failing)]
