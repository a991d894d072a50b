"""From a mail's bytes to what the inbox takes, the same for every way in."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from channels._base import Env, Setting
from channels._email import addresses
from channels._listed import listed
from channels._mail import authentication, reply_address, threads
from channels._mail.readers import MailReaders
from channels._mail.values import Mail, Refused
from channels._messages import Address, Inbound, MailReceived, Raw, Thread, Unreadable

NAME: Final = "email"
MAIL: Final = "message/rfc822"
#: Whose word is believed on where a mail comes from.
AUTHSERV_IDS: Final = "mail_authserv_ids"
SETTINGS: Final = (
    Setting(
        key=AUTHSERV_IDS,
        help="Names of our own mail servers in Authentication-Results; nobody else's are believed.",
        required=False,
        many=True,
        example="mx.example.com",
    ),
)
#: A mail without an author is somebody's all the same: nobody else's.
_NOBODY: Final = "withheld"


class Receiver:
    """Reads mails; one a process. Knows our own addresses by ``env.own``."""

    def __init__(self, env: Env, readers: MailReaders) -> None:
        self._env = env
        self._readers = readers

    def entry_point_of(self, recipient: str) -> str | None:
        """Which of our addresses a mail to ``recipient`` is for; None if it is none of ours.

        What stands behind a ``+`` in the local part does not matter.
        """
        known = self._env.own.addresses(NAME)
        return next((one for one in addresses.writings(recipient) if one in known), None)

    async def understood(
        self,
        raw: bytes,
        *,
        entry_point: str,
        recipient: str | None = None,
        envelope_sender: str | None = None,
        received_at: datetime | None = None,
    ) -> Inbound | Unreadable:
        """Read a mail that came to one of our addresses; whatever it holds, there is an answer.

        ``recipient`` is the address as it was written in the envelope, with what stands behind a
        ``+``; None where the way in does not tell: then the fields To and Cc say it.
        """
        kept = Raw(
            body=raw,
            content_type=MAIL,
            headers=_told(entry_point, recipient, envelope_sender, received_at),
        )
        answer = await self._readers.read(raw)
        if isinstance(answer, Refused):
            return Unreadable(channel=NAME, reason=answer.reason, detail=answer.detail, raw=kept)
        return self._inbound(self._judged(answer, kept.headers.get("envelope_sender")), kept)

    async def again(self, kept: Raw) -> Inbound | Unreadable:
        """Read what was kept, as when it came."""
        received_at = kept.headers.get("received_at")
        return await self.understood(
            kept.body,
            entry_point=kept.headers["entry_point"],
            recipient=kept.headers.get("recipient"),
            envelope_sender=kept.headers.get("envelope_sender"),
            received_at=datetime.fromisoformat(received_at) if received_at else None,
        )

    def _inbound(self, mail: Mail, kept: Raw) -> Inbound:
        entry_point = kept.headers["entry_point"]
        recipient = kept.headers.get("recipient") or self._recipient(mail, entry_point)
        own = self._env.own.of(NAME, entry_point)
        named = own.get(AUTHSERV_IDS) or self._env.settings.get(AUTHSERV_IDS, "")
        borders = frozenset(one.lower() for one in listed(named))
        sender = _sender(mail)
        received_at = kept.headers.get("received_at")
        return Inbound(
            channel=NAME,
            entry_point=entry_point,
            sender=sender,
            text=mail.new_text,
            raw=kept,
            external_id=_external_id(mail),
            sender_name=(mail.author.name if mail.author else "") or None,
            occurred_at=datetime.fromisoformat(received_at) if received_at else None,
            details={"class": mail.kind},
            thread=Thread(
                ticket_id=self._proven(recipient, entry_point),
                answers=threads.answers(mail),
                named_ticket_id=threads.named_ticket(mail.subject),
            ),
            received=MailReceived(
                mail=mail,
                authentication=authentication.read(mail.authentication_results, borders),
                recipient=recipient,
                envelope_sender=kept.headers.get("envelope_sender"),
            ),
        )

    def _judged(self, mail: Mail, envelope_sender: str | None) -> Mail:
        """A mail of our software is our own only if one of our addresses wrote it.

        To the null reverse path nobody can answer, so no person wrote from there.
        Source: https://www.rfc-editor.org/rfc/rfc3834#section-2
        """
        if mail.loop is not None and any(map(self.entry_point_of, mail.loop.senders)):
            return mail
        kind = mail.kind if mail.loop is None else mail.loop.otherwise
        if kind == "person" and envelope_sender == "":
            kind = "auto_reply"
        return msgspec.structs.replace(mail, kind=kind)

    def _recipient(self, mail: Mail, entry_point: str) -> str:
        """The address of ours in To or Cc, else the entry point itself: it came as a blind copy."""
        for one in (*mail.to, *mail.cc):
            if self.entry_point_of(one.address) == entry_point:
                return one.address
        return entry_point

    def _proven(self, recipient: str, entry_point: str) -> int | None:
        return reply_address.ticket_of(recipient, entry_point, self._env.reply_keys())


def _told(
    entry_point: str,
    recipient: str | None,
    envelope_sender: str | None,
    received_at: datetime | None,
) -> dict[str, str]:
    said = {"entry_point": entry_point}
    if recipient is not None:
        said["recipient"] = recipient
    if envelope_sender is not None:
        said["envelope_sender"] = envelope_sender
    if received_at is not None:
        said["received_at"] = received_at.astimezone(UTC).isoformat()
    return said


def _sender(mail: Mail) -> Address:
    """Who From names. Where it names nobody, somebody who is nobody else: the mail's own hash."""
    written = addresses.canonical(mail.author.address) if mail.author else None
    if written is not None:
        return Address(kind="email", value=written)
    return Address(kind=_NOBODY, value=f"email:{_digest(mail).hex()[:32]}")


def _external_id(mail: Mail) -> str:
    """The Message-ID and what was said: an id that is used again is not the same mail again."""
    return f"{(mail.message_id or '')[:200]} {_digest(mail).hex()[:32]}"


def _digest(mail: Mail) -> bytes:
    said: Sequence[bytes] = [
        (mail.date or "").encode(),
        (mail.author.address if mail.author else "").encode(),
        mail.subject.encode(errors="replace"),
        mail.text.encode(errors="replace"),
        *(hashlib.sha256(file.content).digest() for file in mail.files),
    ]
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in said)).digest()
