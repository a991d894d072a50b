"""An event whose transaction began earlier and ended later, seen on a console's socket."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import centre as centre_module
import factories
import pytest
from centre import SARA, Centre, eventually
from feed_console import told_since, watching

from contactcenter import events
from contactcenter.events import Event

pytestmark = pytest.mark.slow


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
async def centre(dsn: str) -> AsyncIterator[Centre]:
    async with centre_module.opened(dsn) as opened:
        yield opened


@pytest.mark.parametrize("ends_well", [True, False])
async def test_what_an_older_writer_holds_back_is_told_in_order_and_once(
    centre: Centre, ends_well: bool
) -> None:
    agent = await centre.person("Ann", tiers=(1,))
    admin = await centre.person("Omid", role="admin", presence=None)
    older = await asyncpg.connect(centre.database.url)
    await factories.prepare(older)
    table = await asyncpg.connect(centre.database.url)
    async with watching(centre, admin) as (console, before):
        transaction = older.transaction()
        await transaction.start()
        await events.record(
            older, Event(kind="contact_changed", at=datetime.now(UTC), actor="system")
        )
        assert await centre.customer_writes(SARA, "Hello") == 200

        async def assigned() -> list[dict[str, int]]:
            return (await agent.get("/tickets?mine=true&state=assigned"))["items"]

        await eventually(assigned, within_s=20)
        newer = await told_since(table, before)
        await asyncio.sleep(1.5)  # longer than any look of the feed
        assert len(newer) >= 4
        assert console.ids == []

        await (transaction.commit() if ends_well else transaction.rollback())
        wanted = await told_since(table, before)
        await console.shows(wanted)
        await asyncio.sleep(0.5)

        assert console.ids == wanted
        assert wanted[-len(newer) :] == newer
        assert len(wanted) == len(newer) + ends_well
    await older.close()
    await table.close()
