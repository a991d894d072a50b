"""What time alone may do to a ticket or an agent, and in which order at one instant.

Whatever waits for time has exactly one timer. At one instant timers fire by their kind, then by the
id of their subject as text; all of them fire, also where an earlier one changed something, because
each looks at the state again. Instants and durations are microseconds.
"""

from collections.abc import Iterable
from typing import Final, Literal

Kind = Literal[
    "offer_expiry",
    "delay_step",
    "exclusion_end",
    "sticky_end",
    "overflow",
    "tier_end",
    "wrap_up_end",
    "answer",
    "leg_end",
    "patience_end",
]

#: The place of each kind at one instant. The last three are the world's, not the router's: an agent
#: who answers or has finished his work, and a caller who has lost his patience.
PLACE: Final[dict[Kind, int]] = {
    "offer_expiry": 0,
    "delay_step": 1,
    "exclusion_end": 1,
    "sticky_end": 1,
    "overflow": 2,
    "tier_end": 3,
    "wrap_up_end": 4,
    "answer": 5,
    "leg_end": 6,
    "patience_end": 7,
}


def place(due_us: int, kind: Kind, subject_id: int | str) -> tuple[int, int, str]:
    """Where a timer stands among all others."""
    return (due_us, PLACE[kind], str(subject_id))


def next_delay_us(delays_us: Iterable[int], *, enqueued_us: int, now_us: int) -> int | None:
    """When the next of a queue's agents may be asked who may not be asked yet."""
    later = [at for delay in delays_us if (at := enqueued_us + delay) > now_us]
    return min(later, default=None)
