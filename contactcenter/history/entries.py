"""An event as the histories read it: a row of ``event``, or a line somebody wrote by hand."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, field

Id = int | str

#: Who acts without being a person of ours.
_NOBODY: Final = ("system", "customer")
#: Classes of mail that nobody wrote by himself count for nothing.
_PERSON: Final = "person"


class Entry(Struct, frozen=True, kw_only=True):
    """One event. ``id`` tells doubles apart and orders what happened in the same instant.

    ``data`` is what ``docs/events.md`` lists for the kind, with ``queue``, ``category``, ``team``
    and ``entry_point`` for the names that end in ``_id`` there.
    """

    at: datetime
    kind: str
    id: Id
    ticket: Id | None = None
    contact: Id | None = None
    agent: Id | None = None
    actor: str = "system"
    data: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """A value of ``data``; None where it is not told."""
        return self.data.get(name)

    @property
    def is_customers_word(self) -> bool:
        """Whether a customer wrote or spoke himself; bounces, receipts and bulk mail do not."""
        if self.kind != "interaction_received" or self.get("direction") == "outbound":
            return False
        return self.get("class") in (None, _PERSON)

    @property
    def speaker(self) -> Id | None:
        """The person of ours who wrote to, or is talked with by, the customer."""
        if self.kind == "call_connected":
            return self.get("user_id") or self.agent
        return self.agent if self.kind == "reply_written" else None

    @property
    def is_human_reply(self) -> bool:
        """Whether a person of ours answered in public: notes, programs and rules never count."""
        if self.kind != "reply_written":
            return self.speaker is not None
        if self.agent is None or self.get("public") is False:
            return False
        return self.get("author") in (None, "agent", "human") and self.actor not in _NOBODY


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Each event once, by its time and then by its id; what came late stands where it happened."""
    once = {entry.id: entry for entry in entries}
    return sorted(once.values(), key=lambda entry: (entry.at, _rank(entry.id)))


def _rank(id_: Id) -> tuple[int, int, str]:
    return (0, id_, "") if isinstance(id_, int) else (1, 0, id_)
