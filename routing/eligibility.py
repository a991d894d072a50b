"""Who may take what: the one definition of *eligible*, clause by clause.

The clauses are asked in the order of ``CLAUSES``; the first that is false is the answer to "why
not". What is asked about is described by what it has, so that a row of the database will do as well
as an object in memory. Instants and durations are microseconds.
"""

from typing import Final, Literal, Protocol

Clause = Literal[
    "not_waiting",
    "queue_closed",
    "not_a_member",
    "no_telephone",
    "not_available",
    "no_room",
    "telephone_busy",
    "too_early",
    "excluded",
    "kept_for_another",
]
#: Whether an agent could talk with a customer who is on the line; of other tickets nobody asks.
Telephone = Literal["not_needed", "free", "busy", "none"]

#: Every clause that may be false, in the order in which they are asked.
CLAUSES: Final[tuple[Clause, ...]] = (
    "not_waiting",
    "queue_closed",
    "not_a_member",
    "no_telephone",
    "not_available",
    "no_room",
    "telephone_busy",
    "too_early",
    "excluded",
    "kept_for_another",
)
#: Where an agent is while he counts as signed in: a ticket may be kept for him.
SIGNED_IN: Final = frozenset(("available", "wrap_up"))


class Work(Protocol):
    """A ticket as far as it is work to be handed out."""

    @property
    def state(self) -> str:
        """Its state; only a waiting ticket may be offered."""

    @property
    def enqueued_us(self) -> int:
        """Since when it waits; nothing but a new episode changes it."""

    @property
    def weight(self) -> int:
        """How much capacity it takes."""


class Agent(Protocol):
    """An agent as far as he may be asked."""

    @property
    def presence(self) -> str:
        """Where he is."""

    @property
    def capacity(self) -> int:
        """How much he takes at a time."""

    @property
    def load(self) -> int:
        """How much he has, ringing or held."""


class Membership(Protocol):
    """What an agent is to a queue."""

    @property
    def delay_us(self) -> int:
        """How long a ticket must have waited before he is asked."""


def is_kept(*, until_us: int, presence: str, now_us: int) -> bool:
    """Whether a ticket is kept for its sticky agent now, who is at ``presence``.

    Away or offline closes the window for the time being; one who is back in time has it again.
    """
    return now_us < until_us and presence in SIGNED_IN


def first_false(  # noqa: PLR0911  each clause answers for itself
    work: Work,
    agent: Agent,
    membership: Membership | None,
    *,
    queue_is_open: bool,
    excluded_until_us: int | None,
    is_kept_for_another: bool,
    now_us: int,
    telephone: Telephone = "not_needed",
) -> Clause | None:
    """The first clause that keeps the agent from taking the ticket; None where he may have it."""
    if work.state != "waiting":
        return "not_waiting"
    if not queue_is_open:
        return "queue_closed"
    if membership is None:
        return "not_a_member"
    if telephone == "none":
        return "no_telephone"
    if agent.presence != "available":
        return "not_available"
    if agent.capacity - agent.load < work.weight:
        return "no_room"
    if telephone == "busy":
        return "telephone_busy"
    if membership.delay_us and now_us < work.enqueued_us + membership.delay_us:
        return "too_early"
    if excluded_until_us is not None and now_us < excluded_until_us:
        return "excluded"
    return "kept_for_another" if is_kept_for_another else None


def clauses(
    work: Work,
    agent: Agent,
    membership: Membership | None,
    *,
    queue_is_open: bool,
    excluded_until_us: int | None,
    is_kept_for_another: bool,
    now_us: int,
    telephone: Telephone = "not_needed",
) -> dict[Clause, bool]:
    """Every clause, in order, and whether it holds; without a membership there is no delay."""
    return {
        "not_waiting": work.state == "waiting",
        "queue_closed": queue_is_open,
        "not_a_member": membership is not None,
        "no_telephone": telephone != "none",
        "not_available": agent.presence == "available",
        "no_room": agent.capacity - agent.load >= work.weight,
        "telephone_busy": telephone != "busy",
        "too_early": membership is None
        or not membership.delay_us
        or now_us >= work.enqueued_us + membership.delay_us,
        "excluded": excluded_until_us is None or now_us >= excluded_until_us,
        "kept_for_another": not is_kept_for_another,
    }
