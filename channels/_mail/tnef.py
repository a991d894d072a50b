"""``winmail.dat``: the files and the words Outlook hides in TNEF.

Only what a reader needs: attachments with their long names, and the plain body. The libraries for
it are under the LGPL or unmaintained, and the format's frame is simple.
Source: https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxtnef/
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from msgspec import Struct

from channels._mail.charsets import decoded

TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_HEAD: Final = 6
_WORD: Final = 4
_UNICODE: Final = 0x001F
_BYTES: Final = 0x0102
_NAMED: Final = 0x8000
_SIGNATURE: Final = 0x223E9F78
_LONG_NAME: Final = 0x3707
_BINARY: Final = 0x3701


class _Attribute(IntEnum):
    """What an attribute of a stream holds."""

    BODY = 0x0002800C
    CODE_PAGE = 0x00069007
    RENDERING = 0x00069002  # a new attachment begins
    TITLE = 0x00018010
    DATA = 0x0006800F
    PROPERTIES = 0x00069005


_FILES: Final = 200
_PROPERTIES_READ: Final = 500
_ATTRIBUTES_READ: Final = 10_000
#: Bytes of a MAPI value by its type, where they are always as many.
_FIXED: Final = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4}
_FIXED_TOO: Final = {0x000B: 4, 0x0014: 8, 0x0040: 8, 0x0048: 16}
_COUNTED: Final = frozenset({0x001E, 0x001F, 0x000D, 0x0102})


class Unpacked(Struct, frozen=True):
    """What was inside: files with their names, and the plain body if there was one."""

    files: tuple[tuple[str, bytes], ...] = ()
    body: str = ""


def unpack(content: bytes) -> Unpacked | None:
    """Read a TNEF stream as far as it is whole; None where it is none."""
    if len(content) < _HEAD or struct.unpack_from("<I", content)[0] != _SIGNATURE:
        return None
    files: list[tuple[str, bytes]] = []
    body, charset = b"", "cp1252"
    name, data = "", b""
    for attribute, value in _attributes(content):
        match attribute:
            case _Attribute.RENDERING:
                files += [(name, data)] if data else []
                name, data = "", b""
            case _Attribute.TITLE:
                name = name or decoded(value.rstrip(b"\x00"), charset)
            case _Attribute.DATA:
                data = value
            case _Attribute.PROPERTIES:
                long_name, binary = _from_properties(value, charset)
                name, data = long_name or name, data or binary
            case _Attribute.BODY:
                body = value
            case _Attribute.CODE_PAGE if len(value) >= _WORD:
                charset = f"cp{struct.unpack_from('<I', value)[0]}"
        if len(files) >= _FILES:
            break
    files += [(name, data)] if data else []
    return Unpacked(tuple(files), decoded(body.rstrip(b"\x00"), charset))


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    place = _HEAD
    for _ in range(_ATTRIBUTES_READ):
        if place + 9 > len(content):
            return
        _level, attribute, length = struct.unpack_from("<BII", content, place)
        place += 9
        if place + length > len(content):
            return
        yield attribute, content[place : place + length]
        place += length + 2  # and its checksum


def _from_properties(value: bytes, charset: str) -> tuple[str, bytes]:
    """The long name and the content among an attachment's MAPI properties."""
    name, binary = "", b""
    for tag, kind, content in _properties(value):
        if tag == _LONG_NAME:
            name = decoded(content, "utf-16-le" if kind == _UNICODE else charset).rstrip("\x00")
        elif tag == _BINARY and kind == _BYTES:
            binary = content
    return name, binary


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Tag, type and content, up to the first property that is of no known shape."""
    if len(value) < _WORD:
        return
    count, place = struct.unpack_from("<I", value)[0], 4
    for _ in range(min(count, _PROPERTIES_READ)):
        if place + 4 > len(value):
            return
        kind, tag = struct.unpack_from("<HH", value, place)
        place += 4
        if tag >= _NAMED:
            return  # a named property: its name would have to be read first
        size = _FIXED.get(kind) or _FIXED_TOO.get(kind)
        if size is not None:
            place += size
            continue
        if kind not in _COUNTED or place + 8 > len(value):
            return
        length = struct.unpack_from("<I", value, place + 4)[0]
        content = value[place + 8 : place + 8 + length]
        yield tag, kind, content
        place += 8 + length + (-length % 4)
