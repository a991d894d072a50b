"""Address fields: who wrote, to whom; read by one pass that nests nothing and raises nothing.

Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.4
"""

import re
from typing import Final

from msgspec import Struct

from channels._mail.header_fields import as_text, decode_words, one_line

#: A mail to more is a mail to a list.
MOST: Final = 1_000
_ROUTE: Final = re.compile(r"\A(?:@[^,:]*,?\s*)+:")
_QUOTED_PAIR: Final = re.compile(r"\\(.)")


class MailAddress(Struct, frozen=True):
    """One correspondent; ``name`` may be empty, and so may an ``address`` that is none."""

    name: str
    address: str


class _Entry:
    """What stands between two commas, as it is read."""

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.comment: list[str] = []
        self.angle: list[str] | None = None

    def address(self) -> MailAddress | None:
        phrase = "".join(self.phrase).strip()
        comment = _shown("".join(self.comment))
        if self.angle is not None:
            return MailAddress(_shown(phrase) or comment, _spec("".join(self.angle)))
        if "@" in phrase and " " not in _spec(phrase):
            return MailAddress(comment, _spec(phrase))
        if not phrase:
            return None
        words = phrase.split()
        specs = [word for word in words if "@" in word]
        if len(specs) == 1:  # a name and a bare address side by side
            name = _shown(" ".join(word for word in words if word != specs[0]))
            return MailAddress(name, _spec(specs[0]))
        return MailAddress(comment, _shown(phrase)) if " " not in phrase else None


def read(value: bytes | None) -> list[MailAddress]:
    """Everybody a field names, in its order; of a group its members."""
    if value is None:
        return []
    found: list[MailAddress] = []
    entry, quote, depth = _Entry(), False, 0
    text = as_text(value)
    place = 0
    while place < len(text) and len(found) < MOST:
        char = text[place]
        place += 1
        if char == "\\" and (quote or depth) and place < len(text):
            char, place = text[place], place + 1
            (entry.comment if depth else _into(entry)).append(char)
        elif depth:
            depth += (char == "(") - (char == ")")
            if depth and (char != "(" or depth > 1):
                entry.comment.append(char)
        elif char == '"':
            quote = not quote
            if entry.angle is not None:
                entry.angle.append(char)
        elif quote:
            _into(entry).append(char)
        elif char == "(":
            depth = 1
        elif char == "<":
            entry.angle = []
        elif char == ">" and entry.angle is not None:
            _closed(entry)
        elif char in ",;" and not _is_open(entry):
            entry = _kept(entry, found)
        elif char == ":" and entry.angle is None and "@" not in "".join(entry.phrase[-200:]):
            entry = _Entry()  # the name of a group
        else:
            _into(entry).append(char)
    _kept(entry, found)
    return found


def _into(entry: _Entry) -> list[str]:
    is_open = entry.angle is not None and (not entry.angle or entry.angle[-1] != ">")
    return entry.angle if is_open and entry.angle is not None else entry.phrase


def _is_open(entry: _Entry) -> bool:
    """Whether a comma stands within ``<…>``: in a route it may."""
    angle = entry.angle
    return angle is not None and bool(angle) and angle[-1] != ">" and angle[0] == "@"


def _closed(entry: _Entry) -> None:
    assert entry.angle is not None
    entry.angle.append(">")


def _kept(entry: _Entry, found: list[MailAddress]) -> _Entry:
    address = entry.address()
    if address is not None and (address.address or address.name):
        found.append(address)
    return _Entry()


def _spec(text: str) -> str:
    """The address itself, without a route, brackets or blanks around it."""
    text = _ROUTE.sub("", text.rstrip(">").strip())
    text = one_line(text).removeprefix("mailto:").strip("<>' ")
    local, at, domain = text.rpartition("@")
    return f"{local.strip()}@{domain.strip().rstrip('.')}" if at else text


def _shown(text: str) -> str:
    return " ".join(one_line(decode_words(_QUOTED_PAIR.sub(r"\1", text))).strip("'\" ").split())
