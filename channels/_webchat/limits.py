"""How long and how much: the numbers a widget's sockets keep to, and what counts them."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from msgspec import Struct


class Rate(Struct, frozen=True):
    """So many at once, and in the long run one in ``every_s``."""

    at_once: float
    every_s: float


class Limits(Struct, frozen=True, kw_only=True):
    """Everything that bounds a visitor; tests use smaller numbers.

    What is counted an address counts in this process alone: with several each has its share. Many
    people may share an address, so those numbers are for a large office, not for one person.

    ``requests`` are what a visitor has done: messages and all else that is answered by an `ack`.
    ``hard_frame_bytes`` is where the protocol itself gives up; between it and ``frame_bytes`` a
    frame is answered by an error. ``bad_frames`` a socket is closed for the next one.
    ``backlog_bytes`` and ``backlog_s`` are what may wait for a slow reader before it is cut.
    ``admitted_at_once`` are greeted at the same time after a cut; who has not had his turn within
    ``turn_s`` comes back later.
    """

    hello_s: float = 10.0
    ping_every_s: float = 25.0
    frame_bytes: int = 64 * 1024
    hard_frame_bytes: int = 256 * 1024
    bad_frames: int = 3
    frames: Rate = Rate(60, 0.05)
    requests: Rate = Rate(20, 1.0)
    typing_every_s: float = 2.0
    backlog_bytes: int = 1 << 20
    backlog_s: float = 30.0
    close_s: float = 5.0
    store_s: float = 4.7
    room_s: float = 10.0
    sockets: int = 20_000
    sockets_an_address: int = 500
    openings_an_address: Rate = Rate(500, 0.1)
    conversations_an_address: Rate = Rate(100, 5.0)
    uploads_a_visitor: Rate = Rate(20, 10.0)
    uploads_an_address: Rate = Rate(200, 1.0)
    uploads_at_once_an_address: int = 10
    downloads_an_address: Rate = Rate(500, 0.1)
    upload_bytes: int = 10 * 1024 * 1024
    upload_s: float = 120.0
    uploads_held_bytes: int = 64 * 1024 * 1024
    admitted_at_once: int = 256
    turn_s: float = 10.0


class Allowance:
    """How much may still come of one sort from one place."""

    __slots__ = ("_clock", "_counted_s", "_left", "_rate")

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._left = rate.at_once
        self._counted_s = clock()

    def take(self) -> bool:
        """Whether one more may come; what is refused does not count."""
        now_s = self._clock()
        gained = (now_s - self._counted_s) / self._rate.every_s
        self._left = min(self._rate.at_once, self._left + gained)
        self._counted_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Allowances:
    """An allowance for each of many; who was not seen for longest is forgotten."""

    #: At about 200 bytes each.
    MOST: Final = 50_000

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._known: OrderedDict[str, Allowance] = OrderedDict()

    def take(self, whose: str) -> bool:
        """Whether one more may come from there."""
        known = self._known.get(whose)
        if known is None:
            known = self._known[whose] = Allowance(self._rate, self._clock)
            if len(self._known) > self.MOST:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(whose)
        return known.take()
