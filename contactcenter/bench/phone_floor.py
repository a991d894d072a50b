"""The floor of taking hooks: the same into the same tables, with nothing in between.

A process of its own: one function call and one transaction a hook through asyncpg, as many
connections as the load has. ``phone_floor.sql`` is the whole of it.
"""

import asyncio
import time
from collections.abc import Iterator
from importlib import resources
from typing import Final

import asyncpg
import msgspec
from msgspec import Struct

from contactcenter.bench import phone_hooks
from contactcenter.bench.floor import Stood
from contactcenter.bench.phone_hooks import Hook
from contactcenter.bench.process import take_orders

_TAKE: Final = "SELECT bench_hook($1, $2, $3, $4, $5, $6)"


class Floor(Struct, frozen=True, kw_only=True):
    """An order: hooks ``first`` to ``first + count`` at most, ``seconds`` long."""

    dsn: str
    entry_point_id: int
    clients: int
    seconds: float
    first: int
    count: int
    mark: str


def function() -> str:
    """The function that takes one hook, as SQL."""
    return resources.files(__package__).joinpath("phone_floor.sql").read_text(encoding="utf-8")


async def stand(order: Floor) -> Stood:
    """Connect, prepare, and only then start the clock."""
    numbers = range(order.first, order.first + order.count)
    waiting = iter([phone_hooks.hook(n, order.mark) for n in numbers])
    conns = [
        await asyncpg.connect(order.dsn, server_settings={"jit": "off"})
        for _ in range(order.clients)
    ]
    prepared = [await conn.prepare(_TAKE) for conn in conns]
    cpu_s, began_s = time.process_time(), time.perf_counter()
    until_s = began_s + order.seconds
    stored = await asyncio.gather(*(_take(one, waiting, order, until_s) for one in prepared))
    elapsed_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    for conn in conns:
        await conn.close(timeout=5)
    return Stood(stored=sum(stored), elapsed_s=elapsed_s, cpu_s=cpu_s)


async def _take(
    take: "asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]",
    waiting: Iterator[Hook],
    order: Floor,
    until_s: float,
) -> int:
    stored = 0
    for one in waiting:
        if time.perf_counter() >= until_s:
            break
        told = msgspec.json.encode(one.form)
        key = f"{one.sid}:{one.step}"
        await take.fetchval(key, one.sid, one.path, told.decode(), told, order.entry_point_id)
        stored += 1
    return stored


if __name__ == "__main__":
    take_orders(Floor, stand)
