"""What is said of a mail: the values that its reader hands on, without anything that reads."""

from typing import Literal

from msgspec import Struct

Kind = Literal["person", "auto_reply", "bounce", "receipt", "complaint", "bulk", "loop"]

Result = Literal["pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror"]


class MailAddress(Struct, frozen=True):
    """One correspondent; ``name`` may be empty, and so may an ``address`` that is none."""

    name: str
    address: str


class File(Struct, frozen=True, kw_only=True):
    """An enclosure as it came. ``declared_type`` is the sender's word for it."""

    name: str
    declared_type: str
    content: bytes
    inline: bool
    content_id: str | None


class Bounce(Struct, frozen=True, kw_only=True):
    """A mail of ours that did not arrive; ``permanent`` is False of what another try may mend.

    ``status`` is an enhanced status code where one is told; ``message_id`` that of our mail.
    ``gave_up`` is False while a server goes on trying; who gave up may have done so for a full
    mailbox.
    """

    permanent: bool
    recipient: str | None
    status: str | None
    message_id: str | None = None
    gave_up: bool = True


class Notice(Struct, frozen=True, kw_only=True):
    """What a receipt or a complaint says of a mail of ours; ``message_id`` is that mail's.

    ``status`` is ``delivered`` where a server took it for its reader, ``read`` where it was shown
    to him, None where neither is said. ``feedback`` is what a complaint is about, as RFC 5965 names
    it (``abuse``, ``not-spam``, …).
    """

    message_id: str | None
    recipient: str | None = None
    status: Literal["delivered", "read"] | None = None
    feedback: str | None = None


class Loop(Struct, frozen=True, kw_only=True):
    """Our software wrote it, here or elsewhere: from which addresses; else what kind it is."""

    senders: tuple[str, ...]
    otherwise: Kind


class Mail(Struct, frozen=True, kw_only=True, tag=True):
    """One mail, understood. ``author`` is who From names: a Reply-To never is.

    Message ids stand without their brackets. ``html`` is safe to show, None where the mail has
    none or too much of it; ``text`` is the whole as text, ``new_text`` what the writer wrote this
    time. ``date`` is the sender's claim, in ISO 8601 with his offset. ``bounce``, ``notice`` and
    ``loop`` are there for the kinds they are about.
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    author: MailAddress | None
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    reply_to: tuple[MailAddress, ...]
    date: str | None
    subject: str
    text: str
    new_text: str
    html: str | None
    files: tuple[File, ...]
    kind: Kind
    bounce: Bounce | None
    authentication_results: tuple[str, ...] = ()
    notice: Notice | None = None
    loop: Loop | None = None


class Authentication(Struct, frozen=True, kw_only=True):
    """What the border found, None where it says nothing; DMARC vouches for ``domain``."""

    spf: Result | None = None
    dkim: Result | None = None
    dmarc: Result | None = None
    domain: str | None = None

    @property
    def is_verified(self) -> bool:
        """Whether the author's domain is who sent it; a merge of people requires it."""
        return self.dmarc == "pass"


class Enclosure(Struct, frozen=True, kw_only=True):
    """A file that goes with a mail; ``content_type`` is what we found it to be."""

    name: str
    content_type: str
    content: bytes


class NotUnderstood(Exception):
    """Bytes that are no mail that can be read; ``reason`` is a stable word for the quarantine."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Refused(Struct, frozen=True, kw_only=True, tag=True):
    """It goes to the quarantine: a stable word and a sentence for a person."""

    reason: str
    detail: str


class Fragment(Struct, frozen=True, kw_only=True, tag=True):
    """A piece of HTML: safe to show, None where there is too much of it, and its words."""

    html: str | None
    text: str


#: What the reading process is asked to make of the bytes: a mail, or HTML, remote images or not.
Question = Literal["mail", "mail_with_images", "html", "html_with_images"]
Answer = Mail | Fragment | Refused
