"""How fast events reach the consoles: ``serve`` with many sockets, beside aiohttp alone.

Agents of one team, each with a console of his own, are told of changes of the team's tickets. The
changes are made as another process of the product makes them: a transaction, then the bell. The
server and the bare fan-out take turns: events one by one at an even pace, then as many at once.
At the end all sockets are cut while events go on. A run in which a socket missed an event, or was
told of one twice, fails.
"""

import asyncio
import resource
import secrets
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from msgspec import Struct

from contactcenter.bench import feed_changes, figures
from contactcenter.bench.consumption import memory_of
from contactcenter.bench.feed_orders import Check, Cut, Report
from contactcenter.bench.feed_sides import AT_MOST_S, Bare, Product, Say, Sockets, Turn
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.process import Worker, worker
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import Served, served
from contactcenter.postgres import throwaway_data_dir

#: After a cut everybody is back, and has what he missed, within this.
BACK_WITHIN_S: Final = 30.0
#: A pace well below what either side can do.
_PACED_DELIVERIES_PER_S: Final = 10_000.0
#: These are there before the memory is measured: what comes with the first is not theirs alone.
_FIRST: Final = 10
_WARM_UP_EVENTS: Final = 10


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure: ``events`` one by one, and as many together, in ``slices`` turns."""

    sockets: int = 1000
    events: int = 300
    slices: int = 3
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line; a delivery is one event at one socket.

    ``deliveries_per_s`` is with many events at once, ``p50_ms`` and ``p99_ms`` are from the commit
    of one event to the last socket that is told of it. ``ratio`` is the median of the slices' bare
    rate over ours, ``p99_ratio`` our p99 over the bare one. ``back_s`` is from the cut until the
    last socket had everything.
    """

    sockets: int
    events: int
    deliveries_per_s: float
    p50_ms: float
    p99_ms: float
    bare_deliveries_per_s: float
    bare_p99_ms: float
    ratio: float
    p99_ratio: float
    kb_per_socket: float | None
    back_s: float
    missed: int
    doubled: int


async def measure(plan: Plan, say: Say) -> Result:
    """Seat the agents, tell them of changes, cut them off; raises ``MeasurementInvalid``."""
    allow_open_files(2 * plan.sockets + 1000)
    secret = secrets.token_hex(16)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(plan.database_url))
        url = await made.database()
        conn = await connect(url)
        stack.push_async_callback(conn.close, timeout=5)
        changes = await feed_changes.settle(conn, plan.sockets, secret)
        server = await stack.enter_async_context(served(folder, _settings(url, folder)))
        agents = await stack.enter_async_context(worker("feed_sockets"))
        readers = await stack.enter_async_context(worker("feed_sockets"))
        bare = await stack.enter_async_context(worker("feed_bare"))
        run = _Run(
            plan=plan,
            server=server,
            agents=agents,
            product=Product(server, changes, Sockets(agents, secret, say)),
            bare=Bare(bare, Sockets(readers, secret, say)),
            say=say,
        )
        return await run.measured()


def check(result: Result) -> None:
    """Raise ``MeasurementInvalid`` where a socket missed an event, had one twice or came late."""
    if result.missed or result.doubled:
        raise MeasurementInvalid(
            f"{result.missed} events were missed, {result.doubled} were told twice"
        )
    if result.back_s > BACK_WITHIN_S:
        raise MeasurementInvalid(f"not everybody was back in {BACK_WITHIN_S:.0f} s")


