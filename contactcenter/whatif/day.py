"""What a day is made of: who came and with what, who was there, and the rules it is played by.

Instants and durations are microseconds; instants count from 1970 in UTC, or from the start of a
file that has no dates. Agents and queues go by text.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from routing import entry
from routing.engine.records import Membership, Overflow, Presence, QueueRules
from routing.instants import SECOND_US


class Arrival(Struct, frozen=True, kw_only=True, gc=False):
    """A ticket that comes.

    ``handle_us`` has the work of each leg, ``answer_us`` how long its offer rings, ``escalate`` the
    queue after each leg but the last. ``problem`` is what entry rules and credits may ask for.
    ``held_by`` had it already when the day began, or goes on with it.
    """

    at_us: int
    ticket_id: int
    queue: str
    handle_us: tuple[int, ...]
    channel: str = "phone"
    weight: int | None = None
    patience_us: int | None = None
    credit_us: int = 0
    escalate: tuple[str, ...] = ()
    answer_us: tuple[int, ...] = ()
    waited_us: int = 0
    held_by: str | None = None
    sticky_agent: str | None = None
    problem: entry.Problem | None = None


class Shift(Struct, frozen=True, kw_only=True):
    """From one instant to another an agent is there, or is away for a while; then he is offline."""

    from_us: int
    to_us: int
    presence: Presence = "available"


class OnDuty(Struct, frozen=True, kw_only=True):
    """An agent, whom he serves and when; without shifts he is there all the time."""

    agent_id: str
    memberships: tuple[Membership, ...]
    capacity: int = 1
    shifts: tuple[Shift, ...] | None = None


class QueueTerms(Struct, frozen=True, kw_only=True):
    """A queue: its tier, its ways, where it overflows to by channel (none: of all), its hours.

    ``open_us`` are the spans in which it is open; None where it always is.
    """

    tier: int = 1
    rules: QueueRules = QueueRules()
    overflow: tuple[tuple[Overflow, frozenset[str]], ...] = ()
    open_us: tuple[tuple[int, int], ...] | None = None


class Centre(Struct, frozen=True, kw_only=True):
    """The rules a day is played by.

    A queue that is not named gives its tickets out at once and has no wrap-up. ``weights`` are of
    channels, else 1; ``per_tier_us`` is the credit for each tier a ticket rises, ``sticky_us`` how
    long one that comes back is kept for its agent, by channel. What is in hand when a shift ends is
    finished where ``work_stands_still`` is False, else it waits for the next one.
    """

    queues: Mapping[str, QueueTerms] = {}
    weights: Mapping[str, int] = {}
    per_tier_us: int = 0
    sticky_us: Mapping[str, int] = {}
    exclude_for_us: int = 60 * SECOND_US
    max_misses: int = 2
    work_stands_still: bool = False


class Day(Struct, frozen=True, kw_only=True):
    """Who came, in order of time, and where it ends; None: when everything is done."""

    arrivals: Sequence[Arrival]
    until_us: int | None = None
