"""Temperament decides about tone: not about a place in line, a promise, a credit or a price."""

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import factories as make
import pytest
from promised import Centre, at

from contactcenter.dispatch import seek
from routing.temperament import LABELS

PACKAGE = Path(__file__).parents[2] / "contactcenter"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

#: What decides who comes first, who is promised what, who is refused, and at what price. A module
#: that is not there yet is looked at once it is.
BLIND = (
    "dispatch/seek.sql", "dispatch/delays.sql", "dispatch/keeping.sql", "dispatch/overflowing.sql",
    "dispatch/sights.py", "dispatch/tier_clock.py", "dispatch/delays.py", "dispatch/keeping.py",
    "ticket_credits.py", "ticket_credits.sql", "sla.py", "sla_clocks.py", "sla_clocks.sql",
    "sla_counting.py", "opt_outs.py", "opt_outs.sql", "pacing.py", "entitlements.py", "entitlements.sql",
    "price_bands.py", "price_bands.sql", "price_offers.py", "price_offers.sql", "why_not.sql",
    "audiences.py", "audiences.sql", "value_classes.py", "value_classes.sql",
)  # fmt: skip
PURE = ("ordering.py", "credits.py", "eligibility.py", "sla.py", "assignment.py", "states.py")


async def test_among_equals_the_order_is_the_same_whatever_their_temperaments(conn):
    await make.prepare(conn)
    chance = random.Random(5)
    for _ in range(8):
        waiting = [
            (chance.randint(0, 30), chance.choice([0, 0, 300, 900]), chance.randint(1, 2))
            for _ in range(chance.randint(2, 6))
        ]
        labels = [[chance.choice(LABELS) for _ in waiting] for _ in range(2)]
        orders = [await _served(conn, waiting, theirs) for theirs in labels]

        assert orders[0] == orders[1]
        assert len(orders[0]) == len(waiting)


async def _served(conn, waiting, labels):
    """In which order a line is served, by the places of its tickets."""
    queue_id = await make.queue(conn, auto_accept=["sms"])
    places = {}
    for n, ((minutes, credit_s, weight), label) in enumerate(zip(waiting, labels, strict=True)):
        came_at = NOON - timedelta(minutes=minutes)
        ticket = await make.queued_ticket(
            conn, came_at, queue_id=queue_id, weight=weight, temperament=label
        )
        await conn.execute("UPDATE ticket SET credit_s = $2 WHERE id = $1", ticket.id, credit_s)
        places[ticket.id] = n
    agent_id = await make.agent(conn, NOON, queues=[queue_id], capacity=100)
    await seek.tickets_for(conn, NOON, agent_id)
    offered = await conn.fetch(
        "SELECT ticket_id FROM offer WHERE agent_id = $1 ORDER BY id", agent_id
    )
    return [places[row["ticket_id"]] for row in offered]


@pytest.mark.parametrize("module", [*BLIND, *(f"../routing/{name}" for name in PURE)])
def test_what_decides_about_place_promise_and_price_does_not_know_of_temperament(module):
    file = PACKAGE / module
    if file.exists():
        code = re.sub(
            r"^\s*#.*|--.*|.*\bmanner\b.*", "", file.read_text("utf-8"), flags=re.MULTILINE
        )
        assert "temperament" not in re.sub(r'""".*?"""', "", code, flags=re.DOTALL)


async def test_what_was_promised_by_temperament_before_counts_for_nothing(dsn):
    centre = await Centre.opened(dsn)
    try:
        await centre.conn.execute(
            "ALTER TABLE sla_policy DROP CONSTRAINT sla_policy_does_not_ask_for_temperament"
        )
        await centre.promise(first=10, condition={"temperament": "warm"}, name="friends")
        await centre.promise(first=60, name="all", position=1)
        people = [await make.contact(centre.conn) for _ in range(2)]
        await make.segment(centre.conn, at(-9), people[0], "temperament", "warm")
        tickets = [await centre.asked(0, contact_id=contact_id) for contact_id in people]
        policies = [await centre.clocks(ticket_id, "policy") for ticket_id in tickets]
    finally:
        await centre.conn.close()

    assert policies == [[("all",)], [("all",)]]


async def test_no_row_promises_or_grants_anything_by_temperament(conn):
    await make.prepare(conn)
    for statement, *values in (
        ("INSERT INTO credit_rule (kind, value, credit_s) VALUES ('temperament', 'warm', 60)",),
        ("INSERT INTO sla_policy (name, position, condition, first_reply_s) VALUES ('a', 1, $1, 60)",
         {"segment.temperament": "warm"}),
        ("INSERT INTO sla_policy (name, position, condition, first_reply_s) VALUES ('a', 1, $1, 60)",
         {"temperament": {"not": "warm"}}),
    ):  # fmt: skip
        with pytest.raises(asyncpg.CheckViolationError, match="temperament"):
            async with conn.transaction():
                await conn.execute(statement, *values)


async def test_a_temperament_that_is_set_earns_no_credit(conn):
    """Also where a row of before would grant one."""
    await make.prepare(conn)
    await conn.execute("ALTER TABLE credit_rule DROP CONSTRAINT credit_rule_is_not_for_temperament")
    await conn.execute(
        "INSERT INTO credit_rule (kind, value, credit_s) VALUES ('temperament', 'warm', 60)"
    )
    contact_id = await make.contact(conn)
    await make.segment(conn, NOON, contact_id, "temperament", "warm")

    assert await conn.fetch("SELECT reason FROM segment_credits($1, $2)", contact_id, NOON) == []
