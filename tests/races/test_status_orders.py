"""Reports on a sent message in any order, late, twice, and before the answer: what they add up to.

The model is a few lines that know nothing of the code under test: the highest rank that was told,
and among the four outcomes that exclude one another the one that came first.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import asyncpg
import factories
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from channels import STATUS_RANK, Outbound, OutcomeUnknown, Raw, Receipt, StatusUpdate
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.intake import Intake
from contactcenter.outbound import outbox
from contactcenter.outbound.deliveries import rises
from contactcenter.sender import Sender

#: What the provider tells of one message, besides the many ways to tell it.
STORIES = (
    ("queued", "sending", "sent", "delivered"),
    ("queued", "sending", "sent", "delivered", "read"),
    ("sending", "sent", "undelivered"),
    ("queued", "failed"),
    ("queued", "canceled"),
    ("sent", "delivered", "undelivered"),  # a carrier that contradicts itself
    ("sent",),
)
RAW = Raw(body=b"", content_type="application/x-www-form-urlencoded")
#: Cases in one batch: they share a claim of the sender and a look at the end.
BATCH = 8


class Case(Struct, kw_only=True):
    """One message: the reports in the order in which they are sent, and what befalls the answer.

    The first ``early`` reports come before the answer; ``racing`` ones all at once with it.
    """

    reports: list[str]
    early: int
    racing: bool
    is_lost: bool
    names_us: bool
    correlation_id: str = ""
    interaction_id: int = 0

    @property
    def sid(self) -> str:
        return f"SM{self.correlation_id}"


def drawn(chance: random.Random) -> Case:
    reports = list(chance.choice(STORIES))
    reports += [chance.choice(reports) for _ in range(chance.randint(0, 3))]
    chance.shuffle(reports)
    return Case(
        reports=reports,
        early=chance.randint(0, len(reports)),
        racing=chance.random() < 0.3,
        is_lost=chance.random() < 0.3,
        names_us=chance.random() < 0.7,
    )


@given(st.lists(st.sampled_from(sorted(STATUS_RANK)), max_size=12))
def test_whatever_the_order_the_state_ends_at_the_highest_rank_and_never_falls(
    told: list[str],
) -> None:
    states = ["unknown"]
    for status in told:
        states.append(status if rises(states[-1], status) else states[-1])

    ranks = [STATUS_RANK.get(state, -1) for state in states]
    assert ranks == sorted(ranks)
    assert ranks[-1] == max((STATUS_RANK[status] for status in told), default=-1)
    again = states[-1]
    for status in told:  # everything once more changes nothing
        again = status if rises(again, status) else again
    assert again == states[-1]


@given(st.permutations(["queued", "sending", "sent", "delivered", "read", "sent", "queued"]))
def test_every_order_of_one_story_ends_the_same(told: list[str]) -> None:
    state = "unknown"
    for status in told:
        state = status if rises(state, status) else state

    assert state == "read"


class Line:
    """A channel through which each case's reports come before, with and after its answer."""

    missing: tuple[str, ...] = ()
    has_threads = False
    repeats_safely = False
    valid_s: int | None = None
    patience_s: float | None = None

    def __init__(self, inbox: Intake, cases: Sequence[Case]) -> None:
        self._inbox = inbox
        self._cases = {case.correlation_id: case for case in cases}
        self._racing: list[asyncio.Task[None]] = []

    async def send(self, outbound: Outbound) -> Receipt:
        case = self._cases[outbound.correlation_id]
        if case.racing:
            self._racing += [asyncio.create_task(self.report(case, s)) for s in case.reports]
        else:
            for status in case.reports[: case.early]:
                await self.report(case, status)
        if case.is_lost:
            raise OutcomeUnknown("the answer was lost")
        return Receipt(external_id=case.sid, status="queued")

    async def finish(self) -> None:
        """Send the reports that come after the answers."""
        await asyncio.gather(*self._racing)
        late = [c for c in self._cases.values() if not c.racing]
        await asyncio.gather(*(self._late(case) for case in late))

    async def report(self, case: Case, status: str) -> None:
        await self._inbox.status(
            StatusUpdate(
                channel="sms",
                external_id=case.sid,
                status=status,
                correlation_id=case.correlation_id if case.names_us else None,
                raw=RAW,
            )
        )

    async def _late(self, case: Case) -> None:
        for status in case.reports[case.early :]:
            await self.report(case, status)


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Intake]:
    intake = Intake(database, Bell(database), reopen_window_s=3600)
    yield intake
    await intake.close()


