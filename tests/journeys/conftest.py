from collections.abc import AsyncIterator

import centre as centre_module
import pytest


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
async def centre(dsn: str) -> AsyncIterator[centre_module.Centre]:
    """A running contact centre with a fake Twilio."""
    async with centre_module.opened(dsn) as opened:
        yield opened
