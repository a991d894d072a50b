"""How long a page of a person's timeline takes among millions of interactions.

What ``GET /contacts/{id}/timeline`` does once it knows who asks, from the question to the bytes of
the answer, takes turns with the bare indexed read of the same rows. A run counts only if both find
the same ones.
"""

import random
import secrets
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal

import aiohttp
import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.api.contact_history import timeline_page
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.interactions import InteractionView
from contactcenter.api.paging import Page
from contactcenter.bench import figures, timeline_people
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import served
from contactcenter.bench.timeline_people import HIDDEN, HOT, Centre, Say
from contactcenter.db import Conn, Database, OwnConnection
from contactcenter.postgres import throwaway_data_dir
from contactcenter.timeline import Interaction

PAGE: Final = 50
Case = Literal["first", "deep", "hot"]
_CASES: Final[tuple[Case, ...]] = ("first", "deep", "hot")
#: A read of each side is warmed up so often: plans are settled after five.
_WARM_UP: Final = 30
_HIDDEN_PAGES: Final = 50
_HTTP_PAGES: Final = 300
#: As the API's own.
_ENCODER: Final = msgspec.json.Encoder(uuid_format="canonical")


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure: ``pages`` of each kind on each side, in ``slices`` turns."""

    interactions: int = 10_000_000
    pages: int = 2000
    slices: int = 10
    seed: int = 1
    explain: bool = False
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line; ``ratio`` is p99 over the bare p99, of all pages and by kind.

    First pages, pages in the middle of a history, and pages of a contact with a hundredth of all
    interactions. ``hidden_p99_ms`` is for such a one of whom the agent may read nothing, and
    ``http_…`` what a client waits for the first page.
    """

    interactions: int
    pages: int
    p50_ms: float
    p99_ms: float
    bare_p50_ms: float
    bare_p99_ms: float
    ratio: float
    first_ratio: float
    deep_ratio: float
    hot_ratio: float
    hidden_p99_ms: float
    http_p50_ms: float
    http_p99_ms: float


class _Question(Struct, frozen=True, kw_only=True):
    case: Case
    contact_id: int
    before_id: int


_SQL = db.Statements(__name__)
_bare = _SQL.take("bare", Interaction)


async def measure(plan: Plan, say: Say) -> Result:
    """Make the histories, then ask; raises ``MeasurementInvalid`` where both sides differ.

    Nothing is written while it counts, so the server need not be durable.
    """
    secret = secrets.token_urlsafe(24)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(plan.database_url, durable=False))
        url = await made.database()
        conn = await connect(url)
        say(f"making {plan.interactions:,} interactions")
        centre = await timeline_people.settle(conn, plan.interactions, secret, say)
        await conn.execute("CHECKPOINT")
        if plan.explain:
            await _explained(conn, centre, say)
        await conn.close(timeout=5)
        database = await Database(url).open()
        stack.push_async_callback(database.close)
        async with database.read() as asking:
            run = Run(plan, centre, asking, say)
            await run.ask()
            hidden_ms = await run.hidden_ms()
        http_ms = await _over_http(url, folder, centre, secret, plan.seed)
        return run.result(hidden_ms, http_ms)


