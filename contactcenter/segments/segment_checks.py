"""Asks for the rules of segments to be looked at soon for contacts something has changed of.

Whatever a rule may ask of a person says so in its own transaction, so that nothing is lost, and
waits for nobody: each asks with a row of its own. ``segment_worker`` looks a moment later.
"""

from collections.abc import Collection
from datetime import datetime

from contactcenter import db
from contactcenter.db import Conn

_SQL = db.Statements(__name__)
_ask = _SQL.command("ask")


async def ask(conn: Conn, now: datetime, contact_ids: Collection[int]) -> None:
    """Have the rules look at these contacts when this transaction is committed, if there are any.

    To be called after anything a rule may ask for has changed: what is known of the person, his
    addresses, his segments, what he did, what is his, and what became of him by a merge.
    """
    if contact_ids:
        await _ask.run(conn, now, sorted(contact_ids))
