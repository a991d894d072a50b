"""What is wrong with a document: every fault with its place, and where it was written."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter.errors import DomainError

#: What needs no quotes in a place.
_PLAIN: Final = re.compile(r"[^\s.\[\]\"'/\0\ud800-\udfff]{1,80}")
#: More is not listed: whoever has mended these asks again.
MOST: Final = 200


class Fault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong, or, among warnings, perhaps a slip.

    ``place`` is such as ``overflow.t1[0].to``; empty for the document as a whole. ``line`` is the
    one of the text, counted from 1, where it is known.
    """

    place: str
    detail: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.place or "the document"
        return f"{where}: {self.detail}" + (f" (line {self.line})" if self.line else "")


class InvalidConfiguration(DomainError):
    """The configuration cannot be used; nothing was changed. ``errors`` lists all that is wrong."""

    code = "invalid_configuration"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, faults: Sequence[Fault]) -> None:
        first, more = faults[0], len(faults) - 1
        others = f", and {more} more" if more else ""
        super().__init__(f"{first}{others}.", errors=list(faults[:MOST]))
        self.faults = list(faults)


def at(place: str, part: str | int) -> str:
    """The place of a part of what is at ``place``: a number in a list, else a name."""
    if isinstance(part, int):
        return f"{place}[{part}]"
    if not _PLAIN.fullmatch(part):
        name = part[:200].encode(errors="replace").decode()  # half a character has no bytes
        return f"{place}[{msgspec.json.encode(name).decode()}]"
    return f"{place}.{part}" if place else part
