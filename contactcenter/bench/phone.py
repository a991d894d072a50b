"""How fast what a provider tells of calls is taken, and whether every second of them is right.

First hooks alone: signed HTTP into ``serve``, beside the least that taking them could cost, in
slices that take turns. Then whole calls over a fake provider, many at a time. The run counts only
if what is stored is what was acknowledged, and every call has the seconds the provider says.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.bench import figures, messages, phone_floor, phone_hooks
from contactcenter.bench.consumption import cpu_s_of
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.floor import Stood
from contactcenter.bench.load import Aim, Loaded
from contactcenter.bench.phone_calls import Called, call_many
from contactcenter.bench.phone_floor import Floor
from contactcenter.bench.phone_hooks import STEPS
from contactcenter.bench.population import Door
from contactcenter.bench.process import Worker, worker
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import HOST, Served, served
from contactcenter.db import OwnConnection
from contactcenter.postgres import throwaway_data_dir

#: More than anybody takes; a slice that ran out of hooks would just be shorter.
_SIGNED_PER_S: Final = 4_000
_WARM_UP_S: Final = 1.0
_SHOWN: Final = 3


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure: ``seconds`` of hooks in slices, then ``calls`` at a time."""

    clients: int = 32
    seconds: float = 20.0
    slices: int = 4
    calls: int = 200
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line. ``ratio`` is the median of the slices' ``hooks_per_s`` over the floor's.

    ``wrong`` counts calls whose seconds are others than the provider's; a run with one fails.
    ``answer_p99_ms`` is what telephones waited for an answer while the calls went on.
    """

    clients: int
    hooks_per_s: float
    p50_ms: float
    p99_ms: float
    refused: int
    floor_per_s: float
    ratio: float
    calls: int
    at_once: int
    answered: int
    wrong: int
    hooks: int
    answer_p50_ms: float
    answer_p99_ms: float
    answer_max_ms: float


class _Account(Struct, frozen=True, kw_only=True):
    sid: str
    outcome: str
    ivr_s: int | None
    queue_s: int | None
    call_s: int | None


class _Kept(Struct, frozen=True, kw_only=True):
    sid: str
    hooks: int


_SQL = db.Statements(__name__)
_settle = _SQL.take("settle", Door)
_hooks = _SQL.take("hooks", _Kept)
_accounts = _SQL.take("accounts", _Account)

Say = Callable[[str], None]


async def measure(plan: Plan, say: Say) -> Result:
    """Make a centre, let it be told of calls, compare; raises ``MeasurementInvalid``."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(plan.database_url))
        url = await made.database()
        conn = await connect(url)
        door = await _settle.one(conn, phone_hooks.ENTRY_POINT)
        await conn.close(timeout=5)
        floor_url = await made.copy(url)
        conn = await connect(floor_url)
        await conn.execute(phone_floor.function())
        await conn.close(timeout=5)
        called_url = await made.copy(url)
        conn = await connect(url)
        stack.push_async_callback(conn.close, timeout=5)
        async with served(folder, settings(url, folder)) as server:
            run = _Run(
                plan=plan,
                server=server,
                load=await stack.enter_async_context(worker("phone_load")),
                floor=await stack.enter_async_context(worker("phone_floor")),
                floor_url=floor_url,
                door=door,
                say=say,
            )
            loaded, stood = await run.measured()
            for event, times in server.complaints().items():
                say(f"the server's log has {event} {times} times")
        await check(conn, run.acknowledged)
        called = await call_many(called_url, folder, plan.calls, say)
    return _result(plan, loaded, stood, called)


