"""How long an agent waits for a card among a million interactions.

What ``GET /contacts/{id}/card`` does once it knows who asks, from the question to the bytes of the
answer, takes turns with the bare indexed read of the person, his open problems and his last five
messages. A run counts only if both find the same ones.
"""

import random
from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter import contact_cards, db
from contactcenter.api.contact_cards import CardView, card_view
from contactcenter.bench import card_people, two_sides
from contactcenter.bench.timeline_people import HOT, Centre, Say
from contactcenter.bench.two_sides import House, Question, Sides
from contactcenter.db import Conn, OwnConnection

#: One card in so many is the hot contact's.
_HOT_EVERY: Final = 10
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
    """Make the people, then ask; raises ``MeasurementInvalid`` where both sides differ."""

    async def about(centre: Centre, conn: Conn) -> tuple[Run, list[float]]:
        run = Run(plan, centre, conn, say)
        await run.ask()
        return run, await run.hidden_ms()

    async def settle(conn: OwnConnection, secret: str) -> Centre:
        say(f"making {plan.interactions:,} interactions")
        return await card_people.settle(conn, plan.interactions, secret, say)

    house = House(
        database_url=plan.database_url,
        seed=plan.seed,
        path="card",
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
        self._sides = Sides(("anybody", "hot"), self._ours, self._least)

    async def ask(self) -> None:
        """Let the two sides take turns over the same people."""
        each = max(1, self._plan.cards // self._plan.slices)
        await self._sides.ask(self._people, each, self._plan.slices, self._say)

    async def hidden_ms(self) -> list[float]:
        """Ask for the card of whom nothing may be read."""
        return await two_sides.hidden_ms(
            self._card,
            lambda card: not card.interactions and all(one.restricted for one in card.tickets),
        )

    def result(self, hidden_ms: Sequence[float], http_ms: Sequence[float]) -> Result:
        """The figures."""
        return Result(
            interactions=self._centre.interactions,
            cards=len(self._sides.ours()),
            hot_p99_ms=round(two_sides.p99(self._sides.ours("hot")), 3),
            **self._sides.figures(hidden_ms, http_ms),
        )

    def _people(self, count: int) -> list[Question]:
        """So many contacts by number, now and then the hot one."""
        first, last = self._centre.first_contact, self._centre.last_contact
        return [
            Question(case="hot", contact_id=HOT)
            if n % _HOT_EVERY == 0
            else Question(case="anybody", contact_id=self._random.randint(first, last))
            for n in range(count)
        ]

    async def _ours(self, question: Question) -> Least:
        card = await self._card(question.contact_id)
        _ENCODER.encode(card)
        return Least(
            name=card.name or "",
            tickets=[ticket.id for ticket in card.tickets],
            interactions=[said.id for said in card.interactions],
        )

    async def _least(self, question: Question) -> Least:
        return await _bare.one(self._conn, question.contact_id)

    async def _card(self, contact_id: int) -> CardView:
        viewer_id = self._centre.viewer_id
        return card_view(await contact_cards.read(self._conn, viewer_id, contact_id))


async def _explained(conn: OwnConnection, centre: Centre, say: Say) -> None:
    statement = "contactcenter.contact_cards:read"
    await two_sides.explained(
        conn, statement, lambda contact_id: f"{centre.viewer_id}, {contact_id}", centre, say
    )
