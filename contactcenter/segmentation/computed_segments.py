"""What models say of many contacts at once: value classes, who is vital, stages of the life cycle.

Under the routing lock, as whatever is said of contacts: what their unsolved tickets are granted for
it changes with it. A person's word counts before it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db, events
from contactcenter.contacts import contacts
from contactcenter.db import Conn
from contactcenter.segmentation import segment_setting
from contactcenter.segments import segments

Kind = Literal["value_class", "vital", "life_cycle"]

ACTOR: Final = "system"


class _Ended(Struct, frozen=True, kw_only=True):
    contact_id: int
    value: str


class _Begun(Struct, frozen=True, kw_only=True):
    contact_id: int
    segment_id: int


_SQL = db.Statements(__name__)
_lock = _SQL.take("lock", int)
_end = _SQL.take("end", _Ended)
_begin = _SQL.take("begin", _Begun)


async def lock(conn: Conn, contact_ids: Sequence[int]) -> set[int]:
    """Lock these contacts; those that are part of others by now are left out."""
    return set(await _lock.all(conn, sorted(contact_ids)))


async def say(conn: Conn, now: datetime, kind: Kind, values: Mapping[int, str | None]) -> set[int]:
    """Say a value of each of these locked contacts, or nothing any more; whose has changed.

    ``told`` is to be called for them when everything is said.
    """
    ended = {
        e.contact_id: e.value
        for e in await _end.all(conn, kind, list(values), list(values.values()), now)
    }
    begun = {
        b.contact_id: b.segment_id
        for b in await _begin.all(conn, kind, list(values), list(values.values()), now, ACTOR)
    }
    changed = ended.keys() | begun.keys()
    facts = [
        segments.fact(
            now,
            contact_id,
            kind,
            former=ended.get(contact_id),
            value=values[contact_id],
            source="model",
            segment_id=begun.get(contact_id),
            actor=ACTOR,
        )
        for contact_id in sorted(changed)
    ]
    await events.record(conn, *facts)
    return set(changed)


async def told(conn: Conn, now: datetime, contact_ids: set[int]) -> None:
    """Let everything that goes by these contacts' segments know that they have changed."""
    if contact_ids:
        await contacts.touch_all(conn, now, contact_ids)
        await segment_setting.told(conn, now, contact_ids, actor=ACTOR)
