"""In which order events happened, whatever the order in which they are told.

Events of the product are numbered as they happened. A document that somebody wrote by hand has no
numbers, and may tell several events of one instant: then those come first that can happen in the
state the ticket is in, and of these by their causal rank: opened before received before queued …
before solved before closed. So neither the order nor the repetition of lines changes anything.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from contactcenter.history.entries import Entry
from contactcenter.history.standing import State, state_after
from routing import states

#: The events that move a ticket, and what is done to it by each; in their causal order.
_ACTIONS: Final[Mapping[str, states.Action]] = {
    "ticket_reopened": "reopen",
    "ticket_queued": "queue",
    "ticket_overflowed": "overflow",
    "offer_declined": "decline",
    "offer_expired": "decline",
    "offer_rescinded": "decline",
    "ticket_escalated": "escalate",
    "ticket_returned": "transfer",
    "ticket_transferred": "transfer",
    "ticket_released": "release",
    "ticket_resumed": "resume",
    "ticket_offered": "offer",
    "ticket_assigned": "assign",
    "ticket_pending": "pend",
    "ticket_held": "hold",
    "ticket_abandoned": "abandon",
    "ticket_solved": "solve",
    "ticket_closed": "close",
    "ticket_marked_spam": "mark_spam",
}
#: All events in their causal order; those that are not here come between the two.
_BEFORE: Final = (
    "ticket_opened",
    "ticket_changed",
    "call_began",
    "sla_breached",
    "interaction_received",
    "call_waiting",
)
_AFTER: Final = (
    "call_connected",
    "call_answered",
    "call_held",
    "call_resumed",
    "reply_written",
    "sla_met",
)
_LAST: Final = ("call_ended", "call_corrected", "ticket_pending", "ticket_held")
_FINAL: Final = ("ticket_abandoned", "ticket_solved", "survey_sent", "chat_rated")
_ENDS: Final = ("survey_answered", "ticket_closed", "ticket_marked_spam", "ticket_merged")
_MOVES: Final = tuple(kind for kind in _ACTIONS if kind not in (*_LAST, *_FINAL, *_ENDS))
_RANKS: Final = {
    kind: place for place, kind in enumerate((*_BEFORE, *_MOVES, *_AFTER, *_LAST, *_FINAL, *_ENDS))
}
_BETWEEN: Final = _RANKS["call_connected"] - 0.5


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Each event once, in the order in which they happened; what came late stands in its place."""
    once: dict[object, Entry] = {}
    for entry in entries:
        known = once.get(entry.id)
        once[entry.id] = entry if known is None else min(known, entry, key=_told)
    ordered = sorted(once.values(), key=lambda entry: (entry.at, _number(entry)))
    if all(isinstance(entry.id, int) for entry in ordered):
        return ordered
    return list(_settled(ordered))


def _settled(ordered: Iterable[Entry]) -> Iterator[Entry]:
    state: State = "none"
    for _, told in itertools.groupby(ordered, key=lambda entry: entry.at):
        left = list(told)
        numbered = all(isinstance(entry.id, int) for entry in left)
        while left:
            chosen = left[0] if numbered else _next(left, state)
            left.remove(chosen)
            state = state_after(state, chosen)
            yield chosen


def _next(left: list[Entry], state: State) -> Entry:
    return min(left, key=lambda entry: (not _is_possible(entry, state), _rank(entry), _told(entry)))


def _is_possible(entry: Entry, state: State) -> bool:
    action = _ACTIONS.get(entry.kind)
    return action is None or (state, action) in states.TRANSITIONS


def _rank(entry: Entry) -> float:
    return _RANKS.get(entry.kind, _BETWEEN)


def _number(entry: Entry) -> tuple[int, int]:
    return (0, entry.id) if isinstance(entry.id, int) else (1, 0)


def _told(entry: Entry) -> tuple[object, ...]:
    return (entry.at, str(entry.id), entry.kind, str(entry.agent), str(entry.data))
