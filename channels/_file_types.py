"""Tells what a file is by its first bytes: what a stranger calls it is never believed.

Only types that phones send and consoles show are told apart; all else is bytes. What a browser
could run as a page (HTML, SVG, XML, scripts) is never named as such.
Source: https://mimesniff.spec.whatwg.org/#matching-a-mime-type-pattern
"""

from typing import Final

BYTES: Final = "application/octet-stream"
TEXT: Final = "text/plain; charset=utf-8"

#: Where a pattern stands, the pattern, and the type.
_PATTERNS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftyp3gp", "video/3gpp"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3\x02", "audio/mpeg"),
    (0, b"ID3\x03", "audio/mpeg"),
    (0, b"ID3\x04", "audio/mpeg"),
    (0, b"ID3\x04", "audio/mpeg"),
    # Frames of layer III, of MPEG-1, MPEG-2 and what telephones' 8 kHz need.
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xfa", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xe3", "audio/mpeg"),
    (0, b"\xff\xe2", "audio/mpeg"),
    (8, b"WAVEfmt", "audio/wav"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
)
#: A contact card is text, but every phone sends it, and no browser runs it.
_CARD: Final = b"BEGIN:VCARD"
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\f")
_FIRST_PRINTABLE: Final = 0x20
_LOOKED_AT: Final = 4096


def sniffed(content: bytes) -> str:
    """The content type of a file."""
    for place, pattern, content_type in _PATTERNS:
        if content.startswith(pattern, place):
            return content_type
    if content[:64].lstrip().upper().startswith(_CARD):
        return "text/vcard; charset=utf-8"
    return TEXT if _is_text(content) else BYTES


def _is_text(content: bytes) -> bool:
    start = content[:_LOOKED_AT]
    if any(byte < _FIRST_PRINTABLE and byte not in _TEXT_CONTROLS for byte in start):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return bool(content)
