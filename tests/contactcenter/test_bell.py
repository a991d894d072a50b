"""The bell: how soon it is heard elsewhere, and how often it travels."""

import asyncio
import time

import asyncpg
import pytest

from contactcenter.bell import Bell, Signal, rung
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


async def test_a_signal_reaches_every_process_once_and_only_its_audience(dsn: str) -> None:
    database = await Database(dsn).open()
    here, elsewhere = Bell(database), Bell(database)
    heard_here: list[Signal] = []
    heard_elsewhere: list[Signal] = []
    others: list[Signal] = []
    here.listen("visitors", heard_here.append)
    elsewhere.listen("visitors", heard_elsewhere.append)
    elsewhere.listen("consoles", others.append)
    tasks = [asyncio.create_task(bell.run()) for bell in (here, elsewhere)]
    async with asyncio.timeout(PATIENCE_S):
        while not heard_elsewhere:  # both listen by then
            here.signal("visitors", {"kind": "warming_up"})
            await asyncio.sleep(0.05)
    heard_here.clear()
    await asyncio.sleep(0.1)
    heard_elsewhere.clear()

    said = [{"kind": "typing", "name": "سارا" * 50, "n": n} for n in range(200)]
    for signal in said:  # more than one NOTIFY carries
        here.signal("visitors", signal)
    async with asyncio.timeout(PATIENCE_S):
        while len(heard_elsewhere) < len(said):
            await asyncio.sleep(0.01)

    assert heard_here == said
    assert heard_elsewhere == said
    assert others == []
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()


def test_a_signal_that_no_notify_carries_is_refused() -> None:
    bell = Bell(Database("postgresql://"))

    with pytest.raises(ValueError, match="7900"):
        bell.signal("visitors", {"text": "x" * 8000})
