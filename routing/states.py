"""The states of a ticket and what may happen in each: the one table that says what is allowed.

The router, the API and the simulator all ask here; nobody tests a state by himself.
"""

from collections.abc import Mapping
from typing import Final, Literal

State = Literal["new", "waiting", "offered", "assigned", "pending", "on_hold", "solved", "closed"]
Action = Literal[
    "queue",
    "overflow",
    "offer",
    "assign",
    "decline",
    "escalate",
    "transfer",
    "release",
    "pend",
    "hold",
    "resume",
    "solve",
    "reopen",
    "abandon",
    "close",
    "mark_spam",
]

#: Somebody is accountable by name and the ticket counts among what he holds.
HELD: Final[frozenset[State]] = frozenset({"assigned", "pending", "on_hold"})
#: Not solved: somebody still has to do something.
UNSOLVED: Final[frozenset[State]] = frozenset(
    {"new", "waiting", "offered", "assigned", "pending", "on_hold"}
)
#: The router is looking for an agent, or has asked one.
SEEKING: Final[frozenset[State]] = frozenset({"waiting", "offered"})

#: (state, action) -> state. What is not here is refused.
TRANSITIONS: Final[Mapping[tuple[State, Action], State]] = {
    ("new", "queue"): "waiting",
    ("waiting", "overflow"): "waiting",
    ("waiting", "offer"): "offered",
    ("waiting", "assign"): "assigned",
    ("offered", "assign"): "assigned",
    ("offered", "decline"): "waiting",
    ("assigned", "assign"): "assigned",
    ("pending", "assign"): "assigned",
    ("on_hold", "assign"): "assigned",
    **{(state, "escalate"): "waiting" for state in sorted(HELD | SEEKING)},
    **{(state, "transfer"): "waiting" for state in sorted(HELD | SEEKING)},
    **{(state, "release"): "waiting" for state in sorted(HELD)},
    ("assigned", "pend"): "pending",
    ("on_hold", "pend"): "pending",
    ("assigned", "hold"): "on_hold",
    ("pending", "hold"): "on_hold",
    ("pending", "resume"): "assigned",
    ("on_hold", "resume"): "assigned",
    **{(state, "solve"): "solved" for state in sorted(HELD)},
    ("solved", "reopen"): "waiting",
    ("closed", "reopen"): "waiting",
    **{(state, "abandon"): "closed" for state in sorted(SEEKING)},
    ("solved", "close"): "closed",
    **{(state, "mark_spam"): "closed" for state in (*sorted(UNSOLVED), "solved")},
}


class TransitionRefused(Exception):
    """This cannot happen to a ticket in this state; ``allowed`` is where it can."""

    def __init__(self, state: State, action: Action) -> None:
        self.state = state
        self.action = action
        self.allowed = tuple(sorted(s for s, a in TRANSITIONS if a == action))
        super().__init__(
            f"a ticket that is {state} cannot {action.replace('_', ' ')}; "
            f"it would have to be {' or '.join(self.allowed)}"
        )


def after(state: State, action: Action) -> State:
    """The state after the action; raises ``TransitionRefused``."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise TransitionRefused(state, action) from None
