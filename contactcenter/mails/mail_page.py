"""The page on which an agent reads a mail as it was written: of a stranger's HTML, nothing runs.

Three walls stand one behind the other: what is stored was made safe, it is made safe once more
here, and the policy of the page lets nothing run, load or be submitted. What the mail says stays
inside its own box, so that it cannot write over what we say of its sender.
"""

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from channels import Letter, MailAddress
from contactcenter.mails.mail_page_words import WORDS, PageWords
from contactcenter.mails.mail_views import ShownMail
from routing.calendars.persian import persian_date
from routing.wording import Language, digits, listed

#: Ours. A letter with colours of its own lies on white paper, as its writer saw it.
STYLE: Final = """
:root{color-scheme:light dark;--line:#8884;--quiet:light-dark(#666,#a3a3a3)}
*{box-sizing:border-box}
body{margin:0;font:15px/1.5 system-ui,"Vazirmatn","Noto Sans Arabic",Tahoma,sans-serif}
header,main,footer,.note{padding:12px 16px}
header,.note{border-block-end:1px solid var(--line)}
footer{border-block-start:1px solid var(--line)}
h1{font-size:1.15rem;margin:0 0 8px;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 12px;margin:0}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
.mark{display:inline-block;margin-block-start:8px;padding:2px 8px;border:1px solid;
border-radius:4px}
.bad{color:light-dark(#9a3412,#fdba74)}
.good{color:light-dark(#166534,#86efac)}
.note{color:light-dark(#444,#bbb)}
main{overflow:auto;contain:content;overflow-wrap:break-word;position:relative}
main.paper{color-scheme:light;background:#fff;color:#111}
main p,main td,main th,main div,main blockquote,main h1,main h2,main h3,main h4,
main pre{unicode-bidi:plaintext}
main img{max-width:100%;height:auto}
main pre{white-space:pre-wrap}
main blockquote{margin-inline:0;padding-inline-start:12px;border-inline-start:3px solid var(--line)}
.text{white-space:pre-wrap;unicode-bidi:plaintext}
ul{margin:0;padding-inline-start:20px}
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_NOT_IN_ADDRESS: Final = r"\s<>\"'`{}|\\^«»"
#: An address in a text, without what ends the sentence around it.
_ADDRESS: Final = re.compile(
    rf"https?://[^{_NOT_IN_ADDRESS}]{{1,2000}}(?<![.,;:!?)\]،؛؟])", re.IGNORECASE
)
_KILO: Final = 1024


class PageFile(Struct, frozen=True, kw_only=True):
    """A file of the mail, and where it can be had; None where it is not stored by itself."""

    name: str
    address: str | None
    size_bytes: int | None


def policy(frame_ancestors: Sequence[str], *, with_remote_images: bool) -> str:
    """What a browser may do with the page: show it, and open a link in a tab of its own.

    Source: https://www.w3.org/TR/CSP3/
    """
    images = "data: https: http:" if with_remote_images else "data:"
    return (
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-downloads; default-src 'none'; "
        f"img-src {images}; style-src 'unsafe-inline'; style-src-attr 'unsafe-inline'; "
        f"style-src-elem 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {' '.join(frame_ancestors)}"
    )


def page(
    mail: ShownMail,
    letter: Letter | None,
    files: Sequence[PageFile],
    *,
    language: Language,
    with_remote_images: bool,
    images_address: str | None = None,
) -> str:
    """The page, in the words of the agent's language; without a ``letter`` the mail's text.

    At ``images_address`` is the same page with images that stand elsewhere.
    """
    words = WORDS[language]
    parts = [
        "<!doctype html>",
        f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"><head>',
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        '<meta name="referrer" content="no-referrer"><base target="_blank">',
        f"<title>{html.escape(mail.subject or words.no_subject)}</title>",
        f"<style>{STYLE}</style></head><body>",
        _header(mail, words, language),
        _note(words.images_loaded)
        if with_remote_images and letter is not None
        else _images_note(letter, words, language, images_address),
        _main(mail, letter, words),
        _files(files, words, language),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part)


def _header(mail: ShownMail, words: PageWords, language: Language) -> str:
    senders = (mail.from_,) if mail.from_ else ()
    rows = [
        (words.sender, _people(senders, language) or words.no_sender),
        (words.to, _people(mail.to, language)),
        (words.cc, _people(mail.cc, language)),
        (words.date, _date(mail, language)),
    ]
    table = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
    marks = "".join(_marks(mail, words))
    subject = html.escape(mail.subject or words.no_subject)
    return f"<header><h1><bdi>{subject}</bdi></h1><dl>{table}</dl>{marks}</header>"


def _people(people: Sequence[MailAddress], language: Language) -> str:
    """Each with the address, which no name can stand in for; apart, whichever way it is written."""
    told = []
    for one in people:
        name = f"<bdi>{html.escape(one.name)}</bdi> " if one.name else ""
        told.append(f"{name}<bdi>&lt;{html.escape(one.address)}&gt;</bdi>")
    return listed(told, language)


def _marks(mail: ShownMail, words: PageWords) -> list[str]:
    marks = []
    if mail.verified:
        domain = mail.from_.address.rpartition("@")[2] if mail.from_ else ""
        said = words.verified.format(domain=f"<bdi>{html.escape(domain)}</bdi>")
        marks.append(f'<span class="mark good">{said}</span> ')
    elif mail.verified is False:
        marks.append(f'<span class="mark bad">{words.not_verified}</span> ')
    if mail.class_ in words.classes:
        marks.append(f'<span class="mark">{words.classes[mail.class_]}</span>')
    return marks


def _images_note(
    letter: Letter | None, words: PageWords, language: Language, address: str | None
) -> str:
    if letter is None or not letter.images_left_out:
        return ""
    said = words.images_left_out.format(n=digits(str(letter.images_left_out), language))
    if address is None:
        return _note(said)
    link = f'<a href="{html.escape(address)}" rel="noopener noreferrer">{words.load_images}</a>'
    return _note(f"{said} {link}")


def _note(said: str) -> str:
    return f'<div class="note">{said}</div>'


def _main(mail: ShownMail, letter: Letter | None, words: PageWords) -> str:
    if letter is not None:
        paper = ' class="paper"' if letter.has_colours else ""
        return f'<main dir="auto"{paper}>{letter.html}</main>'
    if not mail.text.strip():
        return f"<main>{words.is_empty}</main>"
    return f'<main dir="auto"><div class="text">{_linked(mail.text)}</div></main>'


def _linked(text: str) -> str:
    """The text with its web addresses as links."""
    pieces = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = html.escape(found[0])
        pieces.append(html.escape(text[end : found.start()]))
        pieces.append(f'<a href="{address}" rel="noopener noreferrer nofollow">{address}</a>')
        end = found.end()
    pieces.append(html.escape(text[end:]))
    return "".join(pieces)


def _files(files: Sequence[PageFile], words: PageWords, language: Language) -> str:
    if not files:
        return ""
    items = []
    for file in files:
        size = "" if file.size_bytes is None else f" ({_size(file.size_bytes, language)})"
        told = f"<bdi>{html.escape(file.name)}</bdi>"
        if file.address is not None:
            told = f'<a href="{html.escape(file.address)}" rel="noopener noreferrer">{told}</a>'
        items.append(f"<li>{told}{size}</li>")
    return f"<footer>{words.files}<ul>{''.join(items)}</ul></footer>"


def _size(size_bytes: int, language: Language) -> str:
    units = ("B", "kB", "MB") if language == "en" else ("بایت", "کیلوبایت", "مگابایت")
    size, unit = float(size_bytes), units[0]
    for unit in units:
        if size < _KILO:
            break
        size /= _KILO if unit != units[-1] else 1
    return f"{digits(f'{size:.0f}', language)} {unit}"


def _date(mail: ShownMail, language: Language) -> str:
    """When he says that he wrote it, by his clock; in Persian a Persian date."""
    at = mail.occurred_at if mail.sent_at is None else _instant(mail.sent_at) or mail.occurred_at
    try:
        day = persian_date(at.date()) if language == "fa" else at.date()
    except ValueError:  # of no year that the Persian calendar is known for
        day = at.date()
    offset = f"{at:%z}"
    zone = f" <bdi>(UTC{offset[:3]}:{offset[3:5]})</bdi>" if offset else ""
    return f"<bdi>{digits(f'{day} {at:%H:%M}', language)}</bdi>{zone}"


def _instant(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None
