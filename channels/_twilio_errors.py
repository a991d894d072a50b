"""What Twilio's error codes mean for a message, in one table.

Refusals of a request and reports on a message use the same codes. A code that is not here means
that this one message will not arrive, and no more.
"""

from collections.abc import Mapping

from msgspec import Struct

from channels._failures import FailureKind


class TwilioError(Struct, frozen=True, kw_only=True):
    """One code, and whose matter it is."""

    code: int
    kind: FailureKind
    meaning: str

    @property
    def source(self) -> str:
        """Where Twilio explains it."""
        return f"https://www.twilio.com/docs/api/errors/{self.code}"


_KINDS: Mapping[FailureKind, Mapping[int, str]] = {
    "number": {
        21211: "The number is not valid.",
        21217: "The number does not seem to be valid.",
        21612: "The number cannot be reached from this sender.",
        21614: "The number cannot receive messages.",
        30005: "The handset is unknown or no longer exists.",
        30006: "The number is a land line, or its carrier takes no messages.",
    },
    "consent": {
        21610: "The customer has sent STOP.",
    },
    "policy": {
        21408: "The account may not send to this country.",
        30004: "The message was blocked.",
        30007: "A carrier filtered the message.",
        30034: "The sender is not registered for messages to the United States.",
    },
    "content": {
        21602: "The message is empty.",
        21617: "The message has more than 1600 characters.",
    },
    "transient": {
        20429: "Too many requests.",
        20500: "Twilio has an error of its own.",
        20503: "Twilio is not available.",
        21611: "The queue of this sender is full.",
        21730: "Twilio's service is under maintenance.",
        30001: "The queue is full.",
        30003: "The handset is off or out of reach.",
        30008: "The carrier gave no reason.",
        30500: "Twilio has an error of its own.",
    },
    "late": {
        30036: "The message waited longer than it is valid.",
    },
    "account": {
        20003: "The account or its key is wrong.",
        20005: "The account is not active.",
        20404: "The account does not exist.",
        30002: "The account is suspended.",
    },
}

#: Every code whose meaning is known.
ERRORS: Mapping[int, TwilioError] = {
    code: TwilioError(code=code, kind=kind, meaning=meaning)
    for kind, meanings in _KINDS.items()
    for code, meaning in meanings.items()
}


def kind_of(code: object) -> FailureKind | None:
    """The kind of an error as Twilio writes its code, as a number or as text."""
    text = str(code)
    known = ERRORS.get(int(text)) if text.isascii() and text.isdecimal() else None
    return known.kind if known else None
