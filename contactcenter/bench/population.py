"""People with a history, made in bulk: what a load finds when it comes."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.bench import messages
from contactcenter.db import OwnConnection

_AT_ONCE: Final = 20_000


class Door(Struct, frozen=True, kw_only=True):
    """Our number, and the queue behind it."""

    entry_point_id: int
    queue_id: int


_SQL = db.Statements(__name__)
_entry_point = _SQL.take("entry_point", Door)
_contacts = _SQL.command("contacts")
_identities = _SQL.command("identities")
_tickets = _SQL.command("tickets")
_legs = _SQL.command("legs")
_timers = _SQL.command("timers")
_interactions = _SQL.command("interactions")
_sequences = _SQL.command("sequences")


async def settle(conn: OwnConnection, known: int) -> Door:
    """Make ``known`` people, each with an open problem, and tell the planner of them."""
    door = await _entry_point.one(conn, messages.ENTRY_POINT)
    texts: Sequence[str] = [text for text, _ in messages.TEXTS]
    languages = [language for _, language in messages.TEXTS]
    for first in range(0, known, _AT_ONCE):
        last = min(first + _AT_ONCE, known) - 1
        await _contacts.run(conn, first, last)
        await _identities.run(conn, first, last)
        await _tickets.run(conn, first, last, door.entry_point_id, languages)
        await _legs.run(conn, first, last)
        await _timers.run(conn, first, last)
        await _interactions.run(conn, first, last, door.entry_point_id, texts)
    if known:
        await _sequences.run(conn, known)
    await conn.execute("VACUUM (ANALYZE)")
    return door
