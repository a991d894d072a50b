"""Lists in pieces: a page, its limit, and the opaque cursor to the next one.

A cursor holds the sort key of the last item, so that a page costs the same however deep it lies
and nothing is skipped or doubled while rows come and go.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Annotated, Final, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from contactcenter.errors import BadInput

Item = TypeVar("Item")
Key = TypeVar("Key")

_MARK_BYTES: Final = 6
#: `next` of the page before.
CursorText = Annotated[
    str,
    Meta(max_length=500, pattern=r"^[A-Za-z0-9_-]+\Z", description="`next` of the page before."),
]


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of every list; filters extend it."""

    limit: Annotated[int, Meta(ge=1, le=200, description="How many items at most.")] = 50
    cursor: CursorText | None = None


class Page(Struct, Generic[Item], frozen=True, kw_only=True):
    """A piece of a list. ``next`` is the cursor of the following piece; null at the end."""

    items: Sequence[Item]
    next: str | None


class Cursor(Generic[Key]):
    """The cursors of one listing.

    ``key`` is the type of its sort key, such as ``tuple[datetime, int]``; ``listing`` keeps the
    cursors of two listings apart.
    """

    def __init__(self, listing: str, key: type[Key]) -> None:
        self._listing = listing.encode()
        self._key = key

    def read(self, cursor: str | None) -> Key | None:
        """The sort key the page starts after; raises ``BadInput`` on what we did not make."""
        if cursor is None:
            return None
        try:
            raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            mark, text = raw[:_MARK_BYTES], raw[_MARK_BYTES:]
            if mark != self._mark(text) or self._written(text) != cursor:
                raise ValueError("not written here")
            return msgspec.json.decode(text, type=self._key)
        except (ValueError, binascii.Error) as error:
            raise BadInput("query.cursor", "This is not a cursor of this list.") from error

    def page(self, found: Sequence[Item], limit: int, key: Callable[[Item], Key]) -> Page[Item]:
        """Make the page of ``limit + 1`` items read: one more tells that there is a next page."""
        items = found[:limit]
        more = len(found) > limit
        return Page(items=items, next=self._written(_encoded(key(items[-1]))) if more else None)

    def _written(self, text: bytes) -> str:
        return urlsafe_b64encode(self._mark(text) + text).rstrip(b"=").decode()

    def _mark(self, text: bytes) -> bytes:
        return blake2b(text, digest_size=_MARK_BYTES, person=self._listing[:16]).digest()


def _encoded(key: object) -> bytes:
    return msgspec.json.encode(key)
