"""How long a page of a person's timeline takes among millions of interactions.

What ``GET /contacts/{id}/timeline`` does once it knows who asks, from the question to the bytes of
the answer, takes turns with the bare indexed read of the same rows. A run counts only if both find
the same ones.
"""

import random
from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import db
from contactcenter.api.contact_history import timeline_page
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.interactions import InteractionView
from contactcenter.api.paging import Page
from contactcenter.bench import timeline_people, two_sides
from contactcenter.bench.timeline_people import HOT, Centre, Say
from contactcenter.bench.two_sides import House, Question, Sides
from contactcenter.db import Conn, OwnConnection
from contactcenter.timeline import Interaction

PAGE: Final = 50
_CASES: Final = ("first", "deep", "hot")
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


class _Question(Question, frozen=True, kw_only=True):
    before_id: int


_SQL = db.Statements(__name__)
_bare = _SQL.take("bare", Interaction)


async def measure(plan: Plan, say: Say) -> Result:
    """Make the histories, then ask; raises ``MeasurementInvalid`` where both sides differ."""

    async def about(centre: Centre, conn: Conn) -> tuple[Run, list[float]]:
        run = Run(plan, centre, conn, say)
        await run.ask()
        return run, await run.hidden_ms()

    async def settle(conn: OwnConnection, secret: str) -> Centre:
        say(f"making {plan.interactions:,} interactions")
        return await timeline_people.settle(conn, plan.interactions, secret, say)

    house = House(
        database_url=plan.database_url,
        seed=plan.seed,
        path="timeline",
        settle=settle,
        explain=partial(_explained, say=say) if plan.explain else None,
    )
    (run, hidden_ms), http_ms = await house.ask(about)
    return run.result(hidden_ms, http_ms)


class Run:
    """The questions, and what each side took for its answers."""

    def __init__(self, plan: Plan, centre: Centre, conn: Conn, say: Say) -> None:
        self._plan = plan
        self._centre = centre
        self._conn = conn
        self._say = say
        self._random = random.Random(plan.seed)  # noqa: S311 -- no secret
        self._sides = Sides(_CASES, self._ours, self._least)

    async def ask(self) -> None:
        """Let the two sides take turns over the same questions."""
        each = max(1, self._plan.pages // self._plan.slices)
        await self._sides.ask(self._questions, each, self._plan.slices, self._say)

    async def hidden_ms(self) -> list[float]:
        """Ask for the history of which nothing may be read."""
        return await two_sides.hidden_ms(
            partial(self._page, before_id=MAX_ID),
            lambda page: not page.items and page.next is None,
        )

    def result(self, hidden_ms: Sequence[float], http_ms: Sequence[float]) -> Result:
        """The figures."""
        return Result(
            interactions=self._centre.interactions,
            pages=len(self._sides.ours()),
            first_ratio=self._sides.ratio("first"),
            deep_ratio=self._sides.ratio("deep"),
            hot_ratio=self._sides.ratio("hot"),
            **self._sides.figures(hidden_ms, http_ms),
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
    statement = "contactcenter.timeline:of_contact"

    def values(contact_id: int) -> str:
        return f"{centre.viewer_id}, {contact_id}, {MAX_ID}, {PAGE + 1}"

    await two_sides.explained(conn, statement, values, centre, say)
