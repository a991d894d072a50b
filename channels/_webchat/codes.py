"""The words and numbers by which a browser is told what went wrong; both lists are closed."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from msgspec import Struct

ErrorCode = Literal[
    "bad_frame",
    "unknown_type",
    "too_large",
    "hello_first",
    "already_greeted",
    "too_long",
    "empty",
    "bad_text",
    "too_many_files",
    "rate_limited",
    "not_stored",
    "unknown_visitor",
]
#: What we answer by ourselves; a room refuses with words of its own beside these.
ERRORS: Final[Mapping[ErrorCode, str]] = {
    "bad_frame": "no JSON object with a type, or a field of it is wrong",
    "unknown_type": "there is no such type of frame",
    "too_large": "the frame has too many bytes",
    "hello_first": "nothing is done before `hello`",
    "already_greeted": "one `hello` a socket",
    "too_long": "the message has too many characters",
    "empty": "the message has neither text nor files",
    "bad_text": "the text holds a character that cannot be stored",
    "too_many_files": "the message has too many files",
    "rate_limited": "too much at once; the same again after some seconds",
    "not_stored": "it cannot be stored now; the same again after some seconds",
    "unknown_visitor": "nothing is known of this visitor: he has to write first",
}
assert set(ERRORS) == set(get_args(ErrorCode))


class Declined(Exception):
    """What a frame asks for is not done; the text is for people."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code: Final[ErrorCode] = code


class Ending(Struct, frozen=True):
    """Why a socket is closed: the code and the word of the close frame."""

    code: int
    reason: str


GOING_AWAY: Final = Ending(1001, "going_away")
FAILED: Final = Ending(1011, "internal_error")
TRY_LATER: Final = Ending(1013, "try_later")
BAD_FRAMES: Final = Ending(4400, "bad_frames")
ORIGIN_REFUSED: Final = Ending(4403, "origin_refused")
UNKNOWN_ENTRY_POINT: Final = Ending(4404, "unknown_entry_point")
SLOW: Final = Ending(4408, "slow")
VERSION_UNKNOWN: Final = Ending(4409, "version_unknown")
TOO_MANY: Final = Ending(4429, "too_many")

#: Why we close a socket, by the code. 1009 and 1007 are said by what reads the protocol's frames.
CLOSINGS: Final[Mapping[int, str]] = {
    1001: "the server stops, or serves elsewhere: come back",
    1007: "a text that is no UTF-8",
    1009: "a frame far over the limit: come back",
    1011: "we made a mistake: come back",
    1013: "the database cannot be reached, or too many come at once: come back later",
    4400: "what came made no sense, again and again: do not come back",
    4403: "the page's origin is not on the entry point's list: do not come back",
    4404: "there is no such widget key: do not come back",
    4408: "it did not read what it was sent, or sent no `hello` within 10 s: come back",
    4409: "this version is not spoken here: do not come back",
    4429: "too many frames, or too many sockets from one address: come back later",
}
