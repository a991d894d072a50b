"""Whether somebody who wants nothing from us is answered all the same: by mail, when he asks.

Who leaves a list, or calls a mail of ours spam, does not refuse answers to what he asks later. STOP
by text message refuses them, too: providers and laws know no difference there.
"""

from datetime import datetime

from channels import Channel
from contactcenter import db
from contactcenter.db import Conn

_SQL = db.Statements(__name__)
_asked_since = _SQL.take("asked_since", bool)


async def asked_since(
    conn: Conn, channel: Channel | None, ticket_id: int | None, identity_id: int, said_at: datetime
) -> bool:
    """Whether he wrote about this problem after he had said that he wants nothing."""
    if channel is None or not channel.has_threads or ticket_id is None:
        return False
    return await _asked_since.one(conn, ticket_id, identity_id, said_at)
