"""The server is killed (-9) while one caller talks and another waits; a new one takes both on."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from centre import SARA, Centre, eventually
from phone_house import ANN, DESK, REZA
from serve_processes import Serving, served

from contactcenter.db import Database
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_voice_leg import Leg
from contactcenter.fakes.twilio_voice_people import accepts

pytestmark = pytest.mark.slow

_SOON_S = 60.0


class House:
    """A provider that lives in real time, the centre's people, and the server they go through."""

    def __init__(self, desk: Centre, folder: Path, port: int, environ: dict[str, str]) -> None:
        self.desk = desk
        self.voice = desk.twilio.voice
        self._music = asyncio.Event()
        self._served = partial(served, folder, "--port", str(port), environ=environ)

    def serving(self) -> Any:
        return self._served()

    async def talk(self) -> tuple[Leg, Leg]:
        """Ann talks with Sara; Reza waits. Returns the telephones of these two."""
        boss = await self.desk.person("Boss", role="admin", presence=None)
        queue = next(one for one in await boss.get("/queues") if one["tier"] == 1)
        number = {"channel": "phone", "address": DESK, "name": "Desk", "language": "en"}
        await boss.post("/entry_points", number | {"queue_id": queue["id"]})
        async with self.desk.database.transaction() as conn:
            await conn.execute("UPDATE queue SET wrap_up_s = 1")
        ann = await self.desk.person("Ann", tiers=(1,), presence=None)
        await ann.put("/presence/phone", {"address": ANN}, etag=None)
        await ann.post("/presence", {"presence": "available"})
        self._ann = ann
        self.voice.phone(ANN, accepts(0.2, thinks_s=0.2))
        sara = self.voice.rings(SARA, DESK)
        await self.until(["talking"])
        self._music.clear()
        reza = self.voice.rings(REZA, DESK)
        await self.until(["talking", "waiting"])
        await asyncio.wait_for(self._music.wait(), _SOON_S)
        return sara, reza

    async def long_music(self, _url: str) -> float:
        """So that nobody asks what to play next, and is dropped, while a slow machine starts anew."""
        self._music.set()
        return _SOON_S

    async def until(self, states: list[str]) -> None:
        """Wait until the calls stand so, in the order in which they came."""

        async def are() -> bool:
            await self._ann.post("/presence/heartbeat", status=204)  # as her console does
            return await self.states() == states

        try:
            await eventually(are, within_s=_SOON_S, what=f"{states}")
        except AssertionError:
            raise AssertionError(f"{await self.states()}, not {states}") from None

    async def states(self) -> list[str]:
        async with self.desk.database.read() as conn:
            return [row["state"] for row in await conn.fetch("SELECT state FROM call ORDER BY id")]

    async def outcomes(self) -> list[str]:
        async with self.desk.database.read() as conn:
            return [
                row["outcome"] for row in await conn.fetch("SELECT outcome FROM call ORDER BY id")
            ]


def kill(server: Serving) -> None:
    """With -9, and nobody is told."""
    os.kill(server.process.pid, signal.SIGKILL)


@pytest.fixture
async def house(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    port = unused_port()
    url = f"http://127.0.0.1:{port}"
    chance = random.Random(1)
    async with FakeTwilio(chance=chance, clock=lambda: datetime.now(UTC)) as fake:
        fake.voice.point(f"{url}/hooks/phone")
        environ = {
            "CONTACTCENTER_DATABASE_URL": dsn,
            "CONTACTCENTER_PUBLIC_URL": url,
            **{f"CONTACTCENTER_{key.upper()}": value for key, value in fake.settings().items()},
        }
        database = await Database(dsn).open()
        desk = Centre(url, database, fake)
        house = House(desk, tmp_path, port, environ)
        monkeypatch.setattr(fake.voice.network.poster, "sound", house.long_music)
        try:
            yield house
        finally:
            await desk.close()
            await database.close()


@pytest.mark.parametrize("is_away", [False, True], ids=["after", "meanwhile"])
async def test_who_talks_and_who_waits_are_served_by_the_next_server(house: House, is_away) -> None:
    """Sara hangs up when it is there again, or while nobody can be told."""
    async with house.serving() as first:
        sara, reza = await house.talk()
        kill(first)
        await first.process.wait()
    assert await house.states() == ["talking", "waiting"]
    if is_away:
        sara.hang_up()
        await asyncio.sleep(1)

    async with house.serving():
        if not is_away:
            await house.until(["talking", "waiting"])
            sara.hang_up()
        await house.until(["ended", "talking"])
        await asyncio.sleep(2)  # they talk
        reza.hang_up()
        await house.until(["ended", "ended"])

    assert await house.outcomes() == ["answered", "answered"]
