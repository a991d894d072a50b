"""What a conversation looks like in a mail to its visitor: pure, in English or Persian.

Whoever asks for it may have told an address of somebody else. To an address that is not known to
be his no links and no names of files go that a visitor wrote: what is left is worth no advertiser's
time, and agents' words stand as they are.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Final, Literal

from msgspec import Struct

from routing.calendars import persian
from routing.wording import Language, digits

#: The end of a long conversation is worth more than its beginning.
CHARACTERS: Final = 100_000

SUBJECTS: Final[dict[Language, str]] = {"en": "Your chat with us", "fa": "گفت‌وگوی شما با ما"}
_BEGINNINGS: Final[dict[Language, str]] = {
    "en": "You asked for your chat with us by email. The times are those of {zone}.",
    "fa": "خواسته بودید گفت‌وگویتان با ما را با ایمیل بفرستیم. ساعت‌ها به وقت {zone} است.",
}
_ENDINGS: Final[dict[Language, str]] = {
    "en": "You did not chat with us? Somebody told your address by mistake; you need do nothing.",
    "fa": "با ما گفت‌وگو نکرده‌اید؟ کسی نشانی شما را به اشتباه داده است؛ لازم نیست کاری بکنید.",
}
_LEFT_OUT: Final[dict[Language, str]] = {
    "en": "(What was said before is left out.)",
    "fa": "(آنچه پیش‌تر گفته شد نیامده است.)",
}
_YOU: Final[dict[Language, str]] = {"en": "You", "fa": "شما"}
_WE: Final[dict[Language, str]] = {"en": "We", "fa": "ما"}
_FILE: Final[dict[Language, str]] = {"en": "file", "fa": "پرونده"}
_LINK: Final[dict[Language, str]] = {"en": "[link]", "fa": "[پیوند]"}
#: Words in which is a scheme, or what programs take for a host or an address and make a link of;
#: names of hosts have letters and full stops of many scripts. A full stop between Persian words is
#: none of a host: many write no blank after it.
_WORD: Final = re.compile(r"\S+", re.ASCII)
_LINK_WITHIN: Final = re.compile(
    r"://|(?<![a-z0-9])(?:mailto:|tel:|www\.)|"
    r"[\w-][.\u3002\uff0e\uff61](?:xn--[a-z0-9-]+|[^\W\d_\u0600-\u08ff\ufb50-\ufeff]{2,24})(?![a-z0-9])",
    re.IGNORECASE,
)


class Spoken(Struct, frozen=True, kw_only=True):
    """A message of a conversation, by whom, and the names of its files."""

    at: datetime
    by: Literal["visitor", "agent", "centre"]
    name: str | None
    text: str
    files: list[str]


def transcript(spoken: Sequence[Spoken], language: Language, zone: tzinfo, *, is_his: bool) -> str:
    """The text of the mail; ``is_his``: the address is known to be the visitor's."""
    parts: list[str] = []
    day: date | None = None
    for one in spoken:
        at = one.at.astimezone(zone)
        if at.date() != day:
            day = at.date()
            parts.append(persian.label(day) if language == "fa" else f"{day:%A, %-d %B %Y}")
        parts.append(_message(one, at, language, is_his=is_his))
    body, is_cut = _end_of(parts)
    beginning = _BEGINNINGS[language].format(zone=zone)
    left_out = [_LEFT_OUT[language]] if is_cut else []
    return "\n\n".join([beginning, *left_out, *body, _ENDINGS[language]])


def without_links(text: str, language: Language) -> str:
    """The text as nobody can be led anywhere by it."""
    link = _LINK[language]
    return _WORD.sub(lambda word: link if _LINK_WITHIN.search(word[0]) else word[0], text)


def _message(one: Spoken, at: datetime, language: Language, *, is_his: bool) -> str:
    who = (
        {"visitor": _YOU[language], "centre": _WE[language]}.get(one.by)
        or one.name
        or _WE[language]
    )
    trusted = is_his or one.by != "visitor"
    text = one.text if trusted else without_links(one.text, language)
    files = [
        f"[{_FILE[language]}: {name}]" if trusted else f"[{_FILE[language]}]" for name in one.files
    ]
    head = f"{digits(f'{at:%H:%M}', language)} {who}:"
    return "\n".join([head, *([text] if text else []), *files])


def _end_of(parts: Sequence[str]) -> tuple[list[str], bool]:
    """As many of the last parts as a mail takes, and whether some are left out."""
    kept: list[str] = []
    left = CHARACTERS
    for part in reversed(parts):
        left -= len(part)
        if left < 0 and kept:
            return kept[::-1], True
        kept.append(part[:CHARACTERS])
    return kept[::-1], False
