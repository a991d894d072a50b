"""Between bytes and frames: understands what a browser sent, and encodes what we send."""

import struct
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from channels._chat import Line, Standing, Typing
from channels._webchat import frames
from channels._webchat.codes import ErrorCode
from channels._webchat.frames import (
    AgentTyping,
    FileBody,
    Frame,
    FrameId,
    LineBody,
    StandingBody,
    StandingFrame,
)

#: The first byte of an unmasked text frame, and of a pong.
_TEXT: Final = 0x81
_PONG: Final = 0x8A
#: Sizes from here on are written in two bytes, or in eight.
_SHORT: Final = 126
_MEDIUM: Final = 1 << 16


class Unclear(Exception):
    """Bytes that are no frame of ours; ``frame_id`` is there where it can be read."""

    def __init__(self, code: ErrorCode, detail: str, frame_id: str | None = None) -> None:
        super().__init__(detail)
        self.code: Final[ErrorCode] = code
        self.frame_id: Final = frame_id


class OtherVersion(Exception):
    """A `hello` of another version of the protocol: what else it holds we cannot know."""


class _Head(Struct, frozen=True):
    type: str
    id: Any = None
    version: Any = None


_encoder: Final = msgspec.json.Encoder()
_head: Final = msgspec.json.Decoder(_Head)
_decoders: Final[Mapping[str, msgspec.json.Decoder[Frame]]] = {
    str(one.__struct_config__.tag): msgspec.json.Decoder(one) for one in frames.FRAMES
}
_hello: Final = _decoders["hello"]


def decode(data: bytes) -> Frame:
    """Understand any bytes that a browser sent; raises ``Unclear`` or ``OtherVersion``."""
    try:
        head = _head.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Unclear("bad_frame", f"{error}.") from error
    frame_id = _frame_id(head.id)
    decoder = _decoders.get(head.type)
    if decoder is None:
        known = ", ".join(_decoders)
        raise Unclear("unknown_type", f"Known types are {known}.", frame_id)
    if decoder is _hello and isinstance(head.version, int) and head.version != frames.VERSION:
        raise OtherVersion
    try:
        frame = decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Unclear("bad_frame", f"{error}.", frame_id) from error
    if b"\\u0000" in data and any(_has_nul(value) for value in structs.asdict(frame).values()):
        raise Unclear("bad_text", "A text holds a character that cannot be stored.", frame_id)
    return frame


def encode(frame: Struct) -> bytes:
    """The frame as it travels: one unmasked text frame of the protocol.

    Source: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
    """
    payload = _encoder.encode(frame)
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT, size)) + payload
    if size < _MEDIUM:
        return struct.pack(">BBH", _TEXT, _SHORT, size) + payload
    return struct.pack(">BBQ", _TEXT, _SHORT + 1, size) + payload


def pong(payload: bytes) -> bytes:
    """The answer to a ping of the protocol; a ping carries less than 126 bytes."""
    return bytes((_PONG, len(payload))) + payload


def of_news(news: Line | Standing | Typing) -> Struct:
    """The frame that tells a browser of it."""
    match news:
        case Line():
            return _line(news)
        case Standing():
            return StandingFrame(**structs.asdict(news))
        case Typing():
            return AgentTyping(agent=news.agent)


def standing_body(standing: Standing) -> StandingBody:
    """How it stands, as a part of another frame."""
    return StandingBody(**structs.asdict(standing))


def _line(line: Line) -> LineBody:
    return LineBody(
        sequence=line.sequence,
        at=line.at,
        by=line.by,
        kind=line.kind,
        text=line.text,
        name=line.name,
        id=line.client_id,
        files=tuple(FileBody(**structs.asdict(one)) for one in line.files),
    )


def _frame_id(value: Any) -> str | None:
    """What the browser calls the frame, if that is an id: an answer must not bear anything else."""
    try:
        return msgspec.convert(value, FrameId)
    except msgspec.ValidationError:
        return None


def _has_nul(value: Any) -> bool:
    """JSON can say it, and PostgreSQL cannot store it."""
    if isinstance(value, tuple):
        return any(_has_nul(one) for one in value)
    return isinstance(value, str) and "\0" in value
