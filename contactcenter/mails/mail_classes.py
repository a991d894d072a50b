"""What the class of a mail decides: nothing is dropped for it, but not everything counts.

A pure table. ``person`` is a customer's words: they are looked at, promised an answer, resume and
reopen. Everything else is shown where it belongs and changes nothing about the problem's course.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

from channels import Inbound, MailKind

#: Where a mail of a class goes. ``timeline``: to the ticket it belongs to, else it opens one.
#: ``about_ours``: only to the ticket of the mail of ours that it tells of. ``aside``: to none.
Place = Literal["timeline", "about_ours", "aside"]
#: What an interaction is that came in: a person's words, or what a machine wrote or many were sent.
InteractionKind = Literal["message", "automatic"]


class Treatment(Struct, frozen=True, kw_only=True):
    """How mails of one class are treated.

    ``counts``: triage reads it, it reopens and resumes, promises begin with it, temperament is read
    from it, and it may be answered by itself. ``by_correspondent``: its author is the customer;
    otherwise it is a mail server that tells of a mail of ours, and no contact is made of it.
    ``held_as`` is the quarantine's reason for one that goes to no timeline.
    """

    counts: bool
    by_correspondent: bool
    place: Place
    held_as: str | None = None

    @property
    def interaction_kind(self) -> InteractionKind:
        """The ``kind`` of its interaction: whoever reads a customer's words asks for messages."""
        return "message" if self.counts else "automatic"

    @property
    def matches_only_ours(self) -> bool:
        """Whether it belongs to a ticket only by a mail that we sent, whoever its author is."""
        return self.place == "about_ours"

    def awaits_triage(self, *, opens_ticket: bool) -> bool:
        """Whether triage is to see it: what counts, and what opens a ticket, which needs a queue.

        Of what does not count triage reads no temperament, and nothing is promised for it.
        """
        return self.counts or opens_ticket


_SHOWN: Final = Treatment(counts=False, by_correspondent=True, place="timeline")


def _about_ours(held_as: str) -> Treatment:
    return Treatment(counts=False, by_correspondent=False, place="about_ours", held_as=held_as)


#: What is done with each class.
TREATMENTS: Final[Mapping[MailKind, Treatment]] = MappingProxyType(
    {
        "person": Treatment(counts=True, by_correspondent=True, place="timeline"),
        "bulk": _SHOWN,
        "auto_reply": _SHOWN,
        "bounce": _about_ours("unmatched_bounce"),
        "receipt": _about_ours("unmatched_receipt"),
        "complaint": _about_ours("unmatched_complaint"),
        "loop": Treatment(counts=False, by_correspondent=False, place="aside", held_as="own_mail"),
    }
)


def of(item: Inbound) -> Treatment:
    """How this message is treated; one that is no mail is a person's words."""
    return TREATMENTS["person" if item.received is None else item.received.mail.kind]
