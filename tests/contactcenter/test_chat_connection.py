"""The connection of a chatroom is never used half made, and says what a lost database is."""

import pytest

from contactcenter.chats.chat_connection import ChatConnection
from contactcenter.db import Database, OwnConnection
from contactcenter.errors import NoDatabase


class CutOnce(Database):
    """A database whose first connection is lost as soon as it is there."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.is_cut = False

    async def connect(self, purpose: str) -> OwnConnection:
        conn = await super().connect(purpose)
        if not self.is_cut:
            self.is_cut = True
            conn.terminate()
        return conn


async def test_a_connection_that_is_lost_at_once_is_no_database_and_is_opened_anew(
    dsn: str,
) -> None:
    mine = ChatConnection(CutOnce(dsn))

    with pytest.raises(NoDatabase):
        async with mine.connection():
            pass

    async with mine.connection() as conn:
        assert await conn.fetchval("SHOW plan_cache_mode") == "force_custom_plan"
    mine.close()
