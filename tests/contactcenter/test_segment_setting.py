"""What is said of contacts, again and again, against a plain reading of the log of what was said."""

import contextlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import ticket_facts
from contactcenter.segmentation import segment_setting
from contactcenter.segmentation.segment_setting import SegmentIsOver, Wanted
from contactcenter.segments import segment_views
from contactcenter.tickets import ticket_credits, tickets

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORDS = {
    "customer_category": ("home", "government", "education"),
    "value_class": ("A", "costly"),
    "contract": ("gold", "basic"),
}
WORTH = {"customer_category:government": 120, "contract:gold": 240, "contract:basic": 30}
BOSS = factories.actor(role="admin")


@dataclass(kw_only=True)
class Saying:
    """Something that was said at an instant; ``taken_back_at`` is when it was taken back."""

    id: int
    source: str
    kind: str
    value: str
    told_at: datetime
    begins: datetime
    ends: datetime | None
    taken_back_at: datetime | None = None

    @property
    def slot(self) -> tuple[str, str]:
        return self.kind, self.value if self.kind == "contract" else ""

    def counts_at(self, at: datetime) -> bool:
        is_over = self.ends is not None and self.ends <= at
        return not is_over and (self.taken_back_at is None or self.taken_back_at > at)


def counting(log: list[Saying], at: datetime) -> set[tuple[str, str]]:
    """Of each source and slot the last word that concerns the instant; then the better source."""
    found = {}
    for slot in {saying.slot for saying in log}:
        for source in ("import", "agent"):
            concerned = [
                s
                for s in log
                if (s.source, s.slot) == (source, slot) and s.told_at <= at and s.begins <= at
            ]
            if concerned and concerned[-1].counts_at(at):
                found[slot] = (slot[0], concerned[-1].value)
    return set(found.values())


async def say(conn: asyncpg.Connection, now: datetime, contact_id: int, **given: object) -> None:
    wanted = {
        "place": "body",
        "contact_id": contact_id,
        "confidence": 1.0,
        "note": None,
        "from_at": None,
        "to_at": None,
    }
    source = given.pop("source", "agent")
    await segment_setting.say(conn, now, [Wanted(**(wanted | given))], source=source, by=BOSS)


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(n, marks=pytest.mark.full) for n in range(6, 25))]
)
async def test_what_counts_at_any_instant_is_what_the_log_says(
    conn: asyncpg.Connection, seed: int
) -> None:
    chance = random.Random(seed)
    await factories.prepare(conn)
    await conn.executemany(
        "INSERT INTO credit_rule (kind, value, credit_s) VALUES ($1, $2, $3)",
        [(*name.split(":"), credit_s) for name, credit_s in WORTH.items()],
    )
    contact_id = await factories.contact(conn)
    queue_id = await factories.queue(conn)
    ticket = await factories.queued_ticket(conn, NOW, queue_id=queue_id, contact_id=contact_id)
    log: list[Saying] = []
    now = NOW
    for _ in range(14):
        now += chance.choice([0, 1, 2]) * HOUR
        if log and chance.random() < 0.3:
            changed = await _take_back(conn, now, contact_id, chance.choice(log))
        else:
            changed = await _say_something(conn, now, contact_id, chance, log)
        assert not changed or await _credits(conn, ticket.id) == {
            f"{kind}:{value}": WORTH[f"{kind}:{value}"]
            for kind, value in counting(log, now)
            if f"{kind}:{value}" in WORTH
        }

    for hours in range(-4, 40):
        at = NOW + hours * HOUR
        effective = await segment_views.effective(conn, contact_id, at)
        assert {(s.kind, s.value) for s in effective} == counting(log, at), at
        facts = (await ticket_facts.read_all(conn, [ticket.id], at))[ticket.id]
        read = {(kind, value) for kind, values in facts.segments.items() for value in values}
        assert read == counting(log, at), at
    assert len(log) > 3


async def _say_something(
    conn: asyncpg.Connection,
    now: datetime,
    contact_id: int,
    chance: random.Random,
    log: list[Saying],
) -> bool:
    kind = chance.choice(list(WORDS))
    value, source = chance.choice(WORDS[kind]), chance.choice(["agent", "import"])
    begins = chance.choice([None, None, now - 2 * HOUR, now + 2 * HOUR, now + 5 * HOUR])
    lasts = chance.choice([None, None, 3 * HOUR, 8 * HOUR])
    ends = None if lasts is None else max(begins or now, now) + lasts
    before = await conn.fetchval("SELECT coalesce(max(id), 0) FROM segment")
    await say(
        conn, now, contact_id, kind=kind, value=value, source=source, from_at=begins, to_at=ends
    )
    made = await conn.fetchval("SELECT max(id) FROM segment WHERE id > $1", before)
    if made is not None:  # it was not said already
        log.append(
            Saying(
                id=made,
                source=source,
                kind=kind,
                value=value,
                told_at=now,
                begins=begins or now,
                ends=ends,
            )
        )
    return made is not None


async def _take_back(
    conn: asyncpg.Connection, now: datetime, contact_id: int, saying: Saying
) -> bool:
    with contextlib.suppress(SegmentIsOver):
        await segment_setting.take_back(conn, now, contact_id, saying.id, by=BOSS)
        saying.taken_back_at = now
    return saying.taken_back_at == now


async def _credits(conn: asyncpg.Connection, ticket_id: int) -> dict[str, int]:
    found = {c.reason: c.credit_s for c in await ticket_credits.of_ticket(conn, ticket_id)}
    assert (await tickets.find(conn, ticket_id)).credit_s == sum(found.values())
    return found


async def test_a_dated_end_comes_by_itself_and_leaves_the_credit_of_who_waits(
    conn: asyncpg.Connection,
) -> None:
    await factories.prepare(conn)
    await conn.execute("INSERT INTO credit_rule VALUES ('contract', 'gold', 240)")
    queue_id = await factories.queue(conn)
    contact_id = await factories.contact(conn)
    await say(conn, NOW, contact_id, kind="contract", value="gold", to_at=NOW + HOUR)
    first = await factories.queued_ticket(conn, NOW, queue_id=queue_id, contact_id=contact_id)
    other_queue_id = await factories.queue(conn)

    late = await factories.queued_ticket(
        conn, NOW + HOUR, queue_id=other_queue_id, contact_id=contact_id
    )

    assert await _credits(conn, first.id) == {"contract:gold": 240}
    assert await _credits(conn, late.id) == {}
    assert await segment_views.effective(conn, contact_id, NOW + HOUR) == []
