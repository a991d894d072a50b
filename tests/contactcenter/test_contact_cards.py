"""One statement reads a card, however much belongs to the contact; scores never fall by a fact."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import completeness, contact_cards, redaction
from contactcenter.api import contact_views
from contactcenter.completeness import Worth

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
async def reader(conn: asyncpg.Connection) -> int:
    """An administrator."""
    await factories.prepare(conn)
    return await conn.fetchval(
        "INSERT INTO user_account (email, name, role) VALUES ('a@example.com', 'A', 'admin')"
        " RETURNING id"
    )


async def grown(conn: asyncpg.Connection, contact_id: int, times: int) -> None:
    """Give a contact so many of everything."""
    now = await conn.fetchval("SELECT clock_timestamp()")
    for _ in range(times):
        queue_id = await factories.queue(conn)
        await factories.queued_ticket(conn, now, queue_id=queue_id, contact_id=contact_id)
    await conn.execute(
        "WITH a AS (INSERT INTO asset (service_tag, model, created_at, updated_at)"
        "  SELECT 'TAG' || n || 'X', 'M', now(), now() FROM generate_series(1, $2) AS n RETURNING id)"
        " INSERT INTO asset_owner (asset_id, contact_id, from_at, told_at, actor)"
        " SELECT id, $1, now(), now(), 'x' FROM a",
        contact_id,
        times,
    )
    await conn.execute(
        "INSERT INTO identity (contact_id, kind, value)"
        " SELECT $1, 'email', 'a' || n || '@b.example' FROM generate_series(1, $2) AS n",
        contact_id,
        times,
    )


@pytest.mark.parametrize("times", [0, 9])
async def test_one_statement_reads_it_however_much_there_is(
    conn: asyncpg.Connection, reader: int, times: int
) -> None:
    contact_id = await factories.contact(conn)
    await grown(conn, contact_id, times)
    asked: list[str] = []

    with conn.query_logger(lambda record: asked.append(record.query)):
        card = await contact_cards.read(conn, reader, contact_id)
        await asyncio.sleep(0)  # it is told of in the next turn of the loop

    assert len(asked) == 1
    assert (len(card.tickets), len(card.assets)) == (times, times)
    assert len(card.interactions) == min(times, 5)


async def test_a_profile_takes_as_many_statements_for_whoever_it_is(
    conn: asyncpg.Connection, reader: int
) -> None:
    counted = []
    for times in (0, 9):
        contact_id = await factories.contact(conn)
        await grown(conn, contact_id, times)
        await contact_views.read(conn, reader, contact_id)  # the driver learns the types
        asked: list[str] = []
        with conn.query_logger(lambda record, asked=asked: asked.append(record.query)):
            profile = await contact_views.read(conn, reader, contact_id)
            await asyncio.sleep(0)
        assert len(profile.tickets) == times
        counted.append(len(asked))

    assert counted[0] == counted[1]
    assert counted[0] < 8


async def test_who_may_read_little_of_a_long_history_is_shown_that(
    conn: asyncpg.Connection, reader: int
) -> None:
    await conn.execute("UPDATE user_account SET role = 'agent'")
    now = await conn.fetchval("SELECT clock_timestamp()")
    mine, others = (
        await factories.team(conn, name="Mine"),
        await factories.team(conn, name="Others"),
    )
    await conn.execute("INSERT INTO team_member VALUES ($1, $2)", mine, reader)
    contact_id = await factories.contact(conn)
    made = {}
    for name, team_id in (("mine", mine), ("others", others)):
        queue_id = await factories.queue(conn, team_id=team_id)
        made[name] = await factories.queued_ticket(
            conn, now, queue_id=queue_id, contact_id=contact_id
        )

    async def say(name: str, times: int) -> None:
        await conn.execute(
            "INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, body, state,"
            " occurred_at, received_at) SELECT $1, $2, 'sms', 'inbound', 'message', $3 || ' ' || n,"
            " 'received', now(), now() FROM generate_series(1, $4::int) AS n",
            contact_id,
            made[name].id,
            name,
            times,
        )

    await say("mine", 7)
    await say("others", 600)
    old = [i.excerpt for i in (await contact_cards.read(conn, reader, contact_id)).interactions]
    await say("mine", 2)
    both = [i.excerpt for i in (await contact_cards.read(conn, reader, contact_id)).interactions]

    assert old == [f"mine {n}" for n in (7, 6, 5, 4, 3)]
    assert both == [f"mine {n}" for n in (2, 1, 7, 6, 5)]


# Scores -------------------------------------------------------------------------------------


def worth(key: str, share: int, *, sensitive: bool = False, days: int | None = None) -> Worth:
    return Worth(
        key=key,
        name_en=key,
        name_fa=key,
        question_en=f"{key}?",
        question_fa=f"{key}؟",
        asked=True,
        sensitive=sensitive,
        worth=share,
        fresh_days=days,
    )


FACTS = [
    worth("needs", 50, days=10),
    worth("name", 30),
    worth("gender", 100, sensitive=True),
    worth("pets", 0, days=5),
]


def test_no_fact_lowers_a_score_whenever_it_was_said() -> None:
    for size in range(len(FACTS) + 1):
        for known in itertools.combinations(FACTS, size):
            for ages in itertools.product((0, 15, 4000), repeat=size):
                since = {
                    fact.key: NOW - timedelta(days=age)
                    for fact, age in zip(known, ages, strict=True)
                }
                before = completeness.score(FACTS, since, (), NOW)
                later = completeness.score(FACTS, since, (), NOW + timedelta(days=9))
                assert later.freshness <= before.freshness <= before.completeness <= 1
                for fact in FACTS:
                    if fact.key in since:
                        continue
                    after = completeness.score(
                        FACTS, since | {fact.key: NOW - timedelta(days=100)}, (), NOW
                    )
                    assert after.completeness >= before.completeness
                    assert after.freshness >= before.freshness


def test_scores_are_shares_of_what_all_facts_are_worth() -> None:
    known_at = {"needs": NOW - timedelta(days=20), "name": NOW - timedelta(days=9999)}

    found = completeness.score(FACTS, known_at, (), NOW)

    assert found.completeness == round(80 / 180, 4)
    assert found.freshness == round((50 / 4 + 30) / 180, 4)


def test_what_is_worth_most_is_asked_first_and_what_is_sensitive_last() -> None:
    asked = []
    known_at: dict[str, datetime] = {}
    while (found := completeness.score(FACTS, known_at, ("pets",), NOW).missing_fact) is not None:
        asked.append(found.key)
        known_at[found.key] = NOW

    assert asked == ["needs", "name", "gender"]


# Other people's addresses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ring +98 935 765 4321 today", "ring […] today"),
        ("شماره‌اش ۰۹۳۵۷۶۵۴۳۲۱ است", "شماره‌اش […] است"),
        ("mine is 0912-123-4567.", "mine is 0912-123-4567."),
        ("شماره‌ام ۰۰۹۸۹۱۲۱۲۳۴۵۶۷", "شماره‌ام ۰۰۹۸۹۱۲۱۲۳۴۵۶۷"),
        ("write to Omid@Example.com, not Sara@example.com", "write to […], not Sara@example.com"),
        ("order 1234567890 for 12,000,000,000", "order 1234567890 for 12,000,000,000"),
        ("from 09:00 to 10:30 on 2026-01-02", "from 09:00 to 10:30 on 2026-01-02"),
    ],
)
def test_addresses_of_others_are_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert redaction.redacted(text, ["+989121234567", "sara@example.com"]) == shown


def test_a_long_text_is_looked_through_in_time() -> None:
    text = "0 " * 1000 + "a." * 1000 + "@" + "0-" * 1000

    assert len(redaction.redacted(text, [])) <= len(text)
