"""Mails we send: composed so that no word of a customer or an agent can become a header of ours.

The Message-ID comes from the attempt's own id, so a mail that is sent twice because an answer was
lost is the same mail twice, and threads on both sides.
Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4, https://www.rfc-editor.org/rfc/rfc3834,
https://www.rfc-editor.org/rfc/rfc8058
"""

import hashlib
import html as entities
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from msgspec import Struct

from channels._failures import Undeliverable
from channels._mail.kinds import LOOP_FIELD
from channels._mail.values import Enclosure, MailAddress
from channels._mail.written_fields import (
    FieldPolicy,
    Written,
    addressees,
    bare_address,
    ids,
    is_id,
    links,
    said,
)

#: A References field longer than this loses its middle: the first and the newest stay.
REFERENCES: Final = 20
SUBJECT_CHARACTERS: Final = 250
_PARAGRAPHS: Final = re.compile(r"\n{2,}")
_POLICY: Final = FieldPolicy(linesep="\r\n", max_line_length=78, cte_type="7bit")


class Letter(Struct, frozen=True, kw_only=True):
    """A mail to be. ``message_id``, ``in_reply_to`` and ``references`` stand without brackets.

    ``automatic`` is for what no person wrote: it is marked so, and nobody's machine answers it.
    ``unsubscribe`` are addresses (https or mailto) by which a reader leaves a list.
    """

    message_id: str
    author: MailAddress
    recipient: MailAddress
    sent_at: datetime
    subject: str
    text: str
    cc: Sequence[MailAddress] = ()
    reply_to: str | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = ()
    signature: str = ""
    automatic: bool = False
    unsubscribe: Sequence[str] = ()


def compose(letter: Letter) -> bytes:
    """The mail as it goes over the wire; raises ``Undeliverable`` where an address is none."""
    everybody = [one.address for one in (letter.author, letter.recipient, *letter.cc)]
    written = [*everybody, letter.reply_to or ""]
    is_ascii = all(one.rpartition("@")[0].isascii() for one in written)
    made = EmailMessage(policy=_POLICY if is_ascii else _POLICY.clone(utf8=True))
    if not is_id(letter.message_id):
        raise ValueError(f"{letter.message_id!r} is no message id")
    made["Message-ID"] = ids([letter.message_id])
    made["Date"] = format_datetime(letter.sent_at)
    made["From"] = addressees([letter.author])
    made["To"] = addressees([letter.recipient])
    if letter.cc:
        made["Cc"] = addressees(letter.cc)
    made["Subject"] = said(letter.subject)[:SUBJECT_CHARACTERS]
    if letter.reply_to is not None:
        made["Reply-To"] = addressees([MailAddress(letter.author.name, letter.reply_to)])
    _thread(made, letter)
    made[LOOP_FIELD] = Written(bare_address(letter.author.address))
    if letter.automatic:
        made["Auto-Submitted"] = "auto-replied"
        made["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe:
        made["List-Unsubscribe"] = links(letter.unsubscribe)
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text = letter.text if not letter.signature else f"{letter.text}\n\n-- \n{letter.signature}"
    made.set_content(text, cte="quoted-printable")
    made.add_alternative(as_html(letter.text, letter.signature), subtype="html", cte="base64")
    for one in letter.enclosures:
        kind, _, rest = one.content_type.partition(";")[0].partition("/")
        made.add_attachment(
            one.content,
            maintype=kind if kind not in {"text", "message", "multipart"} else "application",
            subtype=rest if kind not in {"text", "message", "multipart"} else "octet-stream",
            filename=said(one.name) or "file",
        )
    _bound(made, letter.message_id)
    return _checked(made.as_bytes(), made)


def _checked(raw: bytes, made: EmailMessage) -> bytes:
    """The mail, if its header has the fields that were set and not one more."""
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    found = [line.partition(b":")[0].decode() for line in head if line[:1] not in b" \t"]
    if found != list(made):
        raise Undeliverable("Something in it would have become a header field.", code="bad_header")
    return raw


def _bound(made: EmailMessage, message_id: str) -> None:
    """Boundaries that are the same at each attempt; no encoded text has ``=_`` in it."""
    seed = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for n, part in enumerate(one for one in made.walk() if one.is_multipart()):
        part.set_boundary(f"=_{seed}_{n}")


def as_html(text: str, signature: str = "") -> str:
    """What an agent wrote, a paragraph each, in whichever direction its words run."""
    pieces = [_paragraph(p) for p in _PARAGRAPHS.split(text.strip("\n"))]
    if signature:
        pieces.append(f'<p dir="auto" style="color:#666">{_lines(signature)}</p>')
    return "<!doctype html>\n<html><body>\n" + "\n".join(pieces) + "\n</body></html>\n"


def _paragraph(text: str) -> str:
    return f'<p dir="auto">{_lines(text)}</p>'


def _lines(text: str) -> str:
    return entities.escape(text.strip("\n")).replace("\n", "<br>\n")


def _thread(made: EmailMessage, letter: Letter) -> None:
    """Fields by which both sides' programs find the conversation."""
    known = [one for one in letter.references if is_id(one)]
    answered = letter.in_reply_to if letter.in_reply_to and is_id(letter.in_reply_to) else None
    if answered is not None:
        made["In-Reply-To"] = ids([answered])
        known = [one for one in known if one != answered] + [answered]
    if known:
        kept = known if len(known) <= REFERENCES else [known[0], *known[1 - REFERENCES :]]
        made["References"] = ids(kept)
