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
}
_BEGINNINGS: Final = ("ticket_opened", "ticket_reopened")
_LABELS: Final = ("team", "queue", "tier", "channel", "entry_point", "category", "temperament")

#: What an edit of a ticket may change of them, as it is called there.
_RELABELLED: Final[Mapping[str, str]] = {
    "category": "category",
    "category_id": "category",
    "temperament": "temperament",
}


class Standing(Struct, frozen=True, kw_only=True):
    """A ticket between two events. Times are None until the first of their kind.

    ``episode_at`` is when the open span began, ``queue_at`` when it entered its queue and
    ``tier_at`` its tier. ``is_ours`` says that we opened it by writing first.
    """

    state: State = "none"
    holder: Id | None = None
    episode: int = 0
    opened_at: datetime | None = None
    episode_at: datetime | None = None
    queue_at: datetime | None = None
    tier_at: datetime | None = None
    is_ours: bool = False
    is_spam: bool = False
    labels: Labels = Labels()

    @property
    def is_unsolved(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in states.UNSOLVED

    def after(self, entry: Entry) -> "Standing":
        """Where the ticket stands after this event."""
        if entry.kind not in _STATES:
            return self._relabelled(entry)
        state: State = entry.get("state") or _STATES[entry.kind]
        if entry.kind == "ticket_transferred" and entry.get("from_agent_id") is not None:
            state = "assigned"
        return msgspec.structs.replace(
            self,
            state=state,
            holder=_holder(self.holder, state, entry),
            labels=_labels(self.labels, entry),
            is_spam=self.is_spam or entry.kind == "ticket_marked_spam",
            **self._begun(entry),
            **self._moved(entry, state),
        )

    def _begun(self, entry: Entry) -> dict[str, Any]:
        if entry.kind not in _BEGINNINGS:
            return {}
        begun: dict[str, Any] = {"episode": self.episode + 1, "episode_at": entry.at}
        if self.episode == 0:
            is_ours = entry.actor not in ("customer", "system")
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
        if entry.kind != "ticket_changed":
            return self
        changed = entry.get("changed") or {}
        known = {
            name: changed[told]["to"]
            for told, name in _RELABELLED.items()
            if told in changed and changed[told]["to"] is not None
        }
        return msgspec.structs.replace(self, labels=msgspec.structs.replace(self.labels, **known))


def _holder(former: Id | None, state: State, entry: Entry) -> Id | None:
    if state not in states.HELD:
        return None
    if entry.kind in ("ticket_assigned", "ticket_transferred"):
        return entry.agent
    return former if former is not None else entry.agent


def _labels(known: Labels, entry: Entry) -> Labels:
    told = {name: entry.get(name) for name in (*_LABELS, "value") if entry.get(name) is not None}
    return msgspec.structs.replace(known, **told)
