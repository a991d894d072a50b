"""A mail as people and the app see it: who, when, what, the new words, the files, the kind."""

import re
from codecs import BOM_UTF8
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Final

from channels._mail import addresses, bodies, bounces, kinds, markup, structure
from channels._mail.header_fields import VALUE_BYTES, HeaderFields, readable
from channels._mail.new_words import new_words
from channels._mail.values import Mail, MailAddress, NotUnderstood

#: Larger mails are kept and not read; providers take 25 to 35 MB.
BYTES: Final = 60_000_000
#: Fields of our own border stand before all others; no border writes more.
RESULTS: Final = 20
_A_DAY_S: Final = 86_400
#: Fields with which mails begin, and no letters.
_NAMES_ITSELF: Final = re.compile(
    rb"(?:from|to|subject|date|message-id|received|return-path|delivered-to|mime-version|dkim-signature"
    rb"|authentication-results|arc-seal|x-[a-z-]{1,60})[ \t]*:",
    re.IGNORECASE,
)


def understand(raw: bytes, *, with_remote_images: bool = False) -> Mail:
    """Read a mail; raises ``NotUnderstood``, and nothing else.

    ``with_remote_images`` lets its HTML name images elsewhere: their owners learn who looks.
    """
    if not raw.strip():
        raise NotUnderstood("empty", "There is nothing in it.")
    if len(raw) > BYTES:
        raise NotUnderstood("too_large", f"It has {len(raw)} bytes; {BYTES} are read at most.")
    try:
        header, parts = structure.split(_without_what_came_before(raw))
    except structure.TooManyParts as error:
        detail = f"It has more than {structure.PARTS} parts."
        raise NotUnderstood("too_many_parts", detail) from error
    if not header.fields:
        raise NotUnderstood("not_a_mail", "It does not begin with a header field.")
    return _made(header, parts, with_remote_images=with_remote_images)


def _without_what_came_before(raw: bytes) -> bytes:
    """Editors put a mark before a mail, pipes empty lines; behind them a mail names itself."""
    rest = raw.removeprefix(BOM_UTF8).lstrip(b"\r\n")
    return rest if _NAMES_ITSELF.match(rest) else raw


def _made(header: HeaderFields, parts: list[structure.Part], *, with_remote_images: bool) -> Mail:
    said = bodies.gather(parts)
    senders = addresses.read(header.raw("from")) or addresses.read(header.raw("sender"))
    author = senders[0] if senders else None
    judged = kinds.judge(header, parts, said.text, author.address if author else "")
    html = None
    if said.html is not None and not markup.is_too_much(said.html):
        html = markup.safe(said.html, with_remote_images=with_remote_images)
    return Mail(
        message_id=next(iter(bounces.ids(header.raw("message-id"))), None),
        in_reply_to=tuple(bounces.ids(header.raw("in-reply-to"))),
        references=tuple(bounces.ids(header.raw("references"))),
        author=author,
        to=tuple(_all_in(header, "to")),
        cc=tuple(_all_in(header, "cc")),
        reply_to=tuple(_all_in(header, "reply-to")),
        date=_date(header.text("date")),
        subject=header.text("subject"),
        text=said.text,
        new_text=new_words(said.unquoted),
        html=html,
        files=said.files,
        kind=judged.kind,
        bounce=judged.bounce,
        notice=judged.notice,
        loop=judged.loop,
        authentication_results=tuple(
            readable(one) for one in header.raw_all("authentication-results")[:RESULTS]
        ),
    )


def _all_in(header: HeaderFields, name: str) -> list[MailAddress]:
    """A field that is there several times, though it must not be, counts as one."""
    return addresses.read(b", ".join(header.raw_all(name))[:VALUE_BYTES])


def _date(text: str) -> str | None:
    """The instant a Date field names, in its own offset; None where it names none."""
    try:
        found = parsedate_tz(text[:200])
        if found is None:
            return None
        offset_s = found[9] or 0
        zone = timezone(timedelta(seconds=offset_s if abs(offset_s) < _A_DAY_S else 0))
        return datetime(*found[:5], min(found[5], 59), tzinfo=zone).isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
