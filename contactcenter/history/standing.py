"""Where a ticket stands between two events: its state, who has it, and what is known of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter.history.entries import Entry, Id
from contactcenter.history.facts import Labels
from routing import states

State = Literal["none"] | states.State

#: What an event makes of the state where it does not say so itself.
_STATES: Final[Mapping[str, State]] = {
    "ticket_opened": "new",
    "ticket_queued": "waiting",
    "ticket_offered": "offered",
    "offer_declined": "waiting",
    "offer_expired": "waiting",
    "offer_rescinded": "waiting",
    "ticket_assigned": "assigned",
    "ticket_escalated": "waiting",
    "ticket_returned": "waiting",
    "ticket_transferred": "waiting",
    "ticket_released": "waiting",
    "ticket_overflowed": "waiting",
    "ticket_abandoned": "closed",
    "ticket_pending": "pending",
    "ticket_held": "on_hold",
    "ticket_resumed": "assigned",
    "ticket_solved": "solved",
    "ticket_reopened": "waiting",
    "ticket_closed": "closed",
    "ticket_marked_spam": "closed",
    "ticket_merged": "closed",
}
_KNOWN: Final[frozenset[str]] = states.UNSOLVED | {"solved", "closed"}
#: What takes a ticket out of every figure.
_LEAVES: Final = ("ticket_marked_spam", "ticket_merged")
_BEGINNINGS: Final = ("ticket_opened", "ticket_reopened")
_LABELS: Final = ("team", "queue", "tier", "channel", "entry_point", "category", "temperament")
#: What of them may become another while the ticket stays where it is, and what it is if not known.
_RELABELLED: Final[Mapping[str, str | None]] = {
    "category": None,
    "temperament": "unknown",
    "value": "unknown",
}
#: Events by which a ticket has its channel, where nobody told it at the opening.
_BY_CHANNEL: Final = ("interaction_received", "call_began", "call_waiting")
#: Events besides those that move a ticket that tell what was known of it then.
_TELLING: Final = ("ticket_changed", "reply_written", "interaction_received", "ticket_credited")


class Standing(Struct, frozen=True, kw_only=True):
    """A ticket between two events. Times are None until the first of their kind.

    ``episode_at`` is when the open span began, ``queue_at`` when it entered its queue and
    ``tier_at`` its tier. ``is_ours`` says that we opened it by writing first, ``last_holder`` who
    had it last, and ``is_out`` that it counts for nothing: spam, merged away, or a test.
    """

    state: State = "none"
    holder: Id | None = None
    episode: int = 0
    opened_at: datetime | None = None
    episode_at: datetime | None = None
    queue_at: datetime | None = None
    tier_at: datetime | None = None
    is_ours: bool = False
    is_out: bool = False
    last_holder: Id | None = None
    labels: Labels = Labels()

    @property
    def is_unsolved(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in states.UNSOLVED

    def after(self, entry: Entry) -> "Standing":
        """Where the ticket stands after this event."""
        if entry.kind not in _STATES or self._is_open_already(entry):
            return self._relabelled(entry)
        state = state_after(self.state, entry)
        holder = _holder(self.holder, state, entry)
        return msgspec.structs.replace(
            self,
            state=state,
            holder=holder,
            last_holder=holder if holder is not None else self.last_holder,
            labels=_labels(self.labels, entry),
            is_out=self.is_out or entry.kind in _LEAVES or entry.get("test") is True,
            **self._begun(entry),
            **self._moved(entry, state),
        )

    def _is_open_already(self, entry: Entry) -> bool:
        """Whether what is told to begin is there: then nothing begins."""
        is_again = entry.kind == "ticket_opened" and self.episode > 0
        return is_again or (entry.kind == "ticket_reopened" and self.is_unsolved)

    def _begun(self, entry: Entry) -> dict[str, Any]:
        if entry.kind not in _BEGINNINGS:
            return {}
        begun: dict[str, Any] = {"episode": self.episode + 1, "episode_at": entry.at}
        if self.episode == 0:
            is_ours = entry.get("direction") == "outbound" or entry.is_by_person
            begun |= {"opened_at": entry.at, "is_ours": is_ours}
        return begun

    def _moved(self, entry: Entry, state: State) -> dict[str, datetime]:
        """Since when it is in its queue and tier: in the first ones from the start."""
        labels, begins = _labels(self.labels, entry), entry.kind in _BEGINNINGS
        is_first = self.labels.queue is None and self.episode_at is not None
        at = self.episode_at if is_first and self.episode_at is not None else entry.at
        moved: dict[str, datetime] = {}
        waits_anew = state in states.SEEKING and self.state not in states.SEEKING
        if begins or labels.queue != self.labels.queue or waits_anew:
            moved["queue_at"] = at
        if begins or labels.tier != self.labels.tier:
            moved["tier_at"] = at
        return moved

    def _relabelled(self, entry: Entry) -> "Standing":
        known = {
            name: told.get(name, told.get(f"{name}_id")) or nothing
            for told in (entry.data, _changed(entry))
            for name, nothing in _RELABELLED.items()
            if name in told or f"{name}_id" in told
        }
        if self.labels.channel is None and entry.kind in _BY_CHANNEL:
            known["channel"] = entry.get("channel")
        if entry.kind not in (*_TELLING, *_BY_CHANNEL) or not known:
            return self
        return msgspec.structs.replace(self, labels=msgspec.structs.replace(self.labels, **known))


def state_after(state: State, entry: Entry) -> State:
    """The state of a ticket after an event: what the event says, else what its kind amounts to."""
    if entry.kind not in _STATES:
        return state
    if entry.kind == "ticket_transferred" and _is_to_agent(entry):
        return "assigned"
    told = entry.get("state")
    return told if told in _KNOWN else _STATES[entry.kind]


def _is_to_agent(entry: Entry) -> bool:
    """Whether a ticket went from one agent to another, and not to a queue."""
    if entry.get("from_agent_id") is not None or entry.get("from_agent") is not None:
        return True
    return entry.agent is not None and entry.get("state") is None and entry.get("queue") is None


def _holder(former: Id | None, state: State, entry: Entry) -> Id | None:
    if state not in states.HELD:
        return None
    if entry.kind in ("ticket_assigned", "ticket_transferred"):
        return entry.agent
    return former if former is not None else entry.agent


def _labels(known: Labels, entry: Entry) -> Labels:
    told = {name: entry.get(name) for name in (*_LABELS, "value") if entry.get(name) is not None}
    if "tier" not in told and known.tier is not None:
        step = {"ticket_escalated": 1, "ticket_returned": -1}.get(entry.kind, 0)
        told["tier"] = max(known.tier + step, 1)
    return msgspec.structs.replace(known, **told)


def _changed(entry: Entry) -> Mapping[str, Any]:
    """What an edit changed, by name: what it is now."""
    changed = entry.get("changed")
    if entry.kind != "ticket_changed" or not isinstance(changed, Mapping):
        return {}
    return {
        name: change.get("to") for name, change in changed.items() if isinstance(change, Mapping)
    }
