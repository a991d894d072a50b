"""Service tags that callers type or say.

On a telephone's keys letters are the digits they stand on, so that several machines may be meant:
then those of the caller count, and where that leaves more than one, none.
"""

from typing import Final

from contactcenter import db
from contactcenter.administration import service_tag_formats
from contactcenter.db import Conn
from routing import service_tags

#: Said before what a caller says, so that it is looked at as the tag he was asked for.
_CUE: Final = "service tag "
#: Longer is no tag.
_LONGEST: Final = 200

_SQL = db.Statements(__name__)
_by_keys = _SQL.take("by_keys", str)
_own = _SQL.take("own", str)
_there = _SQL.take("there", str)


async def typed(conn: Conn, digits: str, *, address_kind: str, address: str) -> str | None:
    """The service tag that was typed on keys, where exactly one machine is meant."""
    keys = service_tags.canonical(digits)
    if not keys.isdigit():
        return None
    found = await _by_keys.all(conn, keys)
    if len(found) > 1:
        own = await _own.all(conn, address_kind, address)
        found = [tag for tag in found if tag in own]
    return found[0] if len(found) == 1 else None


async def said(conn: Conn, words: str, *, address_kind: str, address: str) -> str | None:
    """The service tag that was said, letter by letter or however people do."""
    own = await _own.all(conn, address_kind, address)
    formats = await service_tag_formats.all_formats(conn)
    found = service_tags.find(_CUE + words[:_LONGEST], own, formats)
    if len(found.own) == 1:
        return found.own[0]
    there = await _there.all(conn, list(found.others))
    return there[0] if len(there) == 1 and not found.own else None
