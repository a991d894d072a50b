"""A form under translation: what its parameters say, and what is told by it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from channels._calls import CallEvent, CallEventKind, HookName
from channels._phone import form_values

#: So much of a word that is not known is repeated in a sentence about it.
SHOWN: Final = 40


class Form(Struct, frozen=True, kw_only=True):
    """A form under translation."""

    name: HookName
    form: Mapping[str, str]
    query: Mapping[str, str]
    received_at: datetime

    def get(self, *names: str) -> str:
        """The first of these parameters that is there and not empty."""
        return next((found for name in names if (found := self.form.get(name, "").strip())), "")

    def event(self, kind: CallEventKind, **told: Any) -> CallEvent:
        """Something that happened on this telephone, or in this room."""
        return CallEvent(
            kind=kind,
            received_at=self.received_at,
            **{
                "leg": self.get("CallSid") or None,
                "conference": self.get("ConferenceSid") or None,
                **told,
            },
        )


class Told(Struct, frozen=True, kw_only=True):
    """What a form tells: its key, and what happened."""

    key: str
    events: tuple[CallEvent, ...] = ()


class Missing(Exception):
    """A parameter without which a form means nothing."""


class Unknown(Exception):
    """A word in a place where only known ones mean something."""


def parties(form: Form) -> dict[str, Any]:
    """Who called which number; where a form tells neither, what we put into its address."""
    return {
        "direction": form_values.direction(form.get("Direction")),
        "caller": form_values.caller(form.get("From", "Caller") or form.query.get("caller")),
        "called": form_values.called(form.get("To", "Called") or form.query.get("called")),
    }


def needed(form: Form, name: str) -> str:
    """A parameter that has to be there; raises ``Missing``."""
    found = form.get(name)
    if not found:
        raise Missing(name)
    return found
