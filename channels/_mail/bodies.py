"""The words and the files of a mail: which part is the letter, which an enclosure."""

import html as entities
import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from channels._mail import markup, structure, tnef
from channels._mail.charsets import decoded
from channels._mail.structure import Part
from channels._mail.values import File

#: A plain alternative that says no more than this has nothing to say.
_SEE_HTML: Final = re.compile(
    r"[^\n]{0,200}\b(?:view|see|requires?|enable|display"
    r"|support)\b[^\n]{0,120}\bhtml\b[^\n]{0,120}\Z",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_TEXTS: Final = frozenset({"text/plain", "text/html", "text/enriched", "text"})
#: Characters of a letter that are read; nobody writes more, and what follows is in the original.
CHARACTERS: Final = 1_000_000


class Bodies(Struct, frozen=True, kw_only=True):
    """What a mail says. ``html`` is as it came, not safe; None where nothing was said in HTML."""

    text: str
    unquoted: str
    html: str | None
    files: tuple[File, ...]


class _Slot:
    """One stretch of the letter, said in one or several ways."""

    def __init__(self) -> None:
        self.plain: str | None = None
        self.html: str | None = None

    def text(self, *, is_too_much: bool) -> str:
        if self._is_said_plainly():
            return self.plain or ""
        return _between_tags(self.html or "") if is_too_much else markup.to_text(self.html or "")

    def unquoted(self, *, is_too_much: bool) -> str:
        """Its words without what the HTML marks as a quotation."""
        if self._is_said_plainly() or is_too_much:
            return self.text(is_too_much=is_too_much)
        return markup.to_text(self.html or "", without_quotes=True)

    def as_html(self) -> str:
        if self.html is not None:
            return self.html
        return f'<pre dir="auto">{entities.escape(self.plain or "", quote=False)}</pre>'

    def _is_said_plainly(self) -> bool:
        plain = (self.plain or "").strip()
        if self.html is None:
            return True
        return bool(plain) and not _SEE_HTML.fullmatch(plain)


def gather(parts: Sequence[Part]) -> Bodies:
    """Sort the leaves of a mail into its letter and its enclosures."""
    slots: dict[tuple[int, ...], _Slot] = {}
    files: list[File] = []
    room = CHARACTERS
    for part in parts:
        if _is_letter(part, slots):
            room -= _say(slots.setdefault(_place(part), _Slot()), part, room)
        else:
            files += _enclosed(part, slots)
    for slot in slots.values():
        if slot.plain is not None and "begin " in slot.plain:
            slot.plain, coded = structure.take_uuencoded(slot.plain)
            files += [_unnamed_type(name, content) for name, content in coded]
    said = list(slots.values())
    has_html = any(slot.html is not None for slot in said)
    is_too_much = markup.is_too_much("\n".join(slot.html or "" for slot in said))
    return Bodies(
        text=_together(slot.text(is_too_much=is_too_much) for slot in said),
        unquoted=_together(slot.unquoted(is_too_much=is_too_much) for slot in said),
        html="\n".join(slot.as_html() for slot in said)[:CHARACTERS] if has_html else None,
        files=tuple(files),
    )


def _is_letter(part: Part, slots: dict[tuple[int, ...], _Slot]) -> bool:
    if part.is_multipart:
        return not part.ancestors or len(part.ancestors) < structure.DEPTH
    if part.content_type not in _TEXTS or part.disposition == "attachment":
        return False
    if part.parent == "multipart/related" and part.path[-1] > 0:
        return False
    return not part.file_name or not slots


def _place(part: Part) -> tuple[int, ...]:
    """Alternatives stand at one place; everything else at its own."""
    for depth in range(len(part.ancestors) - 1, -1, -1):
        if part.ancestors[depth] == "multipart/alternative":
            return part.path[:depth]
    return (*part.path, -1)


def _say(slot: _Slot, part: Part, room: int) -> int:
    """Add what a part says, as far as there is room; how much it was."""
    text = decoded(part.beginning(4 * room), part.parameters.get("charset"))
    text = text.replace("\r\n", "\n").replace("\r", "\n")[:room]
    if part.content_type in {"text/html", "text/enriched"}:
        slot.html = text if slot.html is None else f"{slot.html}\n{text}"
        return len(text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    slot.plain = text if slot.plain is None else f"{slot.plain}\n{text}"
    return len(text)


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Join the lines a program broke.

    Source: https://www.rfc-editor.org/rfc/rfc3676#section-4
    """
    made: list[str] = []
    joins = False
    for line in text.split("\n"):
        quote = len(line) - len(line.lstrip(">"))
        stuffed = line[quote + 1 :] if line[quote : quote + 1] == " " else line[quote:]
        plain = line[:quote] + (" " if quote else "") + stuffed
        if joins and not quote:
            made[-1] += stuffed
        else:
            made.append(plain)
        joins = not quote and stuffed.endswith(" ") and stuffed != "-- "
        if joins and delete_space:
            made[-1] = made[-1][:-1]
    return "\n".join(made)


def _enclosed(part: Part, slots: dict[tuple[int, ...], _Slot]) -> Iterable[File]:
    content = part.content()
    if part.content_type in tnef.TYPES or part.file_name.lower() == "winmail.dat":
        unpacked = tnef.unpack(content)
        if unpacked is not None:
            if unpacked.body and not slots:
                slots.setdefault(_place(part), _Slot()).plain = unpacked.body
            return [_unnamed_type(name, inner) for name, inner in unpacked.files]
    is_inline = part.disposition == "inline" or (
        part.disposition != "attachment" and bool(part.content_id)
    )
    return [
        File(
            name=part.file_name or _name_for(part),
            declared_type=part.content_type,
            content=content,
            inline=is_inline,
            content_id=part.content_id or None,
        )
    ]


def _unnamed_type(name: str, content: bytes) -> File:
    return File(
        name=name,
        declared_type="application/octet-stream",
        content=content,
        inline=False,
        content_id=None,
    )


def _name_for(part: Part) -> str:
    if part.content_type != "message/rfc822":
        return ""
    subject = structure.read_header(part.raw).text("subject")
    return f"{subject[:80] or 'message'}.eml"


def words_of(html: str) -> str:
    """The words of a letter; of one that is too much to parse, whatever stands between tags."""
    return _between_tags(html) if markup.is_too_much(html) else markup.to_text(html)


def _between_tags(html: str) -> str:
    return entities.unescape(_TAG.sub(" ", html))


def _together(pieces: Iterable[str]) -> str:
    return "\n\n".join(piece for piece in (p.strip("\n") for p in pieces) if piece.strip())
