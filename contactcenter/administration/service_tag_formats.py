"""How the house writes its service tags: read by whoever looks for them, set by administrators."""

import zlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from contactcenter import configuration, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Stale
from routing.service_tags import Format


class TagFormat(Struct, frozen=True, kw_only=True):
    """A mask: `?` for a letter or a digit, `@` for a letter, `#` for a digit, all else for itself.

    A ``mixed`` tag has at least one letter and one digit.
    """

    mask: str
    mixed: bool


class TagFormats(Struct, frozen=True, kw_only=True):
    """All formats in order. ``version`` is another one for others."""

    formats: list[TagFormat]
    version: int


_SQL = db.Statements(__name__)
_list_all = _SQL.take("list_all", TagFormat)
_in_use = _SQL.take("in_use", TagFormat)
_lock = _SQL.command("lock")
_clear = _SQL.command("clear")
_put = _SQL.command("put")


async def read(conn: Conn) -> TagFormats:
    """Every format."""
    formats = await _list_all.all(conn)
    return TagFormats(formats=formats, version=zlib.crc32(msgspec.json.encode(formats)))


async def all_formats(conn: Conn) -> tuple[Format, ...]:
    """Every format, as the rules take it."""
    return tuple(_made(one) for one in await _list_all.all(conn))


async def in_use(conn: Conn) -> tuple[Format, ...]:
    """The formats to look for in what customers write; none while the house has no machines."""
    return tuple(_made(one) for one in await _in_use.all(conn))


async def replace(
    conn: Conn, now: datetime, wanted: Sequence[TagFormat], *, version: int, actor: str
) -> TagFormats:
    """Make these all formats there are; machines keep the tags they have.

    ``version`` is of those it is based on: raises ``Stale`` where they have changed since, or
    ``BadInput`` naming the place.
    """
    await _lock.run(conn)
    before = await read(conn)
    if before.version != version:
        raise Stale
    for n, one in enumerate(wanted):
        try:
            _made(one)
        except ValueError as error:
            raise BadInput(f"body[{n}].mask", f"{error}.") from error
        if one.mask in {other.mask for other in wanted[:n]}:
            raise BadInput(f"body[{n}].mask", f"{one.mask} is named twice.")
    await _clear.run(conn)
    await _put.run(conn, [one.mask for one in wanted], [one.mixed for one in wanted])
    after = await read(conn)
    changed = configuration.differences(before, after)
    if changed:
        await configuration.record(conn, now, "service_tag_formats", None, changed, actor=actor)
    return after


def _made(one: TagFormat) -> Format:
    return Format(mask=one.mask, mixed=one.mixed)
