"""Where a reader of the feed is: a position in the order of events, opaque to clients."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from contactcenter.errors import BadInput

#: Longer text is no cursor of ours.
MAX_LENGTH: Final = 100

_MARK_BYTES: Final = 6
_PERSON: Final = b"feed"
_Int32 = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Int63 = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class BadCursor(BadInput):
    """This is no cursor of the feed."""

    code = "bad_cursor"


class Position(Struct, frozen=True, order=True):
    """A place in the order of events: the id of the writing transaction, then the event's."""

    xid: int
    id: int


class Cursor(Struct, frozen=True, kw_only=True):
    """A position that a client may keep.

    ``epoch`` comes before the position, because transaction ids start again in a restored database.
    ``at_s`` is the database's time at that position in seconds since 1970: how old the cursor is.
    """

    epoch: int
    position: Position
    at_s: int

    def written(self) -> str:
        """The text that clients are given."""
        return _written(self._packed())

    def _packed(self) -> bytes:
        return msgspec.msgpack.encode((self.epoch, self.position.xid, self.position.id, self.at_s))


def read(text: str) -> Cursor:
    """The cursor a client kept; raises ``BadCursor`` on what was not written here.

    The mark tells damage and guesses from cursors. It is no secret, and needs to be none: whatever
    the cursor says, a client sees only what it may see.
    """
    try:
        raw = urlsafe_b64decode(text[:MAX_LENGTH].encode("ascii") + b"=" * (-len(text) % 4))
        packed = raw[_MARK_BYTES:]
        if _written(packed) != text:
            raise ValueError("not written here")
        epoch, xid, event_id, at_s = msgspec.msgpack.decode(
            packed, type=tuple[_Int32, _Int63, _Int63, _Int63]
        )
    except (ValueError, binascii.Error) as error:
        raise BadCursor("cursor", "This is not a cursor of the feed.") from error
    return Cursor(epoch=epoch, position=Position(xid, event_id), at_s=at_s)


def seconds(at: datetime) -> int:
    """Whole seconds since 1970, as cursors hold them."""
    return int(at.timestamp())


def _written(packed: bytes) -> str:
    mark = blake2b(packed, digest_size=_MARK_BYTES, person=_PERSON).digest()
    return urlsafe_b64encode(mark + packed).rstrip(b"=").decode()
