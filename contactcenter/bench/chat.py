"""How web chats do with many visitors: ``serve`` and their sockets, beside aiohttp alone.

Every visitor talks with an agent. Agents speak as another process of the product does: lines are
committed, then the bell. The server and the bare one take turns: a line to everybody at once, lines
to one after the other at an even pace, and messages of visitors, which we store before we answer
and the bare server echoes. At the end all sockets are cut while lines go on. A run in which a
socket missed a line, or had one twice on one connection, fails.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from msgspec import Struct

from contactcenter.bench import figures
from contactcenter.bench.chat_house import settled
from contactcenter.bench.chat_orders import Check, Cut, Report
from contactcenter.bench.chat_sides import AT_MOST_S, PACE_PER_S, Bare, Product, Side, Turn
from contactcenter.bench.consumption import memory_of
from contactcenter.bench.feed import allow_open_files
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.process import worker
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import Served, served
from contactcenter.postgres import throwaway_data_dir

#: After a cut everybody is back, and has what he missed, within this.
BACK_WITHIN_S: Final = 30.0
#: These are there before the memory is measured: what comes with the first is not theirs alone.
_FIRST: Final = 10

Say = Callable[[str], None]


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure; of each kind, ``lines`` and ``messages`` are in all slices together."""

    sockets: int = 5_000
    lines: int = 300
    messages: int = 300
    slices: int = 3
    seed: int = 1
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line; ``bare_…`` are the same of aiohttp alone.

    ``fan_out_per_s`` is how many lines a second reach sockets when each gets one at once, counted
    from the commit to the last. ``p50_ms`` and ``p99_ms`` are from a line's commit to its socket,
    ``answer_…`` from a visitor's message to its acknowledgement. Each ``ratio`` is ours to the
    bare one's, so that less is better. ``back_s`` is from the cut until the last socket had
    everything.
    """

    sockets: int
    kb_per_socket: float | None
    fan_out_per_s: float
    p50_ms: float
    p99_ms: float
    answer_p50_ms: float
    answer_p99_ms: float
    bare_fan_out_per_s: float
    bare_p50_ms: float
    bare_p99_ms: float
    bare_answer_p50_ms: float
    bare_answer_p99_ms: float
    ratio: float
    p99_ratio: float
    back_s: float
    missed: int
    repeated: int


async def measure(plan: Plan, say: Say) -> Result:
    """Let visitors come, be spoken to, write, and be cut off; raises ``MeasurementInvalid``."""
    allow_open_files(2 * plan.sockets + 1000)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(plan.database_url))
        url = await made.database()
        conn = await connect(url)
        stack.push_async_callback(conn.close, timeout=5)
        agents, tokens = await stack.enter_async_context(settled(conn, url, plan.sockets))
        server = await stack.enter_async_context(served(folder, _settings(url, folder)))
        ours = Side(await stack.enter_async_context(worker("chat_sockets")), tokens, server.port)
        bare = await stack.enter_async_context(worker("chat_bare"))
        theirs = await stack.enter_async_context(worker("chat_sockets"))
        run = _Run(
            plan=plan,
            say=say,
            server=server,
            side=ours,
            product=Product(ours, agents),
            bare=Bare(bare, theirs, tokens),
        )
        return await run.measured()


def check(result: Result) -> None:
    """Raise ``MeasurementInvalid`` where a line was missed, came twice, or everybody too late."""
    if result.missed or result.repeated:
        raise MeasurementInvalid(f"{result.missed} lines were missed, {result.repeated} came twice")
    if result.back_s > BACK_WITHIN_S:
        raise MeasurementInvalid(f"not everybody was back in {BACK_WITHIN_S:.0f} s")


class _Run:
    def __init__(
        self,
        *,
        plan: Plan,
        say: Say,
        server: Served,
        side: Side,
        product: Product,
        bare: Bare,
    ) -> None:
        self._plan = plan
        self._say = say
        self._server = server
        self._side = side
        self._product = product
        self._bare = bare
        self._chance = random.Random(plan.seed)  # noqa: S311 -- no secret

    async def measured(self) -> Result:
        """Connect everybody, let the two sides take turns, then cut."""
        plan = self._plan
        kb_per_socket = await self._connected()
        _, frame_bytes = await self._product.everybody()  # what was never done takes longer
        ours: list[Turn] = []
        theirs: list[Turn] = []
        for n in range(plan.slices):
            numbers = self._some(plan.lines // plan.slices)
            writers = self._some(plan.messages // plan.slices)
            turn, frame_bytes = await self._product.turn(numbers, writers)
            ours.append(turn)
            theirs.append(await self._bare.turn(numbers, writers, frame_bytes))
            self._say(f"slice {n + 1}: {ours[-1].told()}; bare {theirs[-1].told()}")
        back_s = await self._cut()
        checked = await self._side.order(Check(lines=await self._product.agents.lines()))
        for event, times in self._server.complaints().items():
            self._say(f"the server's log has {event} {times} times")
        return _result(
            plan, ours, theirs, kb_per_socket=kb_per_socket, back_s=back_s, checked=checked
        )

    def _some(self, count: int) -> list[int]:
        return [self._chance.randrange(self._plan.sockets) for _ in range(max(1, count))]

    async def _connected(self) -> float | None:
        """Open all sockets on both sides; returns the server's memory for each in kB."""
        began_s, side = time.monotonic(), self._side
        await side.connect(min(_FIRST, self._plan.sockets))
        before_mb = memory_of(self._server.pid).rss_mb
        rest = self._plan.sockets - side.count
        await side.connect(rest)
        after_mb = memory_of(self._server.pid).rss_mb
        self._say(f"{side.count} visitors welcomed in {time.monotonic() - began_s:.1f} s")
        await self._bare.connect(self._plan.sockets)
        if before_mb is None or after_mb is None or not rest:
            return None
        return round((after_mb - before_mb) * 1000 / rest, 1)

    async def _cut(self) -> float:
        """Cut everybody while lines go on; returns when the last one had everything."""
        self._say("cutting all sockets")
        over = asyncio.Event()
        going_on = asyncio.create_task(self._go_on(over))
        began_s = time.monotonic()
        try:
            report = await self._side.order(Cut(at_most_s=AT_MOST_S))
            self._say(f"all welcomed again after {time.monotonic() - began_s:.1f} s")
        finally:
            over.set()
            await going_on
        if not report.is_done:
            raise MeasurementInvalid(f"only {report.open_sockets} sockets came back")
        await self._side.have(sum(await self._product.agents.lines()))
        return time.monotonic() - began_s

    async def _go_on(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._product.agents.say(self._some(1))
            await asyncio.sleep(1 / PACE_PER_S)


def _result(
    plan: Plan,
    ours: Sequence[Turn],
    theirs: Sequence[Turn],
    *,
    kb_per_socket: float | None,
    back_s: float,
    checked: Report,
) -> Result:
    def at(turns: Sequence[Turn], share: float, *, answers: bool = False) -> float:
        of = sorted(ms for one in turns for ms in (one.answers_ms if answers else one.lines_ms))
        return round(figures.percentile(of, share), 2)

    ratios = [bare.per_s / one.per_s for one, bare in zip(ours, theirs, strict=True)]
    return Result(
        sockets=plan.sockets,
        kb_per_socket=kb_per_socket,
        fan_out_per_s=round(figures.median([one.per_s for one in ours])),
        p50_ms=at(ours, 0.50),
        p99_ms=at(ours, 0.99),
        answer_p50_ms=at(ours, 0.50, answers=True),
        answer_p99_ms=at(ours, 0.99, answers=True),
        bare_fan_out_per_s=round(figures.median([one.per_s for one in theirs])),
        bare_p50_ms=at(theirs, 0.50),
        bare_p99_ms=at(theirs, 0.99),
        bare_answer_p50_ms=at(theirs, 0.50, answers=True),
        bare_answer_p99_ms=at(theirs, 0.99, answers=True),
        ratio=round(figures.median(ratios), 3),
        p99_ratio=round(at(ours, 0.99) / max(at(theirs, 0.99), 0.01), 3),
        back_s=round(back_s, 2),
        missed=checked.missed,
        repeated=checked.repeated,
    )


def _settings(database_url: str, folder: Path) -> dict[str, str]:
    return {
        "database_url": database_url,
        "data_dir": str(folder / "data"),
        "secret_keys": secrets.token_urlsafe(32) + "=",
    }
