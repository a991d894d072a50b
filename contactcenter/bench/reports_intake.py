"""What keeping reports costs the intake: the same load with facts being kept, and without.

The two take turns in slices on one server, now the one first, now the other, so that a machine
that grows slower is no fault of either. While facts are not to be kept, the measurement holds the
keeper's lease; what the keeper missed it has to catch up with in its own slice, which begins when
it has its lease again.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

from msgspec import Struct

from contactcenter import db, leases
from contactcenter.bench import figures, population
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.intake import settings_of
from contactcenter.bench.load import Load, Loaded
from contactcenter.bench.process import Worker, worker
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import HOST, Served, served
from contactcenter.db import OwnConnection
from contactcenter.postgres import throwaway_data_dir
from contactcenter.report_keeper import LEASE

_CLIENTS: Final = 32
_KNOWN: Final = 20_000
_SIGNED_PER_S: Final = 15_000
#: Deleting a lease and taking it may cross the keeper a few times.
_TRIES: Final = 100


class Kept(Struct, frozen=True, kw_only=True):
    """Messages a second while facts are kept, and while not, and the median of their ratios."""

    with_per_s: float
    without_per_s: float
    ratio: float
    facts: int


Say = Callable[[str], None]


async def measure(seconds: float, slices: int, database_url: str | None, say: Say) -> Kept:
    """Load for so long in all; raises ``MeasurementInvalid`` if no facts were kept."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(database_url))
        url = await made.database()
        conn = await connect(url)
        stack.push_async_callback(conn.close, timeout=5)
        await population.settle(conn, _KNOWN)
        server = await stack.enter_async_context(served(folder, settings_of(url, folder)))
        run = _Run(conn, server, await stack.enter_async_context(worker("load")))
        await run.load_for(1.0)
        pairs = []
        for n in range(slices):
            sides = [run.with_keeper, run.without_keeper]
            order = sides if n % 2 else sides[::-1]
            rates = {side: await side(seconds / slices / 2) for side in order}
            kept, without = (rates[side] for side in sides)
            pairs.append((kept, without))
            say(f"slice {n + 1}: {kept:,.0f} messages/s with facts kept, {without:,.0f} without")
        facts = await conn.fetchval("SELECT count(*) FROM report_fact")
    if not facts:
        raise MeasurementInvalid("no facts were kept")
    return Kept(
        with_per_s=round(figures.median([one for one, _ in pairs]), 1),
        without_per_s=round(figures.median([other for _, other in pairs]), 1),
        ratio=round(figures.median([one / other for one, other in pairs]), 3),
        facts=facts,
    )


_SQL = db.Statements(__name__)
_is_held = _SQL.take("is_held", bool)


class _Run:
    """One run, and how many messages were sent so far."""

    def __init__(self, conn: OwnConnection, server: Served, load: Worker) -> None:
        self._conn = conn
        self._server = server
        self._load = load
        self._mark = secrets.token_hex(8)
        self._next = 0

    async def without_keeper(self, seconds: float) -> float:
        """Messages a second, while the keeper may not work."""
        fence = await self._taken(seconds)
        try:
            return await self.load_for(seconds)
        finally:
            await leases.let_go(self._conn, LEASE, fence)

    async def with_keeper(self, seconds: float) -> float:
        """The same, while the keeper works."""
        for _ in range(_TRIES):
            if await _is_held.one(self._conn, LEASE):
                return await self.load_for(seconds)
            await asyncio.sleep(0.1)
        raise MeasurementInvalid("the keeper of facts does not begin")

    async def load_for(self, seconds: float) -> float:
        """Messages a second in one slice."""
        order = Load(
            host=HOST,
            port=self._server.port,
            public_url=self._server.url,
            clients=_CLIENTS,
            seconds=seconds,
            first=self._next,
            count=max(_CLIENTS, int(seconds * _SIGNED_PER_S)),
            known=_KNOWN,
            mark=self._mark,
        )
        loaded = await self._load.order(order, Loaded, at_most_s=4 * seconds + 60)
        self._next += loaded.sent
        if loaded.refused:
            raise MeasurementInvalid(f"{len(loaded.refused)} messages were refused")
        return len(loaded.latencies_us) / loaded.elapsed_s

    async def _taken(self, seconds: float) -> int:
        lease_s = int(2 * seconds) + 60
        for _ in range(_TRIES):
            await self._conn.execute("DELETE FROM lease WHERE name = $1", LEASE)
            fence = await leases.take(self._conn, LEASE, "bench", lease_s=lease_s)
            if fence is not None:
                return fence
            await asyncio.sleep(0.1)
        raise MeasurementInvalid("the keeper of facts cannot be stopped")
