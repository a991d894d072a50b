"""Reports of mail servers: what became of a mail we sent, to whom, and for good or for now.

Read from the structure where there is one, else from the words of servers that know none.
Source: https://www.rfc-editor.org/rfc/rfc3464, https://www.rfc-editor.org/rfc/rfc3463,
https://cr.yp.to/proto/qsbmf.txt
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from channels._mail import addresses, header_fields, structure
from channels._mail.charsets import decoded
from channels._mail.header_fields import HeaderFields
from channels._mail.structure import Part
from channels._mail.values import Bounce, Notice

_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE: Final = re.compile(r"(?:^|[\s#(:])([45]\d\d)[\s-](?:\d\.\d{1,3}\.\d{1,3}\b|[A-Za-z<])")
_ANGLED: Final = re.compile(r"<([^<>\s@]{1,64}@[^<>\s@]{1,255})>")
_BARE: Final = re.compile(r"\b([\w.+=-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_FINAL_WORDS: Final = re.compile(
    r"permanent(?:ly)? (?:error|fail)|giving up|does not exist|user unknown|no such user"
    r"|unknown user"
    r"|address (?:not found|rejected)|undeliverable|could(?: not|n't) be (?:delivered|found)"
    r"|mailbox unavailable",
    re.IGNORECASE,
)
_FOR_NOW_WORDS: Final = re.compile(
    r"\bdelayed\b|will (?:be )?retr|still (?:being retried|trying)|not yet been delivered|temporar"
    r"|warning: (?:message|could not send)",
    re.IGNORECASE,
)
_SUBJECTS: Final = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|incomplete|delayed)"
    r"|returned mail"
    r"|failure notice|mail delivery (?:failed|system|subsystem)|message not delivered"
    r"|non remis|unzustellbar"
    r"|عدم تحویل|تحویل نشد|برگشت(?:ی)? ایمیل",
    re.IGNORECASE,
)
_SERVERS: Final = re.compile(
    r"\A(?:mailer-daemon|postmaster|mail-daemon|mdaemon|no-?reply-dsn)\b", re.IGNORECASE
)
_READ: Final = 30_000
#: Of a report so much is read: no mail of ours has a thousand recipients.
_REPORT_BYTES: Final = 500_000
_BLOCKS: Final = 1_000
_BLANK_LINE: Final = re.compile(rb"\r?\n[ \t]*\r?\n")


def from_structure(parts: Sequence[Part]) -> Bounce | Notice | None:
    """Read a delivery status notification: what went wrong, or what went well; None without one."""
    for part in parts:
        if part.content_type in {"message/delivery-status", "message/global-delivery-status"}:
            content, message_id = part.content(), returned_id(parts)
            return _of_status(content, message_id) or _of_success(content, message_id)
    return None


def _of_status(content: bytes, message_id: str | None) -> Bounce | None:
    """The worst that is said of any recipient."""
    found: Bounce | None = None
    for fields in blocks(content):
        action, status = fields.word("action"), _STATUS.search(fields.text("status"))
        code = status[1] if status else None
        is_final = action == "failed" or (not action and (code or "").startswith("5"))
        is_for_now = action == "delayed" or (not action and (code or "").startswith("4"))
        if not (is_final or is_for_now):
            continue
        permanent = is_final and not (code or "").startswith("4.")
        if found is None or (permanent, is_final) > (found.permanent, found.gave_up):
            found = Bounce(
                permanent=permanent,
                recipient=recipient(fields),
                status=code,
                message_id=message_id,
                gave_up=is_final,
            )
    return found


def _of_success(content: bytes, message_id: str | None) -> Notice:
    """Handed to a mailbox, or to a list; ``relayed`` only says that nobody will tell more."""
    arrived = [f for f in blocks(content) if f.word("action") in {"delivered", "expanded"}]
    return Notice(
        message_id=message_id,
        recipient=recipient(arrived[0]) if arrived else None,
        status="delivered" if arrived else None,
    )


def blocks(content: bytes) -> Iterator[HeaderFields]:
    """The groups of fields in a report: one of the mail, then one a recipient."""
    for block in _BLANK_LINE.split(content[:_REPORT_BYTES].strip(), _BLOCKS):
        yield header_fields.read(block, most=header_fields.PART_FIELDS)


def recipient(fields: HeaderFields) -> str | None:
    """Whom a report is about."""
    for name in ("final-recipient", "original-recipient"):
        value = fields.text(name).partition(";")[2].strip().strip("<>")
        if "@" in value:
            return value
    return None


def from_words(header: HeaderFields, text: str, parts: Sequence[Part]) -> Bounce | None:
    """Read a bounce of a server that writes prose; None where it is none."""
    senders = addresses.read(header.raw("from"))
    is_from_server = bool(senders) and bool(_SERVERS.match(senders[0].address))
    returned_to_nobody = header.text("return-path").strip() == "<>"
    says_so = bool(_SUBJECTS.search(header.text("subject")))
    has_failed = header.raw("x-failed-recipients") is not None
    if not (has_failed or (says_so and (is_from_server or returned_to_nobody))):
        return None
    said = text[:_READ]
    status = _STATUS.search(said)
    reply = _REPLY_CODE.search(said)
    code = status[1] if status else (f"{reply[1][0]}.0.0" if reply else None)
    permanent = (code or "").startswith("5") or (
        code is None and (bool(_FINAL_WORDS.search(said)) or not _FOR_NOW_WORDS.search(said))
    )
    failed = header.text("x-failed-recipients").partition(",")[0].strip()
    named = _ANGLED.search(said) or _BARE.search(said)
    return Bounce(
        permanent=permanent,
        recipient=failed or (named[1] if named else None),
        status=code,
        message_id=returned_id(parts) or _id_in(said),
        gave_up=permanent or not _FOR_NOW_WORDS.search(said),
    )


def returned_id(parts: Sequence[Part]) -> str | None:
    """The Message-ID of the mail that came back, from what is attached of it."""
    for part in parts:
        if part.content_type in {
            "message/rfc822",
            "message/global",
            "text/rfc822-headers",
            "message/rfc822-headers",
        }:
            found = ids(structure.read_header(part.content()).raw("message-id"))
            if found:
                return found[0]
    return None


def _id_in(text: str) -> str | None:
    found = re.search(r"(?im)^[ \t>]*message-id:[ \t]*<([^<>\s]{1,250})>", text)
    return found[1] if found else None


def ids(value: bytes | None) -> list[str]:
    """The message ids of a field, without their brackets."""
    if value is None:
        return []
    text = decoded(value, None)
    found = re.findall(r"<([^<>]{1,900})>", text) or [w for w in text.split() if "@" in w]
    return list(dict.fromkeys("".join(one.split()) for one in found if one.strip()))
