"""The database as requests see it: a part of its connections stays free for everybody else.

Providers' hooks, triage and the sender share a pool with the API. Slow callers could use it up, and
then a report on a sent message, or a customer's problem, would wait behind somebody's list.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from contactcenter.db import ACQUIRE_TIMEOUT_S, Database, PooledConnection

#: This part of the pool is never held by requests, and at least one connection.
KEPT_FREE: Final = 0.25


class RequestDatabase(Database):
    """All of ``whole`` but a quarter of its pool, which is already open and closed elsewhere."""

    def __init__(self, whole: Database, *, pool_size: int) -> None:
        super().__init__(
            whole.url,
            direct_url=whole.direct_url if whole.pooled else None,
            pool_size=pool_size,
        )
        self.whole = whole
        self._places = asyncio.Semaphore(pool_size - max(1, int(pool_size * KEPT_FREE)))

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[PooledConnection]:
        async with asyncio.timeout(ACQUIRE_TIMEOUT_S):
            await self._places.acquire()
        try:
            async with self.whole._acquired() as conn:  # noqa: SLF001 -- one and the same pool
                yield conn
        finally:
            self._places.release()
