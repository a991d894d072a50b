"""How long an agent waits for a card among a million interactions.

What ``GET /contacts/{id}/card`` does once it knows who asks, from the question to the bytes of the
answer, takes turns with the bare indexed read of the person, his open problems and his last five
messages. A run counts only if both find the same ones.
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

from contactcenter import contact_cards, db
from contactcenter.api.contact_cards import CardView, card_view
from contactcenter.bench import card_people, figures
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import served
from contactcenter.bench.timeline_people import HIDDEN, HOT, Centre, Say
from contactcenter.db import Conn, Database, OwnConnection
from contactcenter.postgres import throwaway_data_dir

Case = Literal["anybody", "hot"]
_CASES: Final[tuple[Case, ...]] = ("anybody", "hot")
#: A read of each side is warmed up so often: plans are settled after five.
_WARM_UP: Final = 30
#: One card in so many is the hot contact's.
_HOT_EVERY: Final = 10
_HIDDEN_CARDS: Final = 50
_HTTP_CARDS: Final = 300
#: As the API's own.
_ENCODER: Final = msgspec.json.Encoder(uuid_format="canonical")


class Plan(Struct, frozen=True, kw_only=True):
    """What to measure: so many ``cards`` on each side, in ``slices`` turns."""

    interactions: int = 1_000_000
    cards: int = 2000
    slices: int = 10
    seed: int = 1
    explain: bool = False
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line; ``ratio`` is p99 over the bare p99.

    ``hot_p99_ms`` is for a contact with a hundredth of all interactions, ``hidden_p99_ms`` for such
    a one of whom the agent may read nothing, and ``http_…`` what a client waits.
    """

    interactions: int
    cards: int
    p50_ms: float
    p99_ms: float
    bare_p50_ms: float
    bare_p99_ms: float
    ratio: float
    hot_p99_ms: float
    hidden_p99_ms: float
    http_p50_ms: float
    http_p99_ms: float


class Least(Struct, frozen=True, kw_only=True):
    """What the bare read finds."""

    name: str
    tickets: list[int]
    interactions: list[int]


_SQL = db.Statements(__name__)
_bare = _SQL.take("bare", Least)


async def measure(plan: Plan, say: Say) -> Result:
    """Make the people, then ask; raises ``MeasurementInvalid`` where both sides differ.

    Nothing is written while it counts, so the server need not be durable.
    """
    secret = secrets.token_urlsafe(24)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(plan.database_url, durable=False))
        url = await made.database()
        conn = await connect(url)
        say(f"making {plan.interactions:,} interactions")
        centre = await card_people.settle(conn, plan.interactions, secret, say)
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
        """Let the two sides take turns over the same people."""
        for contact_id in self._people(_WARM_UP):
            if await self._ours(contact_id) != await self._least(contact_id):
                raise MeasurementInvalid(f"the two sides read different rows of {contact_id}")
        each = max(1, self._plan.cards // self._plan.slices)
        for _ in range(self._plan.slices):
            people = self._people(each)
            for side, took_ms in ((self._ours, self._ours_ms), (self._least, self._bare_ms)):
                for contact_id in people:
                    began_s = time.perf_counter()
                    await side(contact_id)
                    case: Case = "hot" if contact_id == HOT else "anybody"
                    took_ms[case].append((time.perf_counter() - began_s) * 1000)
        for case in _CASES:
            ours, bare = sorted(self._ours_ms[case]), sorted(self._bare_ms[case])
            self._say(f"{case}: {_told(ours)}; bare {_told(bare)}")

    async def hidden_ms(self) -> list[float]:
        """Ask for the card of whom nothing may be read."""
        took_ms: list[float] = []
        for _ in range(_HIDDEN_CARDS):
            began_s = time.perf_counter()
            card = await self._card(HIDDEN)
            took_ms.append((time.perf_counter() - began_s) * 1000)
            if card.interactions or not all(ticket.restricted for ticket in card.tickets):
                raise MeasurementInvalid("the agent was shown what he may not read")
        return sorted(took_ms)

    def result(self, hidden_ms: Sequence[float], http_ms: Sequence[float]) -> Result:
        """The figures."""
        ours = sorted(ms for case in _CASES for ms in self._ours_ms[case])
        bare = sorted(ms for case in _CASES for ms in self._bare_ms[case])
        return Result(
            interactions=self._centre.interactions,
            cards=len(ours),
            p50_ms=round(figures.percentile(ours, 0.50), 3),
            p99_ms=round(_p99(ours), 3),
            bare_p50_ms=round(figures.percentile(bare, 0.50), 3),
            bare_p99_ms=round(_p99(bare), 3),
            ratio=round(_p99(ours) / _p99(bare), 3),
            hot_p99_ms=round(_p99(sorted(self._ours_ms["hot"])), 3),
            hidden_p99_ms=round(_p99(hidden_ms), 3),
            http_p50_ms=round(figures.percentile(http_ms, 0.50), 3),
            http_p99_ms=round(_p99(http_ms), 3),
        )

    def _people(self, count: int) -> list[int]:
        """So many contacts by number, now and then the hot one."""
        first, last = self._centre.first_contact, self._centre.last_contact
        return [
            HOT if n % _HOT_EVERY == 0 else self._random.randint(first, last) for n in range(count)
        ]

    async def _ours(self, contact_id: int) -> Least:
        card = await self._card(contact_id)
        _ENCODER.encode(card)
        return Least(
            name=card.name or "",
            tickets=[ticket.id for ticket in card.tickets],
            interactions=[said.id for said in card.interactions],
        )

    async def _least(self, contact_id: int) -> Least:
        return await _bare.one(self._conn, contact_id)

    async def _card(self, contact_id: int) -> CardView:
        viewer_id = self._centre.viewer_id
        return card_view(await contact_cards.read(self._conn, viewer_id, contact_id))


async def _explained(conn: OwnConnection, centre: Centre, say: Say) -> None:
    """Say how PostgreSQL carries out the card's statement, by its generic plan."""
    text = db.Statements.registry["contactcenter.contact_cards"].texts["read"]
    await conn.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE explained AS {text}")
    for name, contact_id in (("anybody", centre.first_contact), ("hot", HOT), ("hidden", HIDDEN)):
        values = f"{centre.viewer_id}, {contact_id}"
        lines = await conn.fetch(f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE explained({values})")
        say(f"-- {name}")
        for line in lines:
            say(line[0])
    await conn.execute("DEALLOCATE explained; RESET plan_cache_mode")


async def _over_http(url: str, folder: Path, centre: Centre, secret: str, seed: int) -> list[float]:
    """What a client waits for cards, one at a time."""
    settings = {"database_url": url, "data_dir": str(folder / "data")}
    choice = random.Random(seed)  # noqa: S311 -- no secret
    took_ms: list[float] = []
    cookies = {"contactcenter_session": secret}
    async with (
        served(folder, settings) as server,
        aiohttp.ClientSession(server.url, cookies=cookies) as http,
    ):
        for n in range(_WARM_UP + _HTTP_CARDS):
            contact_id = choice.randint(centre.first_contact, centre.last_contact)
            began_s = time.perf_counter()
            async with http.get(f"/api/v1/contacts/{contact_id}/card") as answer:
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
