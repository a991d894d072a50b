"""A database in which scenarios are played, one after the other, each undone."""

from collections.abc import AsyncIterator

import pytest_asyncio
from databases import Copies

from contactcenter.db import Database
from contactcenter.dispatch.connection import RoutingConnection


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(copies: Copies) -> AsyncIterator[RoutingConnection]:
    """A connection to a migrated, empty database; for ``database_plays``."""
    dsn = copies.take()
    opened = await Database(dsn).connect(
        "simulation", generic_plans=True, connection_class=RoutingConnection
    )
    assert type(opened) is RoutingConnection
    yield opened
    await opened.close()
    copies.drop(dsn)