class _Run:
    def __init__(
        self,
        *,
        plan: Plan,
        server: Served,
        agents: Worker,
        product: Product,
        bare: Bare,
        say: Say,
    ) -> None:
        self._plan = plan
        self._server = server
        self._agents = agents
        self._product = product
        self._bare = bare
        self._say = say
        self._every_s = plan.sockets / _PACED_DELIVERIES_PER_S

    async def measured(self) -> Result:
        """Connect everybody, let the two sides take turns, then cut."""
        product, bare, plan = self._product, self._bare, self._plan
        kb_per_socket = await self._connected()
        self._say("telling")
        await product.turn(_WARM_UP_EVENTS, self._every_s)
        await bare.turn(_WARM_UP_EVENTS, self._every_s, product.frame_bytes)
        ours: list[Turn] = []
        theirs: list[Turn] = []
        each = max(1, plan.events // plan.slices)
        for n in range(plan.slices):
            ours.append(await product.turn(each, self._every_s))
            theirs.append(await bare.turn(each, self._every_s, product.frame_bytes))
            self._say(f"slice {n + 1}: {ours[-1].told()}; bare {theirs[-1].told()}")
        back_s = await self._cut()
        everything = Check(event_ids=await product.changes.told())
        checked = await self._agents.order(everything, Report, at_most_s=AT_MOST_S)
        for event, times in self._server.complaints().items():
            self._say(f"the server's log has {event} {times} times")
        return self._result(ours, theirs, kb_per_socket, back_s, checked)

    async def _connected(self) -> float | None:
        """Open all sockets on both sides; returns the server's memory for each in kB."""
        began_s, consoles = time.monotonic(), self._product.consoles
        await consoles.connect(self._server.port, min(_FIRST, self._plan.sockets))
        before_mb = memory_of(self._server.pid).rss_mb
        rest = self._plan.sockets - consoles.count
        await consoles.connect(self._server.port, rest)
        after_mb = memory_of(self._server.pid).rss_mb
        self._say(f"{consoles.count} sockets subscribed in {time.monotonic() - began_s:.1f} s")
        await self._bare.connect(self._plan.sockets)
        if before_mb is None or after_mb is None or not rest:
            return None
        return round((after_mb - before_mb) * 1000 / rest, 1)

    async def _cut(self) -> float:
        """Cut everybody while events go on; returns when the last one had everything."""
        self._say("cutting all sockets")
        changes, consoles = self._product.changes, self._product.consoles
        await changes.make()
        over = asyncio.Event()
        going_on = asyncio.create_task(self._go_on(over))
        began_s = time.monotonic()
        try:
            order = Cut(at_most_s=AT_MOST_S)
            report = await self._agents.order(order, Report, at_most_s=AT_MOST_S + 10)
            self._say(f"all subscribed again after {time.monotonic() - began_s:.1f} s")
            await consoles.arrived(max(changes.committed_ns))
            back_s = time.monotonic() - began_s
        finally:
            over.set()
            await going_on
        if not report.is_done:
            raise MeasurementInvalid(f"only {report.open_sockets} sockets came back")
        await consoles.arrived(await changes.make())
        return back_s

    async def _go_on(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._product.changes.make()
            await asyncio.sleep(self._every_s)

    def _result(
        self,
        ours: Sequence[Turn],
        theirs: Sequence[Turn],
        kb_per_socket: float | None,
        back_s: float,
        checked: Report,
    ) -> Result:
        ours_ms = sorted(ms for one in ours for ms in one.latencies_ms)
        bare_ms = sorted(ms for one in theirs for ms in one.latencies_ms)
        p99_ms, bare_p99_ms = (figures.percentile(ms, 0.99) for ms in (ours_ms, bare_ms))
        ratios = [bare.per_s / one.per_s for one, bare in zip(ours, theirs, strict=True)]
        return Result(
            sockets=self._plan.sockets,
            events=len(ours_ms),
            deliveries_per_s=round(figures.median([one.per_s for one in ours])),
            p50_ms=round(figures.percentile(ours_ms, 0.50), 2),
            p99_ms=round(p99_ms, 2),
            bare_deliveries_per_s=round(figures.median([one.per_s for one in theirs])),
            bare_p99_ms=round(bare_p99_ms, 2),
            ratio=round(figures.median(ratios), 3),
            p99_ratio=round(p99_ms / bare_p99_ms, 3),
            kb_per_socket=kb_per_socket,
            back_s=round(back_s, 2),
            missed=checked.missed,
            doubled=checked.doubled,
        )


def allow_open_files(count: int) -> None:
    """Raise this process's limit of open files, which those it starts inherit, if it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _settings(database_url: str, folder: Path) -> dict[str, str]:
    return {"database_url": database_url, "data_dir": str(folder / "data")}
