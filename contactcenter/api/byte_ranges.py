"""Which bytes of a file a request asks for.

Source: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

import re
from typing import Final, Literal

from msgspec import Struct

#: One range; several at once need not be served apart, and are answered with the whole file.
_ONE: Final = re.compile(
    r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.IGNORECASE
)


class ByteRange(Struct, frozen=True, kw_only=True):
    """Bytes ``first`` to ``last`` of a file, both included, counted from 0.

    ``is_asked``: somebody wants these and not the whole.
    """

    first: int
    last: int
    is_asked: bool = True

    @property
    def length(self) -> int:
        """How many bytes these are."""
        return self.last - self.first + 1


def asked(
    header: str | None, if_range: str | None, *, etag: str, size: int
) -> ByteRange | Literal["whole", "unsatisfiable"]:
    """What ``Range`` asks of a file of ``size`` bytes; what makes no sense asks for the whole.

    ``if_range`` is the ETag of what the client has a part of. ``etag`` is ours, a strong one with
    its quotes; a date is never ours, so it asks for the whole.
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return "whole"
    found = _ONE.fullmatch(header.strip())
    if found is None:
        return "whole"
    first, last, suffix = found.groups()
    if suffix is not None:
        return _suffix(int(suffix), size)
    if last and int(last) < int(first):
        return "whole"
    if int(first) >= size:
        return "unsatisfiable"
    return ByteRange(first=int(first), last=min(int(last) if last else size, size - 1))


def _suffix(length: int, size: int) -> ByteRange | Literal["unsatisfiable"]:
    """The last ``length`` bytes."""
    if length == 0 or size == 0:
        return "unsatisfiable"
    return ByteRange(first=max(0, size - length), last=size - 1)
