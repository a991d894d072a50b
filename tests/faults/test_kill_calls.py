"""The server is killed while the provider tells of calls: each thing counts once, nobody hangs."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime

import aiohttp
import pytest
from fault_world import World

from contactcenter.fakes.twilio_hooks import sign

pytestmark = pytest.mark.full

OURS, CALLER = "+982191012345", "+989121234567"
#: Before anything, before the commit, between commit and answer, before routing knows of an end.
POINTS = ("call_storing", "call_written", "call_answering", "call_settling")
OVER = {
    "CallStatus": "completed",
    "CallbackSource": "call-progress-events",
    "SequenceNumber": "1",
    "CallDuration": "9",
    "Timestamp": format_datetime(datetime.now(UTC)),
}
_LOST = (aiohttp.ClientError, ConnectionError, TimeoutError)


async def _tell(world: World, name: str, **changed: str) -> tuple[int, str] | None:
    """Post a hook as the provider does; None where the server died over it."""
    url = f"{world.server.url}/hooks/phone/{name}"
    account = world.customers.account
    told = {
        "CallSid": "CA" + "1" * 32,
        "AccountSid": account["twilio_account_sid"],
        "From": CALLER,
        "To": OURS,
        "CallStatus": "in-progress",
        "Direction": "inbound",
    } | changed
    token = account["twilio_auth_tokens"].split(",")[0]
    headers = {"X-Twilio-Signature": sign(token, url, list(told.items()))}
    async with aiohttp.ClientSession() as http:
        with suppress(*_LOST):
            async with http.post(url, data=told, headers=headers) as answer:
                return answer.status, await answer.text()
    return None


async def _number(world: World) -> None:
    async with world.connection() as conn:
        await conn.execute(
            "INSERT INTO entry_point (channel, address, queue_id) SELECT 'phone', $1, min(id) FROM queue",
            OURS,
        )


async def test_kill_9_over_a_hook_loses_and_doubles_nothing_and_leaves_no_call_unsettled(
    world: World,
) -> None:
    await world.server.start()
    await _number(world)
    world.server.kill()
    sids = {point: f"CA{n:032}" for n, point in enumerate(POINTS)}
    for point, sid in sids.items():
        await world.server.start(f"{point}:1")
        if point == "call_settling":
            assert await _tell(world, "voice", CallSid=sid) is not None
            assert await _tell(world, "status", CallSid=sid, **OVER) is None
        else:
            assert await _tell(world, "voice", CallSid=sid) is None
        world.server.kill()
    async with world.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM call WHERE unsettled_at IS NOT NULL") == 1

        await world.server.start()

        for sid in sids.values():  # the provider tries again
            first = await _tell(world, "voice", CallSid=sid)
            assert first is not None
            assert first[0] == 200
            assert await _tell(world, "voice", CallSid=sid) == first
        for table, count in {"call": 4, "call_leg": 4, "call_hook": 5, "delivery": 5}.items():
            assert await conn.fetchval(f"SELECT count(*) FROM {table}") == count, table
        async with asyncio.timeout(20):
            while await conn.fetchval("SELECT count(unsettled_at) FROM call"):
                await asyncio.sleep(0.05)
