"""What people began in a call follows what becomes of its telephones."""

from datetime import datetime

from contactcenter.call_control import consulting, supervising
from contactcenter.db import Conn


async def follow(conn: Conn, now: datetime, call_id: int) -> None:
    """Let transfers and supervisors follow; under the routing lock, before the ticket does.

    It goes by what is stored alone: asked again, it changes nothing.
    """
    await consulting.follow(conn, now, call_id)
    await supervising.follow(conn, now, call_id)
