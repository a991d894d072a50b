"""Contacts with long histories, made in bulk: what a timeline is read from.

Contact 1 is a hot one, contact 2 as hot, but all of it belongs to a restricted team; everybody else
has a hundred interactions, spread over the table as they are where many people write.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.bench import filling, messages
from contactcenter.db import OwnConnection

HOT: Final = 1
HIDDEN: Final = 2
#: What everybody but the first two has.
EACH: Final = 100
_TICKETS_EACH: Final = 10
#: The hot ones' share, and what they have at most: 100,000 of 10,000,000.
_HOT_SHARE: Final = 100
_HOT_TICKETS: Final = 1000
_AT_ONCE: Final = 500_000

Say = Callable[[str], None]


class Centre(Struct, frozen=True, kw_only=True):
    """What was made; ``viewer_id`` is the agent who reads, the others are contacts by number."""

    viewer_id: int
    interactions: int
    first_contact: int
    last_contact: int


_SQL = db.Statements(__name__)
_teams = _SQL.take("teams", int)
_reader = _SQL.take("reader", int)
_queues = _SQL.command("queues")
_contacts = _SQL.command("contacts")
_tickets = _SQL.command("tickets")
_interactions = _SQL.command("interactions")
_count = _SQL.take("count", int)


async def settle(conn: OwnConnection, rows: int, secret: str, say: Say) -> Centre:
    """Make about so many interactions; ``secret`` becomes the session of the agent who reads."""
    team_id, hidden_id = await _teams.all(conn)
    viewer_id = await _reader.one(conn, team_id, secret)
    await _queues.run(conn, [team_id, hidden_id])
    hot_each = max(1, rows // EACH // _HOT_SHARE)  # of each hot one in a round
    places = max(2 * hot_each + 1, rows // EACH)
    people = places - 2 * hot_each
    await _contacts.run(conn, 1, people + 2)
    tickets = 2 * _HOT_TICKETS + people * _TICKETS_EACH
    for first in range(1, tickets + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, tickets)
        await _tickets.run(conn, first, last, _TICKETS_EACH, _HOT_TICKETS, team_id, hidden_id)
    await _fill(
        conn, say, rows=places * EACH, hot_each=hot_each, places=places, viewer_id=viewer_id
    )
    await conn.execute("VACUUM (ANALYZE)")
    return Centre(
        viewer_id=viewer_id,
        interactions=await _count.one(conn),
        first_contact=3,
        last_contact=people + 2,
    )


async def _fill(
    conn: OwnConnection, say: Say, *, rows: int, hot_each: int, places: int, viewer_id: int
) -> None:
    texts = [text for text, _ in messages.TEXTS]
    async with filling.bare(conn, "interaction"):
        for first in range(1, rows + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, rows)
            await _interactions.run(
                conn,
                *(first, last, EACH, hot_each, places, _TICKETS_EACH, _HOT_TICKETS, viewer_id),
                *(texts, rows),
            )
            if last % (2 * _AT_ONCE) == 0:
                say(f"{last:,} interactions")
