"""Fixtures for channels: an HTTP session, and readable failures in the shared contract."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from mail_room import Served

pytest.register_assert_rewrite("contract")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def hook_server(aiohttp_client):
    """Serves a channel's hooks until the test ends."""
    served = []

    async def serve(channel, routes=None):
        served.append(await Served(channel, routes).start(aiohttp_client))
        return served[-1]

    yield serve
    for one in served:
        await one.channel.close()
