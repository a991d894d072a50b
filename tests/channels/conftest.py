"""Fixtures for channels: an HTTP session, and readable failures in the shared contract."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

pytest.register_assert_rewrite("contract")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
