"""One server, one host site and one Chromium for all tests; a desk and visitors for each."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import chat_house
import host_site
import pytest
import pytest_asyncio
from chat_house import House
from databases import Copies
from playwright.async_api import Browser, async_playwright
from visitors import Visitors

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium here"))


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are kept for people to look at."""
    named = os.environ.get("CONTACTCENTER_TEST_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    dsn = copies.take()
    folder = tmp_path_factory.mktemp("house")
    async with host_site.opened() as site, chat_house.opened(dsn, folder, site) as house:
        yield house
    copies.drop(dsn)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(chromium: Browser, screenshots: Path) -> AsyncIterator[Visitors]:
    """People with browsers of their own; what goes wrong in one fails the test."""
    visitors = Visitors(chromium, screenshots)
    yield visitors
    await visitors.leave()
