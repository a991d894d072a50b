"""The parts of a mail: where each begins and ends, found without recursion and within limits.

Python's own parser recurses (a thousand nested parts are an error there) and rebuilds attached
mails instead of keeping their bytes; here a part is a slice of what came.
Source: https://www.rfc-editor.org/rfc/rfc2046#section-5.1
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from channels._mail import header_fields
from channels._mail.header_fields import HeaderFields

#: Deeper than this, and more parts than this, no program that people write mail with goes.
DEPTH: Final = 40
PARTS: Final = 1_000
#: So many lines that look like a boundary are looked at.
LINES: Final = 10_000
#: In so many bytes parts are looked for, those of outer parts counted again with each inner one.
SEARCHED_BYTES: Final = 200_000_000

#: Found in one go: a header of a million lines is read as fast as it is copied.
_HEADER: Final = re.compile(rb"(?:(?:[!-9;-~]{1,200}+[ \t]*+:|[ \t]|>?From )[^\n]*+(?:\n|\Z))*+")
_EMPTY_LINE: Final = re.compile(rb"\r*(?:\n|\Z)")
_DASHES: Final = re.compile(rb"([^\s][^\r\n]{0,199})\r?(?:\n|\Z)")
_AFTER_BOUNDARY: Final = re.compile(rb"(--)?[ \t]*\r?(?:\n|\Z)")
#: No transfer encoding makes more than this of a byte.
_LARGEST_GROWTH: Final = 3
_UU_LINE: Final = re.compile(r"[ -`]{1,80}\Z")
_FILLED_LINE: Final = re.compile(rb"[^\r\n]++")
_UU_BEGIN: Final = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,250})\r?\n")


class Part(Struct, frozen=True, kw_only=True):
    """One part: its header, the bytes under it, and what it stands in.

    ``ancestors`` are the content types around it, outermost first; ``path`` is its place in each.
    """

    header: HeaderFields
    content_type: str
    parameters: Mapping[str, str]
    disposition: str
    file_name: str
    content_id: str
    raw: bytes
    ancestors: tuple[str, ...]
    path: tuple[int, ...]
    is_multipart: bool

    @property
    def parent(self) -> str:
        """The content type it directly stands in; empty for the mail itself."""
        return self.ancestors[-1] if self.ancestors else ""

    def content(self) -> bytes:
        """What it holds, its transfer encoding undone; a broken one as far as it goes."""
        return _transferred(self.header.word("content-transfer-encoding"), self.raw)

    def beginning(self, size_bytes: int) -> bytes:
        """What it holds, about so many bytes of it."""
        coded = self.raw[: size_bytes * _LARGEST_GROWTH]
        return _transferred(self.header.word("content-transfer-encoding"), coded)[:size_bytes]


class TooManyParts(Exception):
    """More parts than ``PARTS``."""


def split(raw: bytes) -> tuple[HeaderFields, list[Part]]:
    """The mail's header and its leaves in order; raises ``TooManyParts``.

    A multipart in which nothing can be found is itself a leaf, as is what is nested too deep.
    """
    header, body = _split_header(raw, most=header_fields.FIELDS)
    leaves: list[Part] = []
    waiting = [_part(header, body, (), ())]
    seen = searched = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > PARTS:
            raise TooManyParts
        searched += len(part.raw) if part.is_multipart else 0
        inner = _inside(part) if searched <= SEARCHED_BYTES else []
        if inner:
            around = (*part.ancestors, part.content_type)
            default = "message/rfc822" if part.content_type == "multipart/digest" else ""
            made = [
                _part(*_split_header(slice_), around, (*part.path, n), default=default)
                for n, slice_ in enumerate(inner)
            ]
            waiting += reversed(made)
        else:
            leaves.append(part)
    return header, leaves


def read_header(raw: bytes) -> HeaderFields:
    """The header alone, of an attached or returned mail."""
    return _split_header(raw)[0]


def _part(
    header: HeaderFields,
    body: bytes,
    ancestors: tuple[str, ...],
    path: tuple[int, ...],
    *,
    default: str = "",
) -> Part:
    content_type, parameters = header_fields.with_parameters(header.raw("content-type"))
    if content_type.count("/") != 1 or not all(content_type.split("/")):
        content_type = default or "text/plain"
    disposition, with_it = header_fields.with_parameters(header.raw("content-disposition"))
    return Part(
        header=header,
        content_type=content_type,
        parameters=parameters,
        disposition=disposition,
        file_name=header_fields.one_line(with_it.get("filename") or parameters.get("name", "")),
        content_id=header.text("content-id").strip("<> "),
        raw=body,
        ancestors=ancestors,
        path=path,
        is_multipart=content_type.startswith("multipart/"),
    )


def _split_header(
    raw: bytes, *, most: int = header_fields.PART_FIELDS
) -> tuple[HeaderFields, bytes]:
    """Where the header ends: at an empty line, or before the first line that is no field."""
    found = None if raw[:1] in {b" ", b"\t"} else _HEADER.match(raw)
    end = found.end() if found else 0
    empty = _EMPTY_LINE.match(raw, end)
    return header_fields.read(raw[:end], most=most), raw[empty.end() if empty else end :]


def _inside(part: Part) -> list[bytes]:
    """The slices of a multipart between its boundary lines; what stands before them is left out."""
    if not part.is_multipart or len(part.ancestors) >= DEPTH:
        return []
    boundary = part.parameters.get("boundary", "").encode("utf-8", "surrogateescape")
    ends = _boundary_lines(part.raw, boundary.rstrip()) if boundary else []
    if not ends:
        guessed = next((m for m, _ in _lines_after(part.raw, b"--", _DASHES)), None)
        if guessed is not None:
            ends = _boundary_lines(part.raw, guessed[1].rstrip())
    slices: list[bytes] = []
    begin: int | None = None
    for start, after, is_last in ends:
        if begin is not None:
            slices.append(_without_last_break(part.raw[begin:start]))
        begin = after
        if is_last:
            return slices
        if len(slices) > PARTS:
            raise TooManyParts
    if begin is not None:
        slices.append(part.raw[begin:])
    return slices


def _boundary_lines(body: bytes, boundary: bytes) -> list[tuple[int, int, bool]]:
    """Where each begins, where what follows it does, and whether it is the last."""
    found = []
    for line, start in _lines_after(body, b"--" + boundary, _AFTER_BOUNDARY):
        found.append((start, line.end(), line[1] is not None))
        if len(found) > PARTS + 1:
            raise TooManyParts
    return found


def _lines_after(
    body: bytes, mark: bytes, rest: re.Pattern[bytes]
) -> Iterator[tuple[re.Match[bytes], int]]:
    """Lines that begin with a mark and go on so, and where each begins.

    Looked for by ``find``, which passes over bytes ten times as fast as a pattern does.
    """
    start = 0 if body.startswith(mark) else _next(body, mark, 0)
    for _ in range(LINES):
        if start is None:
            return
        line = rest.match(body, start + len(mark))
        if line is not None:
            yield line, start
        start = _next(body, mark, start)


def _next(body: bytes, mark: bytes, place: int) -> int | None:
    found = body.find(b"\n" + mark, place)
    return found + 1 if found >= 0 else None


def _without_last_break(body: bytes) -> bytes:
    """The line break before a boundary belongs to the boundary."""
    return body.removesuffix(b"\n").removesuffix(b"\r")


def _transferred(encoding: str, raw: bytes) -> bytes:
    match encoding:
        case "base64":
            return header_fields.base64_bytes(raw)
        case "quoted-printable":
            return binascii.a2b_qp(raw)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            begin = _UU_BEGIN.search(raw)
            return uudecoded(raw[begin.end() :]) if begin else raw
        case _:
            return raw


def uudecoded(lines: bytes) -> bytes:
    """The bytes of uuencoded lines up to their end; a broken line is left out."""
    made: list[bytes] = []
    for found in _FILLED_LINE.finditer(lines):
        line = found[0]
        if line.strip() in {b"end", b"`"}:
            break
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            made.append(binascii.a2b_uu(line[: length + 1]))
        except binascii.Error:
            continue
    return b"".join(made)


def take_uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Files in the middle of a text: the text without them, and each with its name."""
    found: list[tuple[str, bytes]] = []
    kept: list[str] = []
    lines = text.split("\n")
    n = 0
    while n < len(lines):
        begin = re.match(r"begin [0-7]{3,4} (\S.{0,249})\r?\Z", lines[n])
        end = _uu_end(lines, n + 1) if begin else None
        if begin is None or end is None:
            kept.append(lines[n])
            n += 1
            continue
        coded = "\n".join(lines[n + 1 : end]).encode("ascii", "replace")
        found.append((begin[1].strip(), uudecoded(coded)))
        n = end + 1
    return "\n".join(kept), found


def _uu_end(lines: list[str], start: int) -> int | None:
    """The line that ends a uuencoded file; None where what follows ``begin`` is prose."""
    for n in range(start, len(lines)):
        line = lines[n].rstrip("\r")
        if line == "end":
            return n
        if line in {"`", " ", ""}:
            continue
        if not _UU_LINE.match(line):
            return None
    return None
