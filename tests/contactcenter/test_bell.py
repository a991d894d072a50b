"""The bell: how soon it is heard elsewhere, and how often it travels."""

import asyncio
import time

import asyncpg

from contactcenter.bell import Bell, rung
from contactcenter.db import Database

PATIENCE_S = 20.0


async def test_rings_in_quick_succession_travel_together_and_none_is_lost(dsn: str) -> None:
    database = await Database(dsn).open()
    here, elsewhere = Bell(database), Bell(database)
    tasks = [asyncio.create_task(bell.run()) for bell in (here, elsewhere)]
    listener = await asyncpg.connect(dsn)
    heard: list[str] = []
    await listener.add_listener("contactcenter", lambda *said: heard.append(str(said[-1])))
    news = elsewhere.waiter("outbox")
    async with asyncio.timeout(PATIENCE_S):
        while not heard:  # both listen by then
            here.ring("triage")
            await asyncio.sleep(0.05)
    heard.clear()

    began_s = time.monotonic()
    while time.monotonic() - began_s < 0.5:
        here.ring("events")
        await asyncio.sleep(0.001)
    elapsed_s = time.monotonic() - began_s
    news.clear()
    here.ring("outbox")
    async with asyncio.timeout(PATIENCE_S):
        await rung(news, at_most_s=PATIENCE_S)
        while not any("outbox" in said for said in heard):
            await asyncio.sleep(0.01)

    assert 2 < len(heard) <= elapsed_s / 0.02 + 3
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await listener.close()
    await database.close()
