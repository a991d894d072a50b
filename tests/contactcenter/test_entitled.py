"""What contacts are entitled to at an instant, as rules ask for it."""

from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import ticket_facts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.fixture
async def prepared(conn: asyncpg.Connection) -> asyncpg.Connection:
    await factories.prepare(conn)
    return conn


async def entitled(conn: asyncpg.Connection, contact_id: int, at: datetime = NOW) -> set[str]:
    rows = await conn.fetch(
        "SELECT value FROM effective_segments($1, $2) WHERE kind = 'entitlement'", contact_id, at
    )
    assert len(rows) == len({row["value"] for row in rows})
    return {row["value"] for row in rows}


async def test_an_entitlement_counts_from_its_date_until_its_date(
    prepared: asyncpg.Connection,
) -> None:
    contact_id = await factories.contact(prepared)
    await factories.entitlement(
        prepared, NOW, "on_site", contact_id=contact_id, level="next_day", until=NOW + DAY
    )

    both = {"on_site", "on_site:next_day"}
    assert await entitled(prepared, contact_id, NOW - TICK) == set()
    assert await entitled(prepared, contact_id, NOW) == both
    assert await entitled(prepared, contact_id, NOW + DAY - TICK) == both
    assert await entitled(prepared, contact_id, NOW + DAY) == set()


async def test_what_was_not_known_then_did_not_count(prepared: asyncpg.Connection) -> None:
    contact_id = await factories.contact(prepared)
    await factories.entitlement(
        prepared, NOW - 9 * DAY, "on_site", contact_id=contact_id, told_at=NOW
    )

    assert await entitled(prepared, contact_id, NOW - DAY) == set()
    assert await entitled(prepared, contact_id, NOW) == {"on_site"}


async def test_an_asset_entitles_its_owner_as_long_as_it_is_his(
    prepared: asyncpg.Connection,
) -> None:
    former, present = await factories.contact(prepared), await factories.contact(prepared)
    asset_id = await factories.asset(
        prepared, NOW, former, warranty=(NOW, NOW + 365 * DAY), warranty_level="gold"
    )
    await factories.entitlement(prepared, NOW, "mobility", asset_id=asset_id, source="warranty")
    everything = {"mobility", "warranty", "warranty:gold"}
    assert await entitled(prepared, former) == everything

    sold_at = NOW + 30 * DAY
    await prepared.execute("UPDATE asset_owner SET to_at = $1", sold_at)
    await prepared.execute(
        "INSERT INTO asset_owner (asset_id, contact_id, from_at, told_at, actor)"
        " VALUES ($1, $2, $3, $3, 'system')",
        asset_id,
        present,
        sold_at,
    )

    assert await entitled(prepared, former, sold_at - TICK) == everything
    assert await entitled(prepared, former, sold_at) == set()
    assert await entitled(prepared, present, sold_at - TICK) == set()
    assert await entitled(prepared, present, sold_at) == everything
    assert await entitled(prepared, present, NOW + 365 * DAY) == {"mobility"}


async def test_a_retired_asset_entitles_to_nothing(prepared: asyncpg.Connection) -> None:
    contact_id = await factories.contact(prepared)
    asset_id = await factories.asset(prepared, NOW, contact_id, warranty=(NOW, NOW + 9 * DAY))
    await factories.entitlement(prepared, NOW, "mobility", asset_id=asset_id)
    assert await entitled(prepared, contact_id) == {"warranty", "mobility"}

    await prepared.execute("UPDATE asset SET retired_at = $1", NOW + DAY)

    assert await entitled(prepared, contact_id) == {"warranty", "mobility"}
    assert await entitled(prepared, contact_id, NOW + DAY) == set()


async def test_a_category_and_a_contract_entitle_while_they_count(
    prepared: asyncpg.Connection,
) -> None:
    contact_id, other_id = await factories.contact(prepared), await factories.contact(prepared)
    await prepared.execute(
        """INSERT INTO entitlement_term (segment_kind, segment_value, kind, level) VALUES
             ('customer_category', 'government', 'account_manager', ''),
             ('contract', 'prosupport', 'on_site', 'same_day')"""
    )
    await factories.segment(prepared, NOW, contact_id, "customer_category", "government")
    await factories.segment(prepared, NOW, contact_id, "contract", "prosupport", until=NOW + DAY)
    await factories.segment(prepared, NOW, other_id, "customer_category", "home")

    assert await entitled(prepared, contact_id) == {
        "account_manager",
        "on_site",
        "on_site:same_day",
    }
    assert await entitled(prepared, contact_id, NOW + DAY) == {"account_manager"}
    assert await entitled(prepared, other_id) == set()


async def test_a_merged_contact_brings_what_he_is_entitled_to(
    prepared: asyncpg.Connection,
) -> None:
    kept, merged = await factories.contact(prepared), await factories.contact(prepared)
    await factories.asset(prepared, NOW, merged, warranty=(NOW, NOW + DAY))
    await factories.entitlement(prepared, NOW, "club", contact_id=merged)

    await prepared.execute("UPDATE contact SET merged_into_id = $1 WHERE id = $2", kept, merged)
    assert await entitled(prepared, kept) == {"warranty", "club"}

    await prepared.execute("UPDATE contact SET merged_into_id = NULL WHERE id = $1", merged)
    assert await entitled(prepared, kept) == set()
    assert await entitled(prepared, merged) == {"warranty", "club"}


async def test_rules_are_told_and_waiting_is_shortened(prepared: asyncpg.Connection) -> None:
    contact_id = await factories.contact(prepared)
    await factories.entitlement(prepared, NOW, "on_site", contact_id=contact_id, level="next_day")
    ticket_id = await factories.ticket(
        prepared, NOW, contact_id=contact_id, intake_queue_id=await factories.queue(prepared)
    )
    await prepared.execute(
        "INSERT INTO credit_rule (kind, value, credit_s) VALUES ('entitlement', 'on_site:next_day', 90)"
    )

    facts = (await ticket_facts.read_all(prepared, [ticket_id], NOW))[ticket_id]
    granted = await prepared.fetch(
        "SELECT reason, credit_s FROM segment_credits($1, $2)", contact_id, NOW
    )

    assert facts.segments == {"entitlement": {"on_site", "on_site:next_day"}}
    assert [tuple(row) for row in granted] == [("entitlement:on_site:next_day", 90)]


async def test_nothing_is_said_of_the_temperament_of_who_objects(
    prepared: asyncpg.Connection,
) -> None:
    contact_id = await factories.contact(prepared)
    await factories.segment(prepared, NOW, contact_id, "temperament", "warm", source="cues")
    await factories.entitlement(prepared, NOW, "club", contact_id=contact_id)
    told = "SELECT kind FROM effective_segments($1, $2) ORDER BY kind"
    before = [row["kind"] for row in await prepared.fetch(told, contact_id, NOW)]

    await prepared.execute(
        "INSERT INTO contact_temperament (contact_id, opted_out_at, opted_out_by)"
        " VALUES ($1, $2, 'user:1')",
        contact_id,
        NOW,
    )

    assert before == ["entitlement", "temperament"]
    after = [row["kind"] for row in await prepared.fetch(told, contact_id, NOW)]
    assert after == ["entitlement"]