@pytest.mark.parametrize(
    ("count", "seed"),
    [(240, 1), pytest.param(10_000, 2, marks=[pytest.mark.full, pytest.mark.timeout(1200)])],
)
async def test_reports_in_every_order_add_up_to_the_same_state(
    database: Database, table: asyncpg.Connection, inbox: Intake, count: int, seed: int
) -> None:
    chance = random.Random(seed)
    author_id = await factories.user(table)
    queue_id = await factories.queue(table)
    entry_point_id = await factories.entry_point(table, queue_id=queue_id)
    for first in range(0, count, BATCH):
        await table.execute(FORGIVE)
        cases = [drawn(chance) for _ in range(BATCH)]
        for n, case in enumerate(cases, start=first):
            case.correlation_id = f"case-{seed}-{n}"
            case.interaction_id = await written(table, case, author_id, entry_point_id)
        line = Line(inbox, cases)
        sender = Sender(
            database,
            Bell(database),
            {"sms": line},  # type: ignore[dict-item]
            public_url="https://desk.test",
            chance=chance,
        )
        while await sender.send_due():
            pass
        await line.finish()
        for case in cases:
            await check(table, case)


#: An address that loses answers is left in peace for a while; that is another test's concern.
FORGIVE = "DELETE FROM sender_pace"


async def written(
    table: asyncpg.Connection, case: Case, author_id: int, entry_point_id: int
) -> int:
    """A message to a customer of its own, which waits to be sent."""
    now = await table.fetchval("SELECT clock_timestamp()")
    contact_id = await factories.contact(table)
    interaction_id: int = await table.fetchval(
        """INSERT INTO interaction (contact_id, entry_point_id, identity_id, channel, direction,
             kind, author_id, body, state, occurred_at, received_at)
           SELECT $1, $2, i.id, 'sms', 'outbound', 'message', $3, 'x', 'queued', $4, $4
           FROM identity i WHERE i.contact_id = $1 RETURNING id""",
        contact_id,
        entry_point_id,
        author_id,
        now,
    )
    await outbox.enqueue(
        table,
        now,
        interaction_id,
        conversation=case.correlation_id,
        correlation_id=case.correlation_id,
    )
    return interaction_id


def expected(case: Case, told: Sequence[str]) -> tuple[str, str]:
    """The outbox row's state and the message's, by what was told and in which order."""
    if case.is_lost and not (case.names_us and told):
        return "unknown", "unknown"
    states = [*told] if case.is_lost else ["queued", *told]
    highest = max(STATUS_RANK[state] for state in states)
    return "sent", next(state for state in states if STATUS_RANK[state] == highest)


async def check(table: asyncpg.Connection, case: Case) -> None:
    told = await table.fetch(
        "SELECT status FROM status_update WHERE external_id = $1 ORDER BY id", case.sid
    )
    assert len(told) == len(case.reports), case
    found = await table.fetchrow(
        "SELECT o.state AS sending, i.state FROM outbox o JOIN interaction i ON i.id = o.interaction_id"
        " WHERE i.id = $1",
        case.interaction_id,
    )
    events = await table.fetch(
        """SELECT kind, data FROM event
           WHERE (data->>'interaction_id')::bigint = $1 ORDER BY id""",
        case.interaction_id,
    )
    story = [f"{e['kind']} {e['data']}" for e in events]
    wanted = expected(case, [row["status"] for row in told])
    assert tuple(found) == wanted, f"{case}\ntold {told}\nevents {story}"
    changes = [e["data"] for e in events if e["kind"] == "interaction_status_changed"]
    for change in changes:
        assert rises(change["from"], change["to"]), story
    for before, after in pairwise([c["to"] for c in changes]):
        assert STATUS_RANK[after] >= STATUS_RANK[before] or not case.is_lost, story
