"""Which segments a rule segment may ask for: every kind with its words, but nobody's manner."""

from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from routing.segmentation import Attribute

SEGMENT: Final = "segment."
#: What no rule segment asks for, so that nothing that follows from one follows from it.
MANNER: Final = "temperament"
#: Segments that may be asked for by their kind alone.
_NAMED: Final = frozenset({"customer_category", "contract", "value_class"})


class _Kind(Struct, frozen=True, kw_only=True):
    kind: str
    several: bool
    free: bool
    words: list[str]


_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Kind)


async def attributes(conn: Conn) -> list[Attribute]:
    """An attribute for each kind; of a kind with several values nothing is missing."""
    return [
        Attribute(
            name=name,
            type="words" if kind.several else "choice",
            choices=None if kind.free else frozenset(kind.words),
            fact=SEGMENT + kind.kind,
        )
        for kind in await _read.all(conn)
        if kind.kind != MANNER
        for name in (SEGMENT + kind.kind, *({kind.kind} & _NAMED))
    ]


async def several(conn: Conn) -> frozenset[str]:
    """The kinds of which a contact may have several values at once."""
    return frozenset(kind.kind for kind in await _read.all(conn) if kind.several)
