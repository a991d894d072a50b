"""What a provider could not hand over is found, once; files it keeps are fetched."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import unused_port
from centre import OUR_NUMBER, SARA, Centre, eventually, served

from contactcenter.fakes.twilio import FakeTwilio

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    """A provider that stays while we come and go."""
    fake = FakeTwilio(chance=random.Random(1), clock=lambda: datetime.now(UTC))
    async with fake:
        yield fake


@pytest.fixture
def port() -> int:
    return unused_port()


async def bodies(centre: Centre) -> list[str]:
    async with centre.database.read() as conn:
        rows = await conn.fetch(
            "SELECT body FROM interaction WHERE direction = 'inbound' ORDER BY body"
        )
    return [row["body"] for row in rows]


async def test_what_was_written_while_we_were_down_is_on_the_timeline_once(
    dsn: str, twilio: FakeTwilio, port: int
) -> None:
    async with served(dsn, twilio, port) as centre:
        await centre.customer_writes(SARA, "before")

        async def swept() -> bool:
            async with centre.database.read() as conn:
                return await conn.fetchval(
                    "SELECT EXISTS (SELECT FROM checkpoint WHERE channel = 'sms')"
                )

        await eventually(swept, within_s=20, what="the sweep at the start")
    missed = [await twilio.customer_writes(SARA, OUR_NUMBER, f"missed {n}") for n in range(3)]

    async with served(dsn, twilio, port) as centre:

        async def found() -> bool:
            return len(await bodies(centre)) == 4

        await eventually(found, within_s=20, what="what was missed")
        again = await twilio.customer_writes(SARA, OUR_NUMBER, "missed 0", sid=missed[0].sid)

        assert [one.status for one in missed] == [None, None, None]
        assert again.status == 200
        assert await bodies(centre) == ["before", "missed 0", "missed 1", "missed 2"]
        async with centre.database.read() as conn:
            assert await conn.fetchval("SELECT count(*) FROM ticket") == 1


async def test_a_file_that_came_with_a_message_is_fetched_and_shown(
    dsn: str, twilio: FakeTwilio, port: int
) -> None:
    async with served(dsn, twilio, port) as centre:
        agent = await centre.person("Ann", tiers=(1,))
        await centre.customer_writes(SARA, "Look", media=[("image/svg+xml", PNG)])

        async def shown() -> dict | None:
            tickets = (await agent.get("/tickets"))["items"]
            if not tickets:
                return None
            items = (await agent.get(f"/tickets/{tickets[0]['id']}/timeline"))["items"]
            [file] = items[0]["attachments"]
            return file if file["state"] != "pending" else None

        file = await eventually(shown, within_s=20, what="the file")

        assert (file["state"], file["content_type"], file["size_bytes"]) == (
            "stored",
            "image/png",
            len(PNG),
        )