class Run:
    """The questions, and what each side took for its answers."""

    def __init__(self, plan: Plan, centre: Centre, conn: Conn, say: Say) -> None:
        self._plan = plan
        self._centre = centre
        self._conn = conn
        self._say = say
        self._random = random.Random(plan.seed)  # noqa: S311 -- no secret
        self._ours_ms: dict[Case, list[float]] = {case: [] for case in _CASES}
        self._bare_ms: dict[Case, list[float]] = {case: [] for case in _CASES}

    async def ask(self) -> None:
        """Let the two sides take turns over the same questions."""
        for question in self._questions(_WARM_UP):
            if await self._ours(question) != await self._least(question):
                raise MeasurementInvalid(f"the two sides read different rows: {question}")
        each = max(1, self._plan.pages // self._plan.slices)
        for _ in range(self._plan.slices):
            questions = self._questions(each)
            for side, took_ms in ((self._ours, self._ours_ms), (self._least, self._bare_ms)):
                for question in questions:
                    began_s = time.perf_counter()
                    await side(question)
                    took_ms[question.case].append((time.perf_counter() - began_s) * 1000)
        for case in _CASES:
            ours, bare = sorted(self._ours_ms[case]), sorted(self._bare_ms[case])
            self._say(f"{case}: {_told(ours)}; bare {_told(bare)}")

    async def hidden_ms(self) -> list[float]:
        """Ask for the history of which nothing may be read."""
        took_ms: list[float] = []
        for _ in range(_HIDDEN_PAGES):
            began_s = time.perf_counter()
            page = await self._page(HIDDEN, MAX_ID)
            took_ms.append((time.perf_counter() - began_s) * 1000)
            if page.items or page.next is not None:
                raise MeasurementInvalid("the agent was shown what he may not read")
        return sorted(took_ms)

    def result(self, hidden_ms: Sequence[float], http_ms: Sequence[float]) -> Result:
        """The figures."""
        ours = sorted(ms for case in _CASES for ms in self._ours_ms[case])
        bare = sorted(ms for case in _CASES for ms in self._bare_ms[case])
        ratios = {
            case: _p99(sorted(self._ours_ms[case])) / _p99(sorted(self._bare_ms[case]))
            for case in _CASES
        }
        return Result(
            interactions=self._centre.interactions,
            pages=len(ours),
            p50_ms=round(figures.percentile(ours, 0.50), 3),
            p99_ms=round(_p99(ours), 3),
            bare_p50_ms=round(figures.percentile(bare, 0.50), 3),
            bare_p99_ms=round(_p99(bare), 3),
            ratio=round(_p99(ours) / _p99(bare), 3),
            first_ratio=round(ratios["first"], 3),
            deep_ratio=round(ratios["deep"], 3),
            hot_ratio=round(ratios["hot"], 3),
            hidden_p99_ms=round(_p99(hidden_ms), 3),
            http_p50_ms=round(figures.percentile(http_ms, 0.50), 3),
            http_p99_ms=round(_p99(http_ms), 3),
        )

    def _questions(self, count: int) -> list[_Question]:
        """So many, the kinds by turns, each of another contact or from another place."""
        found: list[_Question] = []
        rows = self._centre.interactions
        for n in range(count):
            case = _CASES[n % len(_CASES)]
            anybody = self._random.randint(self._centre.first_contact, self._centre.last_contact)
            # Below it lies more than a page of everybody.
            deep = self._random.randint(rows * 3 // 4, rows * 19 // 20)
            found.append(
                _Question(
                    case=case,
                    contact_id=HOT if case == "hot" else anybody,
                    before_id=MAX_ID if case == "first" else deep,
                )
            )
        return found

    async def _ours(self, question: _Question) -> list[int]:
        page = await self._page(question.contact_id, question.before_id)
        _ENCODER.encode(page)
        return [item.id for item in page.items]

    async def _least(self, question: _Question) -> list[int]:
        rows = await self._conn.fetch(_bare.sql, question.contact_id, question.before_id, PAGE)
        return [row["id"] for row in rows]

    async def _page(self, contact_id: int, before_id: int) -> Page[InteractionView]:
        return await timeline_page(
            self._conn, self._centre.viewer_id, contact_id, before_id=before_id, limit=PAGE
        )


async def _explained(conn: OwnConnection, centre: Centre, say: Say) -> None:
    """Say how PostgreSQL carries out the page's statement, by its generic plan."""
    text = db.Statements.registry["contactcenter.timeline"].texts["of_contact"]
    await conn.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE explained AS {text}")
    for name, contact_id in (("anybody", centre.first_contact), ("hot", HOT), ("hidden", HIDDEN)):
        values = f"{centre.viewer_id}, {contact_id}, {MAX_ID}, {PAGE + 1}"
        lines = await conn.fetch(f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE explained({values})")
        say(f"-- {name}")
        for line in lines:
            say(line[0])
    await conn.execute("DEALLOCATE explained; RESET plan_cache_mode")


async def _over_http(url: str, folder: Path, centre: Centre, secret: str, seed: int) -> list[float]:
    """What a client waits for first pages, one at a time."""
    settings = {"database_url": url, "data_dir": str(folder / "data")}
    choice = random.Random(seed)  # noqa: S311 -- no secret
    took_ms: list[float] = []
    cookies = {"contactcenter_session": secret}
    async with (
        served(folder, settings) as server,
        aiohttp.ClientSession(server.url, cookies=cookies) as http,
    ):
        for n in range(_WARM_UP + _HTTP_PAGES):
            contact_id = choice.randint(centre.first_contact, centre.last_contact)
            began_s = time.perf_counter()
            async with http.get(f"/api/v1/contacts/{contact_id}/timeline") as answer:
                body = await answer.read()
            if answer.status != HTTPStatus.OK:
                raise MeasurementInvalid(f"HTTP {answer.status}: {body[:200]!r}")
            if n >= _WARM_UP:
                took_ms.append((time.perf_counter() - began_s) * 1000)
    return sorted(took_ms)


def _p99(sorted_ms: Sequence[float]) -> float:
    return figures.percentile(sorted_ms, 0.99)


def _told(sorted_ms: Sequence[float]) -> str:
    return f"p50 {figures.percentile(sorted_ms, 0.50):.3f} ms, p99 {_p99(sorted_ms):.3f} ms"
