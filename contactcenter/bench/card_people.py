"""What else is known of people with long histories: all that a card shows.

Everybody has told some facts, has said segments, a problem that is open, two machines, a promise,
an opinion and purchases; so has the hot contact.
"""

from typing import Final

from contactcenter import db
from contactcenter.bench import timeline_people
from contactcenter.bench.timeline_people import Centre, Say
from contactcenter.db import OwnConnection

#: Purchases of each.
_PURCHASES: Final = 20
_AT_ONCE: Final = 100_000

_SQL = db.Statements(__name__)
_facts = _SQL.command("facts")
_segments = _SQL.command("segments")
_open_tickets = _SQL.command("open_tickets")
_assets = _SQL.command("assets")
_owners = _SQL.command("owners")
_follow_ups = _SQL.command("follow_ups")
_feedback = _SQL.command("feedback")
_purchases = _SQL.command("purchases")


async def settle(conn: OwnConnection, rows: int, secret: str, say: Say) -> Centre:
    """Make about so many interactions, and what belongs to their people."""
    centre = await timeline_people.settle(conn, rows, secret, say)
    say("making what else is known of everybody")
    for first in range(1, centre.last_contact + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, centre.last_contact)
        for statement in (_facts, _segments, _open_tickets, _assets, _owners, _feedback):
            await statement.run(conn, first, last)
        await _follow_ups.run(conn, first, last, centre.viewer_id)
        await _purchases.run(conn, first, last, _PURCHASES)
    await conn.execute("VACUUM (ANALYZE)")
    return centre
