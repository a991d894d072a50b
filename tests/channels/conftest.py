"""Fixtures for channels: an HTTP session, and readable failures in the shared contract."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import tls_host
from mail_room import Served

pytest.register_assert_rewrite("contract", "call_contract")


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


@pytest.fixture(scope="session")
def mail_certificate(tmp_path_factory) -> tuple[tuple[Path, Path], ssl.SSLContext]:
    """Files of a certificate and its key, and who trusts it under the name provider.example."""
    folder = tmp_path_factory.mktemp("tls")
    _, trusting = tls_host.certificate(folder)
    both = (folder / "both.pem").read_text()
    begin = both.index("-----BEGIN CERTIFICATE")
    (folder / "chain.pem").write_text(both[begin:])
    (folder / "key.pem").write_text(both[:begin])
    return (folder / "chain.pem", folder / "key.pem"), trusting
