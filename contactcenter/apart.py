"""One of many things done for itself: where it fails in a way nobody foresaw, the others go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from contactcenter.db import Conn
from contactcenter.errors import NoDatabase
from contactcenter.secret_keys import KeyMissing

#: What is no fault of the one that is just done: all others would fail of it as well.
_OF_ALL = (NoDatabase, KeyMissing, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)


class Failed(Exception):
    """What was done apart failed, and is undone."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@asynccontextmanager
async def apart(conn: Conn) -> AsyncIterator[None]:
    """What is done inside is undone alone if it raises; raises ``Failed`` then.

    It is done in a savepoint of the transaction that ``conn`` is in. A database that is gone, or a
    key that is missing, fails all, and is raised as it is.
    """
    try:
        async with conn.transaction():
            yield
    except _OF_ALL:
        raise
    except Exception as error:
        raise Failed(error) from error
