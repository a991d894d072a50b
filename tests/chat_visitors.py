"""Visitors of a web chat, for tests that ask how it stands with them."""

import itertools
from datetime import datetime

from contactcenter.db import Conn

_numbers = itertools.count(1)


async def visitor(
    conn: Conn, now: datetime, *, entry_point_id: int, ticket_id: int | None = None
) -> int:
    """Somebody who has written from one browser, and his ticket."""
    n = next(_numbers)
    return await conn.fetchval(
        """INSERT INTO chat_visitor (entry_point_id, token_sha256, address, ticket_id, created_at,
                                     seen_at)
           VALUES ($1, sha256($2::text::bytea), $2, $3, $4, $4) RETURNING id""",
        entry_point_id,
        f"visitor-{n}",
        ticket_id,
        now,
    )
