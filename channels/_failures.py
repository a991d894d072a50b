"""What can go wrong between a channel and its provider, each named for what it means."""

from typing import Literal

#: Whose matter it is that a message failed. ``number``: nobody can be reached there. ``consent``:
#: the customer wants none of it. ``policy``: a carrier or a rule does not let it through.
#: ``content``: the text. ``transient``: the same message may arrive later. ``late``: it waited
#: longer than it was worth. ``account``: ours, and somebody must act.
FailureKind = Literal["number", "consent", "policy", "content", "transient", "late", "account"]


class NotStored(Exception):
    """The inbox could not store it; the provider must be told to try again."""


class LeaseLost(Exception):
    """Another process reads this mailbox by now; nothing was stored."""


class BadAddress(ValueError):
    """Not an address of this channel."""


class BadOption(ValueError):
    """Not what an option of an entry point may be; the message says what it may."""


class SendFailure(Exception):
    """A message was not, or perhaps not, handed over.

    ``code`` is the provider's own, if any; ``kind`` is what the channel knows of that code.
    """

    def __init__(
        self, detail: str, *, code: str | None = None, kind: FailureKind | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.kind = kind


class Unavailable(SendFailure):
    """The provider cannot take it now; it was certainly not sent.

    ``retry_after_s`` is the wait the provider asked for, if it did.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        kind: FailureKind | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(detail, code=code, kind=kind)
        self.retry_after_s = retry_after_s


class Deferred(Unavailable):
    """This one message cannot be taken now; others can. It was certainly not sent."""


class AccountRefused(Unavailable):
    """The provider refuses our account, whatever the message; a person has to put that right."""


class Undeliverable(SendFailure):
    """The provider will never take it; it was certainly not sent."""


class OptedOut(Undeliverable):
    """The customer has told the provider to stop messages from this sender; it was not sent."""


class OutcomeUnknown(SendFailure):
    """The provider may have taken it: the answer was lost. Never send it again blindly."""
