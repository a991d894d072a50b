"""A connection of its own for what is asked of conversations all day long.

Every statement is planned anew, which takes a millisecond at most. A plan that was made once, while
there were hardly any lines, would take any index for as good as the right one, and read it from end
to end when there are many.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from contactcenter import db
from contactcenter.db import Conn, Database, OwnConnection
from contactcenter.errors import NoDatabase


class ChatConnection:
    """Opened when it is first used; one that fails is opened anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conn: OwnConnection | None = None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Conn]:
        """The connection, for one at a time; raises ``NoDatabase``."""
        try:
            if self._conn is None or self._conn.is_closed():
                self._conn = await self._database.connect("chatroom")
                await self._conn.execute("SET plan_cache_mode = force_custom_plan")
            yield self._conn
        except BaseException as error:
            self.close()  # whatever it is in the middle of
            if db.is_unreachable(error):
                raise NoDatabase from error
            raise

    def close(self) -> None:
        """Let go of it."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None
