"""Compares who is written to belong to rule segments with what a full recomputation says."""

from collections.abc import AsyncIterator
from typing import Final

from msgspec import Struct

from contactcenter import db, timers
from contactcenter.administration import segment_rules
from contactcenter.db import Conn, Database
from contactcenter.segments import segment_counting

_BATCH: Final = 500


class Difference(Struct, frozen=True, kw_only=True):
    """Somebody who ``belongs`` and is not written down, or the other way round."""

    contact_id: int
    key: str
    belongs: bool


class _Written(Struct, frozen=True, kw_only=True):
    contact_id: int
    key: str


_SQL = db.Statements(__name__)
_next_ids = _SQL.take("next_ids", int)
_written = _SQL.take("written", _Written)
_waiting = _SQL.take("waiting", int)


async def differences(database: Database) -> AsyncIterator[tuple[int, list[Difference]]]:
    """Go through everybody: how many contacts were compared, and what of them is otherwise.

    Contacts that are waiting to be looked at are left out, being looked at in any case.
    """
    last_id = 0
    while True:
        async with database.transaction() as conn:
            ids = await _next_ids.all(conn, last_id, _BATCH)
            if not ids:
                return
            last_id = ids[-1]
            found = await _of(conn, ids)
        yield len(ids), found


async def look_at_everybody(database: Database) -> None:
    """Have everybody looked at again by whoever serves."""
    async with database.transaction() as conn:
        await segment_rules.lock(conn)
        await segment_rules.look_at_everybody(conn, await timers.clock(conn))


async def _of(conn: Conn, ids: list[int]) -> list[Difference]:
    now = await timers.clock(conn)
    compiled = await segment_counting.compile_all(conn)
    answers = await segment_counting.answer(conn, now, ids, compiled)
    wanted = {(i, key) for i, of in answers.items() for key, one in of.items() if one.holds}
    written = {(row.contact_id, row.key) for row in await _written.all(conn, ids)}
    waiting = set(await _waiting.all(conn, now, ids))
    return [
        Difference(contact_id=i, key=key, belongs=(i, key) in wanted)
        for i, key in sorted(wanted ^ written)
        if i not in waiting
    ]
