"""What the benches of reading share: people made once, two sides that take turns, and a client.

A side answers a question with what it found. A run counts only if both sides find the same.
"""

import random
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import aiohttp
from msgspec import Struct

from contactcenter import db
from contactcenter.bench import figures
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import served
from contactcenter.bench.timeline_people import HIDDEN, HOT, Centre, Say
from contactcenter.db import Conn, Database, OwnConnection
from contactcenter.postgres import throwaway_data_dir

#: A read of each side is warmed up so often: plans are settled after five.
WARM_UP: Final = 30
_HIDDEN_TIMES: Final = 50
_HTTP_TIMES: Final = 300


class Question(Struct, frozen=True, kw_only=True):
    """Whom it is about, and the kind that its time counts for."""

    case: str
    contact_id: int


Q = TypeVar("Q", bound=Question)
T = TypeVar("T")


class Sides(Generic[Q]):
    """Ours and the bare one, and what each took for its answers, by kind, in milliseconds."""

    def __init__(
        self,
        cases: Sequence[str],
        ours: Callable[[Q], Awaitable[object]],
        bare: Callable[[Q], Awaitable[object]],
    ) -> None:
        self._ours = ours
        self._bare = bare
        self._ours_ms: dict[str, list[float]] = {case: [] for case in cases}
        self._bare_ms: dict[str, list[float]] = {case: [] for case in cases}

    async def ask(
        self, questions: Callable[[int], Sequence[Q]], each: int, slices: int, say: Say
    ) -> None:
        """Let the sides take turns; raises ``MeasurementInvalid`` where they differ."""
        for question in questions(WARM_UP):
            if await self._ours(question) != await self._bare(question):
                raise MeasurementInvalid(f"the two sides read different rows: {question}")
        for _ in range(slices):
            asked = questions(each)
            for side, took_ms in ((self._ours, self._ours_ms), (self._bare, self._bare_ms)):
                for question in asked:
                    began_s = time.perf_counter()
                    await side(question)
                    took_ms[question.case].append((time.perf_counter() - began_s) * 1000)
        for case in self._ours_ms:
            say(f"{case}: {_told(self.ours(case))}; bare {_told(self.bare(case))}")

    def ours(self, *cases: str) -> list[float]:
        """What we took for these kinds, or for all, the least first."""
        return _sorted(self._ours_ms, cases)

    def bare(self, *cases: str) -> list[float]:
        """What the bare side took, likewise."""
        return _sorted(self._bare_ms, cases)

    def ratio(self, *cases: str) -> float:
        """Our p99 over the bare one's."""
        return round(p99(self.ours(*cases)) / p99(self.bare(*cases)), 3)

    def figures(self, hidden_ms: Sequence[float], http_ms: Sequence[float]) -> Mapping[str, float]:
        """The figures that every such bench has, by name."""
        ours, bare = self.ours(), self.bare()
        return {
            "p50_ms": round(figures.percentile(ours, 0.50), 3),
            "p99_ms": round(p99(ours), 3),
            "bare_p50_ms": round(figures.percentile(bare, 0.50), 3),
            "bare_p99_ms": round(p99(bare), 3),
            "ratio": self.ratio(),
            "hidden_p99_ms": round(p99(hidden_ms), 3),
            "http_p50_ms": round(figures.percentile(http_ms, 0.50), 3),
            "http_p99_ms": round(p99(http_ms), 3),
        }


async def hidden_ms(
    read: Callable[[int], Awaitable[T]], is_hidden: Callable[[T], bool]
) -> list[float]:
    """What it takes to ask about whom nothing may be read; raises where something is shown."""
    took_ms: list[float] = []
    for _ in range(_HIDDEN_TIMES):
        began_s = time.perf_counter()
        found = await read(HIDDEN)
        took_ms.append((time.perf_counter() - began_s) * 1000)
        if not is_hidden(found):
            raise MeasurementInvalid("the agent was shown what he may not read")
    return sorted(took_ms)


class House(Struct, frozen=True, kw_only=True):
    """How the people are made, and what is asked about them over HTTP, as ``/contacts/{id}/…``.

    ``settle`` is told the secret of a session; ``explain`` is for who wants to see plans.
    """

    database_url: str | None
    seed: int
    path: str
    settle: Callable[[OwnConnection, str], Awaitable[Centre]]
    explain: Callable[[OwnConnection, Centre], Awaitable[None]] | None

    async def ask(self, about: Callable[[Centre, Conn], Awaitable[T]]) -> tuple[T, list[float]]:
        """Make the people, ask ``about`` them, then let a client wait for the same.

        Nothing is written while it counts, so the server need not be durable.
        """
        secret = secrets.token_urlsafe(24)
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(throwaway_data_dir())
            made = await stack.enter_async_context(scratch(self.database_url, durable=False))
            url = await made.database()
            conn = await connect(url)
            centre = await self.settle(conn, secret)
            await conn.execute("CHECKPOINT")
            if self.explain:
                await self.explain(conn, centre)
            await conn.close(timeout=5)
            database = await Database(url).open()
            stack.push_async_callback(database.close)
            async with database.read() as asking:
                found = await about(centre, asking)
            return found, await self._over_http(url, folder, centre, secret)

    async def _over_http(self, url: str, folder: Path, centre: Centre, secret: str) -> list[float]:
        """What a client waits, one at a time."""
        settings: dict[str, Any] = {"database_url": url, "data_dir": str(folder / "data")}
        choice = random.Random(self.seed)  # noqa: S311 -- no secret
        took_ms: list[float] = []
        cookies = {"contactcenter_session": secret}
        async with (
            served(folder, settings) as server,
            aiohttp.ClientSession(server.url, cookies=cookies) as http,
        ):
            for n in range(WARM_UP + _HTTP_TIMES):
                contact_id = choice.randint(centre.first_contact, centre.last_contact)
                began_s = time.perf_counter()
                async with http.get(f"/api/v1/contacts/{contact_id}/{self.path}") as answer:
                    body = await answer.read()
                if answer.status != HTTPStatus.OK:
                    raise MeasurementInvalid(f"HTTP {answer.status}: {body[:200]!r}")
                if n >= WARM_UP:
                    took_ms.append((time.perf_counter() - began_s) * 1000)
        return sorted(took_ms)


async def explained(
    conn: OwnConnection, statement: str, values: Callable[[int], str], centre: Centre, say: Say
) -> None:
    """Say how PostgreSQL carries out a statement (``module:name``), by its generic plan.

    ``values`` are its parameters for a contact, as SQL.
    """
    module, _, name = statement.partition(":")
    text = db.Statements.registry[module].texts[name]
    await conn.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE explained AS {text}")
    for who, contact_id in (("anybody", centre.first_contact), ("hot", HOT), ("hidden", HIDDEN)):
        lines = await conn.fetch(
            f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE explained({values(contact_id)})"
        )
        say(f"-- {who}")
        for line in lines:
            say(line[0])
    await conn.execute("DEALLOCATE explained; RESET plan_cache_mode")


def p99(sorted_ms: Sequence[float]) -> float:
    """The 99th percentile of sorted times."""
    return figures.percentile(sorted_ms, 0.99)


def _sorted(by_case: Mapping[str, list[float]], cases: Sequence[str]) -> list[float]:
    return sorted(ms for case in cases or by_case for ms in by_case[case])


def _told(sorted_ms: Sequence[float]) -> str:
    return f"p50 {figures.percentile(sorted_ms, 0.50):.3f} ms, p99 {p99(sorted_ms):.3f} ms"
