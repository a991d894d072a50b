"""Forms that hold whole mails: read exactly, and only what is wanted of them.

A mail is bytes: no field is decoded to text here, no line end is changed, and of thirty megabytes
only the wanted fields are copied.
Source: https://www.rfc-editor.org/rfc/rfc7578, https://www.rfc-editor.org/rfc/rfc2046#section-5.1
"""

import binascii
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"

#: A provider's form has about thirty fields; with a file each, a few hundred.
MOST_FIELDS: Final = 1000
_MOST_HEADER_BYTES: Final = 16 * 1024

#: Values by name in their order, of the wanted fields only.
Fields = Mapping[str, Sequence[bytes]]

_BOUNDARY: Final = re.compile(
    r';\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE
)
_DISPOSITION: Final = re.compile(rb"(?im)^content-disposition:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)")
_PARAMETER: Final = re.compile(rb';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
_BROKEN_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_END_OF_DELIMITER: Final = re.compile(rb"[ \t]*\r\n|--")


def fields(body: bytes, content_type: str, wanted: Collection[str]) -> Fields | None:
    """The wanted fields of a form; None where it is none, is broken or has too many fields."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == URLENCODED:
        return _of_urlencoded(body, wanted)
    boundary = _BOUNDARY.search(content_type) if kind == MULTIPART else None
    if boundary is None:
        return None
    return _of_multipart(body, (boundary[1] or boundary[2]).encode("utf-8", "replace"), wanted)


def _of_urlencoded(body: bytes, wanted: Collection[str]) -> Fields | None:
    if body.count(b"&") >= MOST_FIELDS:
        return None
    found: dict[str, list[bytes]] = {}
    for part in body.split(b"&"):
        name, _, value = part.partition(b"=")
        key = unescaped(name).decode("utf-8", "replace")
        if key in wanted:
            found.setdefault(key, []).append(unescaped(value))
    return found


def unescaped(text: bytes) -> bytes:
    """Undo the escaping of a form's name or value.

    The standard library makes an object of each escape, which takes seconds for a large mail; so
    what has no broken escape goes through the reader of quoted-printable, whose escapes are the
    same but for the sign.
    """
    text = text.replace(b"+", b" ")
    if b"%" not in text:
        return text
    if _BROKEN_ESCAPE.search(text):
        return unquote_to_bytes(text)
    return binascii.a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))


def _of_multipart(body: bytes, boundary: bytes, wanted: Collection[str]) -> Fields | None:
    found: dict[str, list[bytes]] = {}
    delimiter = b"\r\n--" + boundary
    at = _after_first(body, delimiter)
    for _ in range(MOST_FIELDS):
        if at is None:
            return None
        if body.startswith(b"--", at):
            return found
        end_of_line = body.find(b"\r\n", at)
        until = _next(body, delimiter, end_of_line)
        if end_of_line < 0 or until is None:
            return None  # cut off
        name, start = _head(body, end_of_line, until)
        if name in wanted:
            found.setdefault(name, []).append(body[start:until])
        at = until + len(delimiter)
    return None


def _after_first(body: bytes, delimiter: bytes) -> int | None:
    """Where the first delimiter ends; what stands before it says nothing."""
    if body.startswith(delimiter[2:]) and _END_OF_DELIMITER.match(body, len(delimiter) - 2):
        return len(delimiter) - 2
    first = _next(body, delimiter, 0)
    return None if first is None else first + len(delimiter)


def _next(body: bytes, delimiter: bytes, start: int) -> int | None:
    """Where the next delimiter begins: a longer line that begins like one is a mail's own."""
    at = body.find(delimiter, max(start, 0))
    while at >= 0 and not _END_OF_DELIMITER.match(body, at + len(delimiter)):
        at = body.find(delimiter, at + 1)
    return None if at < 0 else at


def _head(body: bytes, end_of_line: int, until: int) -> tuple[str, int]:
    """A part's name, and where its content starts. The header begins after ``end_of_line``."""
    end = body.find(b"\r\n\r\n", end_of_line, min(until, end_of_line + _MOST_HEADER_BYTES))
    if end < 0:
        return "", until
    disposition = _DISPOSITION.search(body[end_of_line + 2 : end])
    for said in _PARAMETER.finditer(disposition[1]) if disposition else ():
        if said[1].lower() == b"name":
            name = said[2] if said[2] is not None else said[3]
            return name.decode("utf-8", "replace"), end + 4
    return "", until
