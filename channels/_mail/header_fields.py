"""Header fields: from the bytes of a header to names and readable values.

Written by hand, since Python's own decoding of encoded words is quadratic (100,000 of them take
half a minute) and raises on some of what real mail contains.
Source: https://www.rfc-editor.org/rfc/rfc5322#section-2.2, https://www.rfc-editor.org/rfc/rfc2047,
https://www.rfc-editor.org/rfc/rfc2231
"""

import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from channels._mail.charsets import decoded

#: Longer values are cut: nobody reads more, and nothing may depend on more.
VALUE_BYTES: Final = 64_000
PARAMETERS: Final = 200
PARAMETERS_BYTES: Final = 16_000
#: A header of more fields, or of more bytes, is read so far.
FIELDS: Final = 5_000
HEADER_BYTES: Final = 1_000_000
#: The same of a part, of which there are up to a thousand.
PART_FIELDS: Final = 300

_NOT_BASE64: Final = bytes(
    byte
    for byte in range(256)
    if not (chr(byte).isascii() and (chr(byte).isalnum() or byte in b"+/"))
)
_FOLDED_LINE: Final = re.compile(rb"[^\r\n]++(?:[\r\n]++[ \t][^\r\n]*+)*+")
_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])|[\r\n]+")
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,5000})\?=")
_BETWEEN_WORDS: Final = re.compile(r"\s*\Z")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]+")
#: They write what follows backwards: with one, ``fdp.exe`` is shown as ``exe.pdf``.
_OVERRIDES: Final = re.compile("[\u202d\u202e]")
_PARAMETER: Final = re.compile(
    r";\s*([^\s=;\"]{1,100})\s*=\s*(\"(?:[^\"\\]|\\.){0,20000}\"|[^;]{0,20000})", re.DOTALL
)
_SECTION: Final = re.compile(r"(.+?)(?:\*(\d{1,4}))?(\*)?\Z")


class HeaderFields(Struct, frozen=True):
    """The fields of one header in their order: lower-case name and raw, unfolded value."""

    fields: tuple[tuple[str, bytes], ...] = ()

    def raw(self, name: str) -> bytes | None:
        """The first value of a field as bytes."""
        return next((value for known, value in self.fields if known == name), None)

    def raw_all(self, name: str) -> list[bytes]:
        """Every value of a field as bytes."""
        return [value for known, value in self.fields if known == name]

    def text(self, name: str) -> str:
        """The first value as one readable line; empty where there is none."""
        value = self.raw(name)
        return "" if value is None else readable(value)

    def word(self, name: str) -> str:
        """The first value in lower case without comments, for values that are names."""
        return re.sub(r"\([^()]*\)", "", self.text(name)).strip().lower()


def read(header: bytes, *, most: int = FIELDS) -> HeaderFields:
    """Split a header into its first so many fields; a line that is none is left out."""
    fields: list[tuple[str, bytes]] = []
    for line in _FOLDED_LINE.finditer(header, 0, HEADER_BYTES):
        found = _FIELD.match(line[0])
        if found is not None:
            name = found[1].decode("ascii").lower()
            value = line[0][found.end() :].translate(None, b"\r\n")
            fields.append((name, value[:VALUE_BYTES].strip()))
        if len(fields) == most:
            break
    return HeaderFields(tuple(fields))


def as_text(value: bytes) -> str:
    """Raw bytes of a field as text, encoded words left as they are."""
    return decoded(_FOLD.sub(b"", value), None)


def readable(value: bytes) -> str:
    """One line: encoded words decoded, whatever could break a line or a terminal left out."""
    return one_line(decode_words(as_text(value)))


def one_line(text: str) -> str:
    """Text without line breaks and control characters, in the direction its letters have."""
    return _OVERRIDES.sub("", _CONTROLS.sub(" ", text)).strip()


def decode_words(text: str) -> str:
    """Decode the encoded words in a text; those side by side are one, even within a letter."""
    if "=?" not in text:
        return text
    parts: list[str] = []
    waiting: list[tuple[str, bytes]] = []
    place = 0
    for found in _WORD.finditer(text):
        between = text[place : found.start()]
        if between and not (waiting and _BETWEEN_WORDS.match(between)):
            parts += [_joined(waiting), between]
            waiting = []
        charset = found[1].partition("*")[0]
        waiting.append((charset.lower(), _bytes_of(found[2], found[3])))
        place = found.end()
    return "".join([*parts, _joined(waiting), text[place:]])


def _joined(words: Iterable[tuple[str, bytes]]) -> str:
    """Neighbours of one charset are decoded together: a letter may be cut in two."""
    parts: list[str] = []
    held: list[bytes] = []
    charset = ""
    for name, body in words:
        if name != charset and held:
            parts.append(decoded(b"".join(held), charset))
            held = []
        charset = name
        held.append(body)
    return "".join([*parts, decoded(b"".join(held), charset)])


def _bytes_of(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        plain = text.replace("_", " ").encode("utf-8", "replace")
        return binascii.a2b_qp(plain, header=False)
    return base64_bytes(text.encode("ascii", "ignore"))


def base64_bytes(text: bytes) -> bytes:
    """Base64 as it comes: foreign characters are skipped, a broken end is cut."""
    clean = text.translate(None, _NOT_BASE64)
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def with_parameters(value: bytes | None) -> tuple[str, Mapping[str, str]]:
    """``text/plain; charset=utf-8`` as its word in lower case and its decoded parameters."""
    if value is None:
        return "", {}
    text = one_line(as_text(value[:PARAMETERS_BYTES]))
    word, _, rest = text.partition(";")
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for n, found in enumerate(_PARAMETER.finditer(";" + rest)):
        if n == PARAMETERS:
            break
        section = _SECTION.match(found[1])
        if section is not None:
            name, index, is_extended = section[1].lower(), int(section[2] or 0), bool(section[3])
            known = sections.setdefault(name, {})
            known.setdefault(index, (_unquoted(found[2]), is_extended))
    joined = {name: _parameter(found) for name, found in sections.items()}
    return re.sub(r"\([^()]*\)", "", word).strip().lower(), joined


def _parameter(sections: Mapping[int, tuple[str, bool]]) -> str:
    if not any(is_extended for _, is_extended in sections.values()):
        return decode_words("".join(text for _, (text, _) in sorted(sections.items())))
    charset, held = "", b""
    for index, (text, is_extended) in sorted(sections.items()):
        value = text
        if index == min(sections) and is_extended and text.count("'") > 1:
            charset, _, value = text.split("'", 2)
        held += unquote_to_bytes(value) if is_extended else value.encode("utf-8", "replace")
    return decoded(held, charset or None)


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text.strip('"')
