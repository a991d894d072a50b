"""An event as the histories read it: a row of ``event``, or a line somebody wrote by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, field

Id = int | str

#: Whose doings are a person's of ours: his own, or those of a program that acts in his name.
_ACTORS: Final = ("user", "token")
#: Who wrote, where a document says so: people of ours; all others but the customer are programs.
_PEOPLE: Final = ("agent", "human", "user", "staff", "supervisor", "admin")
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
    def is_by_person(self) -> bool:
        """Whether a person of ours did it, and no program, rule or customer."""
        author = self.get("author")
        if author is None:
            return self.actor.partition(":")[0] in _ACTORS
        return is_person(str(author))

    @property
    def is_by_itself(self) -> bool:
        """Whether a program or a rule did it."""
        return not self.is_by_person and (self.get("author") or self.actor) != "customer"

    @property
    def is_customers_word(self) -> bool:
        """Whether a customer wrote or spoke himself; bounces, receipts and bulk mail do not."""
        if self.kind == "call_waiting":
            return True
        if self.kind != "interaction_received" or self.get("direction") == "outbound":
            return False
        if self.get("author") not in (None, "customer", "contact"):
            return False
        return self.get("class") in (None, _PERSON)

    @property
    def is_human_reply(self) -> bool:
        """Whether a person of ours answered in public: notes, programs and rules never count."""
        if self.kind == "call_connected":
            return self.get("user_id") is not None or "user_id" not in self.data
        if self.kind == "call_answered":
            return True
        if self.kind != "reply_written" or self.get("public") is False:
            return False
        return self.is_by_person and (self.agent is not None or self.get("author") is not None)

    @property
    def replied_at(self) -> datetime:
        """When that was: a call may be told of later than people talked."""
        told = self.get("answered_at") if self.kind == "call_answered" else None
        if isinstance(told, str):
            return datetime.fromisoformat(told)
        return told if isinstance(told, datetime) else self.at

    def speaker(self, holder: Id | None) -> Id | None:
        """Who of ours wrote to the customer or talks with him; the holder where nobody is told."""
        told = self.get("user_id") if self.kind == "call_connected" else None
        return next((one for one in (told, self.agent, holder) if one is not None), None)


def is_person(author: str) -> bool:
    """Whether an author, as documents name him, is a person of ours."""
    return author.partition(":")[0].lower() in _PEOPLE
