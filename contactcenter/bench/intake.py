"""How fast a provider's messages are taken: signed HTTP into ``serve``, beside the bare database.

The server and its floor take turns in slices, each on a database of its own that was made alike.
The run counts only if exactly what was acknowledged is stored, and all of it was looked at within
10 s after each slice.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.bench import bare_http, figures, messages, population
from contactcenter.bench.consumption import cpu_s_of, memory_of
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.floor import Floor, Stood, function
from contactcenter.bench.load import Load, Loaded
from contactcenter.bench.process import Worker, worker
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import HOST, Served, served
from contactcenter.db import OwnConnection
from contactcenter.postgres import throwaway_data_dir

#: The longest a message may wait for triage after the load has ended.
DRAINED_WITHIN_S: Final = 10.0
#: More than anybody takes; a slice that ran out of messages would just be shorter.
_SIGNED_PER_S: Final = 15_000
_WARM_UP_S: Final = 1.0
_SHOWN: Final = 3


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure; ``seconds`` of load in all, in ``slices`` that alternate with the floor."""

    clients: int = 32
    seconds: float = 20.0
    workers: int = 1
    slices: int = 4
    known: int = 100_000
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line. ``ratio`` is the median of the slices' ``msg_per_s`` over the floor's."""

    clients: int
    seconds: float
    workers: int
    msg_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    rss_mb: float | None
    floor_per_s: float
    ratio: float
    triage_lag_p95_ms: float
    drained_s: float


_SQL = db.Statements(__name__)
_untriaged = _SQL.take("untriaged", int)
_stored = _SQL.take("stored", str)
_last_interaction = _SQL.take("last_interaction", int)
_triage_lag = _SQL.take("triage_lag", float)

Say = Callable[[str], None]


async def measure(plan: Plan, say: Say) -> Result:
    """Make a centre, load it, compare; raises ``MeasurementInvalid`` if the run cannot count."""
    mark = secrets.token_hex(8)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(plan.database_url))
        say(f"making {plan.known:,} contacts")
        url = await made.database()
        conn = await connect(url)
        door = await population.settle(conn, plan.known)
        await conn.close(timeout=5)
        floor_url = await made.copy(url)
        conn = await connect(floor_url)
        await conn.execute(function())
        await conn.close(timeout=5)
        await bare_http.say_own_cost(plan.clients, say)
        conn = await connect(url)
        stack.push_async_callback(conn.close, timeout=5)
        server = await stack.enter_async_context(
            served(folder, settings_of(url, folder), workers=plan.workers)
        )
        run = _Run(
            plan=plan,
            mark=mark,
            conn=conn,
            server=server,
            load=await stack.enter_async_context(worker("load")),
            floor=await stack.enter_async_context(worker("floor")),
            floor_url=floor_url,
            door=door,
            say=say,
        )
        return await run.measured()


class _Run:
    """One run: what was loaded so far."""

    def __init__(
        self,
        *,
        plan: Plan,
        mark: str,
        conn: OwnConnection,
        server: Served,
        load: Worker,
        floor: Worker,
        floor_url: str,
        door: population.Door,
        say: Say,
    ) -> None:
        self._plan = plan
        self._mark = mark
        self._conn = conn
        self._server = server
        self._load = load
        self._floor = floor
        self._floor_url = floor_url
        self._door = door
        self._say = say
        self._next = 0
        self._acknowledged: list[str] = []
        self._drained_s: list[float] = []

    async def measured(self) -> Result:
        """Warm both up, then let them take turns."""
        self._say("loading")
        began_at = await _last_interaction.one(self._conn)
        await self._load_for(_WARM_UP_S)
        await self._floor_for(_WARM_UP_S)
        first_id = await _last_interaction.one(self._conn)
        self._drained_s.clear()
        loaded: list[Loaded] = []
        stood: list[Stood] = []
        slice_s = self._plan.seconds / self._plan.slices
        for n in range(self._plan.slices):
            cpu_s = cpu_s_of(self._server.pid)
            loaded.append(await self._load_for(slice_s))
            cpu_s = cpu_s_of(self._server.pid) - cpu_s
            stood.append(await self._floor_for(slice_s))
            self._say(
                f"slice {n + 1}: {_rate(loaded[-1]):,.0f} messages/s "
                f"at {cpu_s / max(1, loaded[-1].sent) * 1e6:,.0f} us of the server's CPU each, "
                f"floor {stood[-1].stored / stood[-1].elapsed_s:,.0f}/s, "
                f"drained in {self._drained_s[-1]:.2f} s"
            )
        check_stored(self._acknowledged, await _stored.all(self._conn, began_at))
        for event, times in self._server.complaints().items():
            self._say(f"the server's log has {event} {times} times")
        lag_s = await _triage_lag.one(self._conn, first_id)
        return self._result(loaded, stood, lag_s)

    async def _load_for(self, seconds: float) -> Loaded:
        """One slice of load, and the wait until triage has looked at all of it."""
        plan, first = self._plan, self._next
        order = Load(
            host=HOST,
            port=self._server.port,
            public_url=self._server.url,
            clients=plan.clients,
            seconds=seconds,
            first=first,
            count=max(plan.clients, int(seconds * _SIGNED_PER_S)),
            known=plan.known,
            mark=self._mark,
        )
        loaded = await self._load.order(order, Loaded, at_most_s=4 * seconds + 60)
        self._next += loaded.sent
        refused = set(loaded.refused)
        self._acknowledged += [
            messages.message(n, plan.known, self._mark).sid
            for n in range(first, first + loaded.sent)
            if n not in refused
        ]
        self._drained_s.append(await self._drained())
        return loaded

    async def _drained(self) -> float:
        began_s = time.perf_counter()
        while left := await _untriaged.one(self._conn):
            waited_s = time.perf_counter() - began_s
            if waited_s > DRAINED_WITHIN_S:
                raise MeasurementInvalid(
                    f"{left} messages were not triaged {DRAINED_WITHIN_S:.0f} s after the load"
                )
            await asyncio.sleep(0.05)
        return time.perf_counter() - began_s

    async def _floor_for(self, seconds: float) -> Stood:
        order = Floor(
            dsn=self._floor_url,
            entry_point_id=self._door.entry_point_id,
            queue_id=self._door.queue_id,
            clients=self._plan.clients,
            seconds=seconds,
            first=self._next,
            count=int(seconds * _SIGNED_PER_S),
            known=self._plan.known,
            mark=self._mark,
        )
        return await self._floor.order(order, Stood, at_most_s=4 * seconds + 60)

    def _result(self, loaded: Sequence[Loaded], stood: Sequence[Stood], lag_s: float) -> Result:
        floors = [one.stored / one.elapsed_s for one in stood]
        ratios = [_rate(one) / floor for one, floor in zip(loaded, floors, strict=True)]
        latencies = sorted(us for one in loaded for us in one.latencies_us)
        return Result(
            clients=self._plan.clients,
            seconds=self._plan.seconds,
            workers=self._plan.workers,
            msg_per_s=round(figures.median([_rate(one) for one in loaded]), 1),
            p50_ms=round(figures.percentile(latencies, 0.50) / 1000, 2),
            p95_ms=round(figures.percentile(latencies, 0.95) / 1000, 2),
            p99_ms=round(figures.percentile(latencies, 0.99) / 1000, 2),
            errors=sum(len(one.refused) for one in loaded),
            rss_mb=memory_of(self._server.pid).rss_mb,
            floor_per_s=round(figures.median(floors), 1),
            ratio=round(figures.median(ratios), 3),
            triage_lag_p95_ms=round(lag_s * 1000, 1),
            drained_s=round(max(self._drained_s), 2),
        )


def check_stored(acknowledged: Collection[str], stored: Sequence[str]) -> None:
    """Raise ``MeasurementInvalid`` unless what is stored is what was acknowledged, each once."""
    found = Counter(stored)
    lost = sorted(set(acknowledged) - found.keys())
    unasked = sorted(found.keys() - set(acknowledged))
    twice = sorted(sid for sid, times in found.items() if times > 1)
    wrong = [
        f"{len(sids)} {what}: {', '.join(sids[:_SHOWN])}"
        for sids, what in (
            (lost, "acknowledged but not stored"),
            (unasked, "stored but not acknowledged"),
            (twice, "stored more than once"),
        )
        if sids
    ]
    if wrong:
        raise MeasurementInvalid("what is stored is not what was acknowledged: " + "; ".join(wrong))


def _rate(loaded: Loaded) -> float:
    return len(loaded.latencies_us) / loaded.elapsed_s


def settings_of(database_url: str, folder: Path) -> dict[str, str]:
    """The settings of a server that takes these messages, and reaches nobody."""
    return {
        "database_url": database_url,
        "data_dir": str(folder / "data"),
        "twilio_account_sid": messages.ACCOUNT_SID,
        "twilio_auth_tokens": messages.AUTH_TOKEN,
        "twilio_api_base": f"http://{HOST}:9",  # nobody is there: no run asks the real provider
    }
