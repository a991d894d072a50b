"""Finds contacts by any spelling of a name and any writing of a number.

Names and addresses are compared folded: Persian and Arabic letters, all three sets of digits and
half-spaces meet. Trigram indexes find them, so a search costs about the same among a million.
"""

import re
from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn
from routing.text import fold

#: A folded word shorter than this holds no trigram: it is looked for where words begin.
TRIGRAM: Final = 3
#: Further words of a search are left aside.
MAX_WORDS: Final = 8
#: A name of this length may be written in two words or in one: علیرضا, علی رضا.
_JOINED: Final = range(4, 21)
_PART: Final = 2

_NUMBER: Final = re.compile(r"[+(]?[\d(][\d\s().\-/\u2010-\u2015\u2212]*")
_NO_DIGIT: Final = re.compile(r"\D+")


class Found(Struct, frozen=True, kw_only=True):
    """A contact in a list. ``rank`` is 0 for an exact match, 1 for a beginning, 2 for a part."""

    id: int
    name: str | None
    language: str | None
    created_at: datetime
    rank: int


class Wanted(Struct, frozen=True, kw_only=True):
    """What to look for, as folded LIKE patterns.

    A name matches that holds one of ``any_of`` and all of ``all_of``; an address, one that holds
    ``address``. ``exact`` and ``beginning`` put what is found in order.
    """

    exact: str
    beginning: str
    any_of: list[str]
    all_of: list[str]
    address: str | None


_SQL = db.Statements(__name__)
_page = _SQL.take("page", Found)
_search = _SQL.take("search", Found)


async def page(conn: Conn, *, before_id: int, limit: int) -> list[Found]:
    """Everybody, the newest first."""
    return await _page.all(conn, before_id, limit)


async def search(
    conn: Conn, wanted: Wanted, *, after: tuple[int, int] | None, limit: int
) -> list[Found]:
    """The best matches first, then the newest; ``after`` is rank and id of the last one seen."""
    rank, contact_id = after or (-1, 0)
    return await _search.all(
        conn,
        wanted.exact,
        wanted.beginning,
        wanted.any_of,
        wanted.all_of,
        wanted.address,
        rank,
        contact_id,
        limit,
    )


def wanted(text: str) -> Wanted:
    """Read what a person typed into a search box.

    A name may be given in any order of its words, a telephone number in part and in any writing:
    ``۰۹۱۲ ۱۲۳``, ``0912-123`` and ``+98 912 123`` are one number's beginning.
    """
    folded = " ".join(fold(text).split())
    words = sorted(folded.split()[:MAX_WORDS], key=len, reverse=True)
    return Wanted(
        exact=folded,
        beginning=f"{_literal(folded)}%",
        any_of=_patterns(words[0]) if words else [],
        all_of=[f"%{_literal(word)}%" for word in words[1:]],
        address=_address(folded),
    )


def _patterns(word: str) -> list[str]:
    """What a name holds that has this word, also where it is written as two."""
    if len(word) < TRIGRAM:
        return [f"{_literal(word)}%", f"% {_literal(word)}%"]
    cuts = range(_PART, len(word) - _PART + 1) if len(word) in _JOINED else ()
    apart = [f"{word[:cut]} {word[cut:]}" for cut in cuts]
    return [f"%{_literal(pattern)}%" for pattern in (word, *apart)]


def _address(folded: str) -> str | None:
    """What an address holds; a number without what is dialled before it, 00 or 0."""
    needle = folded
    if _NUMBER.fullmatch(folded):
        digits = _NO_DIGIT.sub("", folded)
        needle = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    if len(needle) < TRIGRAM:
        return None
    return f"%{_literal(needle)}%"


def _literal(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
