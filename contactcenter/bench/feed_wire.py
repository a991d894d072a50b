"""As much of WebSocket as a client needs that reads short frames and hardly writes.

Source: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
"""

from typing import Final

#: What opens the socket, as a console's browser does: with its session's cookie and its origin.
HANDSHAKE: Final = (
    "GET /api/v1/feed HTTP/1.1\r\n"
    "Host: {origin}\r\n"
    "Origin: http://{origin}\r\n"
    "Cookie: contactcenter_session={session}\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
#: Where the frame of an event has the event's id.
ID_AT: Final = b'"event":{"id":'
#: Where the frame of an event has its cursor.
CURSOR_AT: Final = len('{"type":"event","cursor":"')

_MEDIUM: Final = 126
_LONG: Final = 127


def split(data: bytes) -> tuple[list[tuple[int, int, int]], bytes]:
    """The whole frames in ``data``, each its opcode, begin and end; and the bytes left over."""
    frames: list[tuple[int, int, int]] = []
    at, end = 0, len(data)
    while end - at >= 2:  # noqa: PLR2004 -- the shortest frame
        size, start = data[at + 1], at + 2
        if size == _MEDIUM:
            start += 2
        elif size == _LONG:
            start += 8
        if start > end:
            break
        if size >= _MEDIUM:
            size = int.from_bytes(data[at + 2 : start])
        if start + size > end:
            break
        frames.append((data[at] & 0x0F, start, start + size))
        at = start + size
    return frames, data[at:]


def masked(first_byte: int, payload: bytes) -> bytes:
    """A short frame from a client; the mask must be there, and may be nothing."""
    size = len(payload)
    if size < _MEDIUM:
        return bytes((first_byte, 0x80 | size)) + bytes(4) + payload
    return bytes((first_byte, 0x80 | _MEDIUM)) + size.to_bytes(2) + bytes(4) + payload
