"""What rules may ask of tickets, read at an instant."""

from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import ticket_facts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def prepared(conn: asyncpg.Connection) -> asyncpg.Connection:
    await factories.prepare(conn)
    return conn


async def test_everything_a_condition_can_name_is_read(prepared: asyncpg.Connection) -> None:
    queue_id = await factories.queue(prepared, tier=2)
    entry_point_id = await factories.entry_point(prepared, queue_id=queue_id)
    contact_id = await factories.contact(prepared)
    ticket = await factories.queued_ticket(
        prepared,
        NOW,
        queue_id=queue_id,
        contact_id=contact_id,
        entry_point_id=entry_point_id,
        body="My screen is broken.",
    )
    fault = await prepared.fetchrow("SELECT id, parent_id FROM category WHERE name_en = 'Fault'")
    await prepared.execute(
        "UPDATE ticket SET category_id = $2, language = 'en' WHERE id = $1", ticket.id, fault["id"]
    )
    await factories.interaction(prepared, NOW, ticket_id=ticket.id, body="Hello?\n> My old words")
    await factories.segment(prepared, NOW, contact_id, "customer_category", "government")
    await factories.segment(prepared, NOW, contact_id, "contract", "prosupport")
    await factories.segment(prepared, NOW, contact_id, "contract", "basic")
    await factories.segment(prepared, NOW, contact_id, "temperament", "warm", source="cues")

    facts = (await ticket_facts.read_all(prepared, [ticket.id, 10**9], NOW))[ticket.id]

    assert (facts.channel, facts.entry_point_id, facts.language) == ("sms", entry_point_id, "en")
    assert (facts.tier, facts.queue_id, facts.temperament) == (2, queue_id, "warm")
    assert facts.category == {fault["id"], fault["parent_id"]}
    assert facts.text == "My screen is broken.\nHello?"
    assert facts.segments == {
        "customer_category": {"government"},
        "contract": {"prosupport", "basic"},
        "temperament": {"warm"},
    }


async def test_of_whom_nothing_is_known_there_is_nothing(prepared: asyncpg.Connection) -> None:
    queue_id = await factories.queue(prepared)
    ticket_id = await factories.ticket(prepared, NOW, intake_queue_id=queue_id)

    facts = (await ticket_facts.read_all(prepared, [ticket_id], NOW, words=False))[ticket_id]

    assert (facts.temperament, facts.segments, facts.category) == ("unknown", {}, frozenset())
    assert (facts.tier, facts.queue_id, facts.text) == (None, None, "")


async def test_the_past_is_told_as_it_was_known_then(prepared: asyncpg.Connection) -> None:
    queue_id = await factories.queue(prepared)
    contact_id = await factories.contact(prepared)
    ticket_id = await factories.ticket(
        prepared, NOW, intake_queue_id=queue_id, contact_id=contact_id
    )
    await factories.interaction(prepared, NOW + 2 * HOUR, ticket_id=ticket_id, body="Later words")
    for value, since, until, told_at in (
        ("home", NOW, NOW + HOUR, None),
        ("government", NOW + HOUR, None, NOW + 2 * HOUR),
    ):
        await factories.segment(
            prepared,
            since,
            contact_id,
            "customer_category",
            value,
            until=until,
            told_at=told_at,
        )

    async def at(instant: datetime) -> tuple[set[str], str]:
        facts = (await ticket_facts.read_all(prepared, [ticket_id], instant))[ticket_id]
        return set(facts.segments.get("customer_category", ())), facts.text

    first = "My laptop does not start."
    assert await at(NOW - HOUR) == (set(), "")
    assert await at(NOW) == ({"home"}, first)
    assert await at(NOW + HOUR - timedelta(microseconds=1)) == ({"home"}, first)
    assert await at(NOW + HOUR) == (set(), first)  # nobody had said it yet
    assert await at(NOW + 2 * HOUR) == ({"government"}, f"{first}\nLater words")


async def test_a_persons_word_counts_before_an_import_and_that_before_a_rule(
    prepared: asyncpg.Connection,
) -> None:
    queue_id = await factories.queue(prepared)
    contact_id = await factories.contact(prepared)
    ticket_id = await factories.ticket(
        prepared, NOW, intake_queue_id=queue_id, contact_id=contact_id
    )
    found = []
    for source, value in (("rule", "A"), ("import", "B"), ("agent", "C"), ("model", "costly")):
        await factories.segment(prepared, NOW, contact_id, "value_class", value, source=source)
        facts = (await ticket_facts.read_all(prepared, [ticket_id], NOW))[ticket_id]
        found.append(facts.segments["value_class"])

    assert found == [{"A"}, {"B"}, {"C"}, {"C"}]