class _Run:
    """One run: what was posted so far."""

    def __init__(
        self,
        *,
        plan: Plan,
        server: Served,
        load: Worker,
        floor: Worker,
        floor_url: str,
        door: Door,
        say: Say,
    ) -> None:
        self._plan = plan
        self._server = server
        self._load = load
        self._floor = floor
        self._floor_url = floor_url
        self._door = door
        self._say = say
        self._turn = 0
        self._mark = secrets.token_hex(8)
        self._began_at = datetime.now(UTC) - timedelta(days=1)
        self.acknowledged: Counter[str] = Counter()

    async def measured(self) -> tuple[list[Loaded], list[Stood]]:
        """Warm both up, then let them take turns."""
        await self._load_for(_WARM_UP_S)
        await self._floor_for(_WARM_UP_S)
        loaded: list[Loaded] = []
        stood: list[Stood] = []
        slice_s = self._plan.seconds / self._plan.slices
        for n in range(self._plan.slices):
            cpu_s = cpu_s_of(self._server.pid)
            loaded.append(await self._load_for(slice_s))
            cpu_s = cpu_s_of(self._server.pid) - cpu_s
            stood.append(await self._floor_for(slice_s))
            self._say(
                f"slice {n + 1}: {_rate(loaded[-1]):,.0f} hooks/s at "
                f"{cpu_s / max(1, loaded[-1].sent) * 1e6:,.0f} us of the server's CPU each, "
                f"floor {stood[-1].stored / stood[-1].elapsed_s:,.0f}/s"
            )
        return loaded, stood

    async def _load_for(self, seconds: float) -> Loaded:
        """One slice; it begins with calls of its own."""
        mark = phone_hooks.marked(self._began_at, f"{self._mark}:{self._turn}")
        self._turn += 1
        order = Aim(
            host=HOST,
            port=self._server.port,
            public_url=self._server.url,
            clients=self._plan.clients,
            seconds=seconds,
            first=0,
            count=max(self._plan.clients, int(seconds * _SIGNED_PER_S)),
            mark=mark,
        )
        loaded = await self._load.order(order, Loaded, at_most_s=4 * seconds + 60)
        refused = set(loaded.refused)
        self.acknowledged.update(
            phone_hooks.hook(n, mark).sid for n in range(loaded.sent) if n not in refused
        )
        return loaded

    async def _floor_for(self, seconds: float) -> Stood:
        order = Floor(
            dsn=self._floor_url,
            entry_point_id=self._door.entry_point_id,
            clients=self._plan.clients,
            seconds=seconds,
            first=0,
            count=int(seconds * _SIGNED_PER_S * 4),
            mark=phone_hooks.marked(self._began_at, f"{self._mark}:floor:{self._turn}"),
        )
        return await self._floor.order(order, Stood, at_most_s=4 * seconds + 60)


async def check(conn: OwnConnection, acknowledged: Mapping[str, int]) -> None:
    """Raise ``MeasurementInvalid`` unless each hook is there once, and whole calls are right."""
    kept = {one.sid: one.hooks for one in await _hooks.all(conn)}
    lost = [sid for sid, hooks in acknowledged.items() if kept.get(sid) != hooks]
    if lost:
        raise MeasurementInvalid(
            f"{len(lost)} calls have other hooks than were acknowledged: {', '.join(lost[:_SHOWN])}"
        )
    accounts = {one.sid: one for one in await _accounts.all(conn)}
    right = (phone_hooks.MENU_S, phone_hooks.WAITED_S, phone_hooks.MENU_S + phone_hooks.WAITED_S)
    wrong = [
        f"{sid}: {accounts.get(sid)}"
        for sid, hooks in acknowledged.items()
        if hooks == STEPS and not _is(accounts.get(sid), right)
    ]
    if wrong:
        raise MeasurementInvalid(f"{len(wrong)} calls were measured wrong: {wrong[:_SHOWN]}")


def check_calls(result: Result) -> None:
    """Raise ``MeasurementInvalid`` where a call has other seconds than the provider says."""
    if result.wrong:
        raise MeasurementInvalid(f"{result.wrong} calls were measured wrong; see above")


def settings(database_url: str, folder: Path) -> dict[str, str]:
    """What the server is told."""
    return {
        "database_url": database_url,
        "data_dir": str(folder / "data"),
        "twilio_account_sid": messages.ACCOUNT_SID,
        "twilio_auth_tokens": messages.AUTH_TOKEN,
        "twilio_api_base": f"http://{HOST}:9",  # nobody is there: no run asks the real provider
    }


def _is(account: _Account | None, right: tuple[int, int, int]) -> bool:
    return account is not None and (
        account.outcome == "abandoned" and (account.ivr_s, account.queue_s, account.call_s) == right
    )


def _result(plan: Plan, loaded: Sequence[Loaded], stood: Sequence[Stood], called: Called) -> Result:
    floors = [one.stored / one.elapsed_s for one in stood]
    ratios = [_rate(one) / floor for one, floor in zip(loaded, floors, strict=True)]
    latencies = sorted(us for one in loaded for us in one.latencies_us)
    return Result(
        clients=plan.clients,
        hooks_per_s=round(figures.median([_rate(one) for one in loaded]), 1),
        p50_ms=round(figures.percentile(latencies, 0.50) / 1000, 2),
        p99_ms=round(figures.percentile(latencies, 0.99) / 1000, 2),
        refused=sum(len(one.refused) for one in loaded),
        floor_per_s=round(figures.median(floors), 1),
        ratio=round(figures.median(ratios), 3),
        calls=called.calls,
        at_once=called.at_once,
        answered=called.answered,
        wrong=called.wrong,
        hooks=called.hooks,
        answer_p50_ms=round(figures.percentile(called.answers_ms, 0.50), 2),
        answer_p99_ms=round(figures.percentile(called.answers_ms, 0.99), 2),
        answer_max_ms=round(max(called.answers_ms, default=0.0), 2),
    )


def _rate(loaded: Loaded) -> float:
    return len(loaded.latencies_us) / loaded.elapsed_s
