"""The dispatcher's own connection: it remembers who is free and has yet to look for tickets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, final

from contactcenter import metrics
from contactcenter.db import Conn, OwnConnection


@final
class RoutingConnection(OwnConnection):
    """A connection that holds the routing lock now and then.

    ``looking`` are agents with room, in the order in which they got it. They look for tickets
    together: before any ticket looks for an agent, and at the latest when the hold ends.
    """

    def __init__(self, *args: Any, **others: Any) -> None:
        super().__init__(*args, **others)
        self.looking: dict[int, None] = {}


@asynccontextmanager
async def apart(conn: Conn) -> AsyncIterator[None]:
    """What is done inside is undone, and not counted, alone if it raises."""
    with metrics.when_done():
        async with conn.transaction():
            try:
                yield
            except BaseException:
                if type(conn) is RoutingConnection:
                    conn.looking.clear()
                raise
