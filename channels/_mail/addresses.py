"""Address fields: who wrote, to whom; read by one pass that nests nothing and raises nothing.

Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.4
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from channels._mail.header_fields import as_text, decode_words, one_line
from channels._mail.values import MailAddress

#: A mail to more is a mail to a list.
MOST: Final = 1_000
_ROUTE: Final = re.compile(r"\A@[^:]*:")
_PLAIN: Final = re.compile(r"[^\\\"()<>,;:]+|\\")

_Kind = Literal["plain", "quoted", "comment", "<", ">", ",", ";", ":"]


class _Entry:
    """What stands between two commas, as it is read."""

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.comment: list[str] = []
        self.angle: list[str] = []
        self.has_angle = False
        self.is_open = False

    def take(self, kind: _Kind, text: str) -> None:
        """Read one more token."""
        if kind == "<":
            self.angle, self.has_angle, self.is_open = [], True, True
        elif kind == ">":
            self.is_open = False
        elif kind == "comment":
            self.comment.append(text)
        elif self.is_open:
            self.angle.append(f'"{text}"' if kind == "quoted" else text)
        else:
            self.phrase.append(text)

    def separates(self, kind: _Kind) -> bool:
        """Whether a comma, semicolon or colon ends it: within a route it does not."""
        return kind in {",", ";"} and not (self.is_open and "".join(self.angle[:1]).startswith("@"))

    def is_group(self) -> bool:
        """Whether what was read is the name of a group, if a colon follows."""
        return not self.has_angle and not any("@" in piece for piece in self.phrase)

    def address(self) -> MailAddress | None:
        """The correspondent; None where there is none."""
        phrase, comment = "".join(self.phrase).strip(), _shown("".join(self.comment))
        if self.has_angle:
            spec = _spec("".join(self.angle))
            return MailAddress(_shown(phrase) or comment, spec) if spec or phrase else None
        words = phrase.split()
        specs = [word for word in words if "@" in word]
        if len(specs) == 1:  # alone, or side by side with a name
            name = _shown(" ".join(word for word in words if word != specs[0]))
            return MailAddress(name or comment, _spec(specs[0]))
        return MailAddress(comment, _shown(phrase)) if len(words) == 1 else None


def read(value: bytes | None) -> list[MailAddress]:
    """Everybody a field names, in its order; of a group its members."""
    if value is None:
        return []
    found: list[MailAddress] = []
    entry = _Entry()
    for kind, text in _tokens(as_text(value)):
        if entry.separates(kind):
            _keep(entry, found)
            entry = _Entry()
        elif kind == ":" and entry.is_group():
            entry = _Entry()
        else:
            entry.take(kind, text)
        if len(found) == MOST:
            return found
    _keep(entry, found)
    return found


def _keep(entry: _Entry, found: list[MailAddress]) -> None:
    address = entry.address()
    if address is not None:
        found.append(address)


def _tokens(text: str) -> Iterator[tuple[_Kind, str]]:
    place = 0
    while place < len(text):
        char = text[place]
        if char == '"':
            inner, place = _until(text, place + 1, '"', '"')
            yield "quoted", inner
        elif char == "(":
            inner, place = _until(text, place + 1, ")", "(")
            yield "comment", inner
        elif char in "<>,;:":
            place += 1
            yield char, char  # type: ignore[misc]  # each of them is a kind
        else:
            plain = _PLAIN.match(text, place)
            place = plain.end() if plain else place + 1
            yield "plain", plain[0] if plain else ""


def _until(text: str, start: int, closing: str, opening: str) -> tuple[str, int]:
    """What stands before the closing mark, inner pairs and escapes resolved, and where it ends."""
    depth, inner, place = 1, [], start
    while place < len(text):
        char = text[place]
        place += 1
        if char == "\\" and place < len(text):
            inner.append(text[place])
            place += 1
            continue
        if char == closing:
            depth -= 1
        elif char == opening:
            depth += 1
        if not depth:
            return "".join(inner), place
        inner.append(char)
    return "".join(inner), place


def _spec(text: str) -> str:
    """The address itself, without a route, brackets or blanks around it."""
    text = one_line(_ROUTE.sub("", text.strip())).removeprefix("mailto:").strip("<>' ")
    local, at, domain = text.rpartition("@")
    return f"{local.strip()}@{domain.strip().rstrip('.')}" if at else text


def _shown(text: str) -> str:
    return " ".join(one_line(decode_words(text)).strip("'\" ").split())
