"""Lets everything follow a call: what people began in it first, then its ticket and its agents."""

from datetime import datetime

from contactcenter.call_control import following
from contactcenter.calls import calls
from contactcenter.db import Conn
from contactcenter.dispatch import calling


async def follow(conn: Conn, now: datetime, call_id: int) -> None:
    """Go by what is known of its telephones now; under the routing lock, as often as one likes."""
    seen = await calls.find(conn, call_id)
    await following.follow(conn, now, call_id)
    await calling.follow(conn, now, call_id)
    await calls.settled(conn, seen)
