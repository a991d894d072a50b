"""Five categories of customers times three tiers: queue, promise, entitlement and credit of each."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import factories
import pytest

from contactcenter import entitlements, ticket_views
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.temperament_model import trained_reader
from contactcenter.triage import Triage

CATEGORIES = ("education", "government", "small_business", "large_business", "home")
TIERS = (1, 2, 3)
#: Every customer's, of his category, of his contract: kind and level.
CONTRACT = {1: "basic", 2: "silver", 3: "gold"}
Cell = tuple[str, int]


@pytest.fixture
async def dispatcher(database: Database) -> AsyncIterator[Dispatcher]:
    async with dispatching(database) as dispatcher:
        yield dispatcher


def promised(cell: Cell) -> int:
    """Seconds to the first reply: no two cells have the same."""
    category, tier = cell
    return 600 * (CATEGORIES.index(category) + 1) + 60 * tier


def worth(category: str) -> int:
    return 30 * CATEGORIES.index(category)


async def build(conn: Conn) -> dict[Cell, int]:
    """The whole table, as configuration: what each category and contract entitles to, and where to."""
    await conn.execute("DELETE FROM entry_rule")
    await conn.execute("DELETE FROM sla_policy")
    queues: dict[Cell, int] = {}
    cells = [(category, tier) for category in CATEGORIES for tier in TIERS]
    for position, (category, tier) in enumerate(cells, start=1):
        queues[category, tier] = await factories.queue(conn, tier=tier)
        asked = {"customer_category": category, "segment.entitlement": f"support:{CONTRACT[tier]}"}
        await conn.execute(
            "INSERT INTO entry_rule (position, condition, queue_id) VALUES ($1, $2, $3)",
            position,
            asked,
            queues[category, tier],
        )
        await conn.execute(
            "INSERT INTO sla_policy (name, position, condition, first_reply_s)"
            " VALUES ($1, $2, $3, $4)",
            f"{category}_{tier}",
            position,
            asked,
            promised((category, tier)),
        )
    await conn.execute(
        "INSERT INTO entitlement_term (segment_kind, segment_value, kind, level)"
        " SELECT 'contract', v, 'support', v FROM unnest($1::text[]) AS v",
        list(CONTRACT.values()),
    )
    for category in CATEGORIES:
        await conn.execute(
            "INSERT INTO entitlement_term (segment_kind, segment_value, kind)"
            " VALUES ('customer_category', $1, $2)",
            category,
            f"site_{category}",
        )
        await conn.execute(
            "INSERT INTO credit_rule (kind, value, credit_s) VALUES ('entitlement', $1, $2)",
            f"site_{category}",
            worth(category),
        )
    await factories.configured(conn)
    return queues


async def customer(conn: Conn, now: Any, cell: Cell, **dates: Any) -> int:
    contact_id = await factories.contact(conn)
    await factories.segment(conn, now, contact_id, "customer_category", cell[0])
    await factories.segment(conn, now, contact_id, "contract", CONTRACT[cell[1]], **dates)
    return contact_id


async def found_of(conn: Conn, ticket_id: int) -> tuple[int, int, str, int, dict[str, int]]:
    row = await conn.fetchrow(
        """SELECT t.queue_id, t.tier, k.policy, k.target_s,
                  (SELECT coalesce(jsonb_object_agg(c.reason, c.credit_s), '{}')
                   FROM credit c WHERE c.ticket_id = t.id) AS credits
           FROM ticket t LEFT JOIN sla_clock k ON k.ticket_id = t.id WHERE t.id = $1""",
        ticket_id,
    )
    return tuple(row.values())


async def test_each_of_fifteen_goes_where_the_table_says(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        queues = await build(conn)
        default_id = await factories.queue(conn)
        now = await conn.fetchval("SELECT clock_timestamp()")
        opened = {}
        for cell in queues:
            contact_id = await customer(conn, now - timedelta(days=1), cell)
            opened[cell] = (
                contact_id,
                await factories.ticket(
                    conn, now, intake_queue_id=default_id, contact_id=contact_id
                ),
            )

    await Triage(database, Bell(database), dispatcher, trained_reader()).look()

    async with database.read() as conn:
        admin_id = await factories.user(conn, role="admin")
        for (category, tier), (contact_id, ticket_id) in opened.items():
            credit = {f"entitlement:site_{category}": worth(category)} if worth(category) else {}
            assert await found_of(conn, ticket_id) == (
                queues[category, tier],
                tier,
                f"{category}_{tier}",
                promised((category, tier)),
                credit,
            )
            entitled = await entitlements.effective(conn, contact_id, now)
            assert [(e.kind, e.level, e.source) for e in entitled] == [
                (f"site_{category}", "", "category"),
                ("support", CONTRACT[tier], "contract"),
            ]
            shown = await ticket_views.find(conn, admin_id, ticket_id)
            words = {one.value for one in shown.segments if one.kind == "entitlement"}
            assert words == {f"site_{category}", "support", f"support:{CONTRACT[tier]}"}


async def test_who_has_no_contract_any_more_goes_with_everybody(
    database: Database, dispatcher: Dispatcher
) -> None:
    async with database.read() as conn:
        await build(conn)
        default_id = await factories.queue(conn)
        now = await conn.fetchval("SELECT clock_timestamp()")
        tickets = []
        for until in (now, now + timedelta(days=1)):
            contact_id = await customer(
                conn, now - timedelta(days=9), ("government", 3), until=until
            )
            tickets.append(
                await factories.ticket(conn, now, intake_queue_id=default_id, contact_id=contact_id)
            )

    await Triage(database, Bell(database), dispatcher, trained_reader()).look()

    async with database.read() as conn:
        over, runs = [await found_of(conn, ticket_id) for ticket_id in tickets]
    credit = {"entitlement:site_government": worth("government")}
    assert over == (default_id, 1, None, None, credit)
    assert runs[2:] == ("government_3", promised(("government", 3)), credit)
