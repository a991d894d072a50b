from collections.abc import AsyncIterator

import centre as centre_module
import pytest


@pytest.fixture
async def centre(dsn: str) -> AsyncIterator[centre_module.Centre]:
    """A running contact centre with a fake Twilio."""
    async with centre_module.opened(dsn) as opened:
        yield opened
