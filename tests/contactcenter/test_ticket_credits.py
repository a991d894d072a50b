"""Credits: what is granted when a problem comes, comes back or rises, and what changes it."""

from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter.dispatch import arriving, ending, entering, holding, moving
from contactcenter.dispatch.arriving import Finding
from contactcenter.tickets import ticket_credits, tickets
from contactcenter.tickets.tickets import Ticket

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def worth(conn: asyncpg.Connection, **reasons: int) -> None:
    """Say what reasons are worth; ``__`` parts a kind from its value."""
    for name, credit_s in reasons.items():
        kind, _, value = name.partition("__")
        await conn.execute(
            "INSERT INTO credit_rule (kind, value, credit_s) VALUES ($1, $2, $3)",
            kind,
            value,
            credit_s,
        )


async def rows(conn: asyncpg.Connection, ticket_id: int) -> dict[str, int]:
    """The reasons of a ticket, which add up to what it has."""
    found = {c.reason: c.credit_s for c in await ticket_credits.of_ticket(conn, ticket_id)}
    ticket = await tickets.find(conn, ticket_id)
    assert ticket.credit_s == sum(found.values())
    return found


async def told(conn: asyncpg.Connection, ticket_id: int) -> dict[str, int]:
    """What the events say the reasons are: replayed from the first one."""
    said: dict[str, int] = {}
    for kind, data in await conn.fetch(
        "SELECT kind, data FROM event WHERE ticket_id = $1 ORDER BY id", ticket_id
    ):
        if kind in ("ticket_queued", "ticket_reopened"):
            said = dict(data["credits"])
        elif kind == "ticket_escalated":
            for reason, credit_s in data["credits"].items():
                said[reason] = said.get(reason, 0) + credit_s
        elif kind == "ticket_credited":
            said |= data["credits"]
            for reason in data["revoked"]:
                del said[reason]
            assert data["credit_s"] == sum(said.values())
    return said


async def finding(conn: asyncpg.Connection, queue_id: int, contact_id: int) -> Finding:
    ticket_id = await factories.ticket(
        conn, NOW - MINUTE, intake_queue_id=queue_id, contact_id=contact_id
    )
    found = await conn.fetch("SELECT id FROM interaction WHERE ticket_id = $1", ticket_id)
    return Finding(
        ticket_id=ticket_id,
        interaction_ids=[row["id"] for row in found],
        received_at=NOW - MINUTE,
        temperament="haggler",
        language="en",
        subject="My laptop",
        queue_id=queue_id,
    )


async def customer(conn: asyncpg.Connection, **segments: str) -> int:
    contact_id = await factories.contact(conn)
    for kind, value in segments.items():
        for one in value.split():
            await factories.segment(conn, NOW - MINUTE, contact_id, kind, one)
    return contact_id


async def test_a_problem_is_granted_what_its_contact_is_worth_alone_or_with_others(
    world: asyncpg.Connection,
) -> None:
    queue_id = await factories.queue(world)
    await worth(
        world,
        customer_category__government=120,
        customer_category__home=0,
        contract__prosupport=240,
        contract__basic=30,
    )
    people = [
        await customer(world, customer_category="government", contract="prosupport basic"),
        await customer(world, customer_category="home", temperament="haggler"),
        await customer(world),
    ]
    together = [await finding(world, queue_id, person) for person in people]
    queues = [await factories.queue(world) for _ in people]
    alone = [
        await finding(world, queue_id, person)
        for queue_id, person in zip(queues, people, strict=True)
    ]

    await entering.enter(world, NOW, together)
    for one in alone:
        await arriving.route(world, NOW, one)

    expected = [
        {"customer_category:government": 120, "contract:prosupport": 240, "contract:basic": 30},
        {},
        {},
    ]
    for found in (together, alone):
        assert [await rows(world, one.ticket_id) for one in found] == expected
        assert [await told(world, one.ticket_id) for one in found] == expected


async def test_without_a_rule_nothing_is_granted(world: asyncpg.Connection) -> None:
    queue_id = await factories.queue(world)
    contact_id = await customer(world, customer_category="government")
    one = await finding(world, queue_id, contact_id)

    await entering.enter(world, NOW, [one])

    assert await rows(world, one.ticket_id) == {}


@pytest.mark.parametrize(
    "case",  # its category, the category now, how many days ago it was solved, whether that counts
    [
        (1, 1, 2, True),
        (1, 2, 2, False),
        (None, 1, 2, True),  # nobody has said what it is about
        (1, None, 2, True),
        (1, 1, 8, False),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
async def test_who_comes_again_with_the_same_is_served_earlier(
    world: asyncpg.Connection, case: tuple[int | None, int | None, int, bool], alone: bool
) -> None:
    former, now, ago_days, again = case
    queue_id = await factories.queue(world)
    await worth(world, repeat_contact=60)
    contact_id = await factories.contact(world)
    solved = await finding(world, queue_id, contact_id)
    await world.execute(
        """UPDATE ticket SET state = 'closed', queue_id = $2, tier = 1, category_id = $3,
             solved_at = $4, closed_at = $4 WHERE id = $1""",
        solved.ticket_id,
        queue_id,
        former,
        NOW - timedelta(days=ago_days),
    )
    new = await finding(world, queue_id, contact_id)
    await world.execute("UPDATE ticket SET category_id = $2 WHERE id = $1", new.ticket_id, now)

    if alone:
        await arriving.route(world, NOW, new)
    else:
        await entering.enter(world, NOW, [new])

    expected = {"repeat_contact": 60} if again else {}
    assert await rows(world, new.ticket_id) == await told(world, new.ticket_id) == expected


async def solved_ticket(conn: asyncpg.Connection, contact_id: int) -> Ticket:
    high_id = await factories.queue(conn, tier=3)
    queue_id = await factories.queue(conn, escalate_to_id=high_id)
    agent_id = await factories.agent(conn, NOW, queues=[high_id])
    ticket = await factories.queued_ticket(conn, NOW, queue_id=queue_id, contact_id=contact_id)
    ticket = await moving.escalate(conn, NOW, ticket, "agent", actor="system")
    ticket = await holding.accept(conn, NOW, ticket.id, agent_id)
    await ending.solve(
        conn,
        NOW,
        ticket.id,
        actor=f"user:{agent_id}",
        disposition="solved",
        reopen_window_s=3600,
    )
    return await tickets.lock(conn, ticket.id)


@pytest.mark.parametrize(
    ("rules", "risen", "back"),
    [
        ({}, {"escalated": 600}, {"reopened": 120}),
        (
            {"escalated_per_tier": 50, "reopened": 40, "value_class__A": 500},
            {"escalated": 100, "value_class:A": 500},
            {"reopened": 40, "value_class:A": 500},
        ),
        ({"escalated_per_tier": 0, "reopened": 0, "repeat_contact": 60}, {}, {}),
    ],
)
async def test_rising_and_coming_back_are_worth_what_is_said_or_the_usual(
    world: asyncpg.Connection,
    rules: dict[str, int],
    risen: dict[str, int],
    back: dict[str, int],
) -> None:
    await worth(world, **rules)
    contact_id = await customer(world, value_class="A")
    ticket = await solved_ticket(world, contact_id)
    assert await rows(world, ticket.id) == await told(world, ticket.id) == risen

    await ending.reopen(world, NOW + MINUTE, ticket, actor="customer", because="customer_wrote")

    assert await rows(world, ticket.id) == await told(world, ticket.id) == back


async def test_a_waiting_ticket_is_kept_in_step_and_nothing_else_is_touched(
    world: asyncpg.Connection,
) -> None:
    queue_id = await factories.queue(world)
    await worth(world, customer_category__government=120, contract__gold=240)
    contact_id = await customer(world, customer_category="government")
    waiting = await factories.queued_ticket(world, NOW, queue_id=queue_id, contact_id=contact_id)
    ticket = await tickets.grant_credit(world, waiting, "reopened", 120)
    await tickets.save(world, ticket)
    await world.execute("UPDATE segment SET to_at = $1", NOW + MINUTE)
    await factories.segment(world, NOW + MINUTE, contact_id, "contract", "gold")
    other = await factories.queued_ticket(world, NOW, queue_id=queue_id)

    await ticket_credits.refresh(world, NOW + MINUTE, [contact_id], actor="user:1")
    await ticket_credits.refresh(world, NOW + MINUTE, [contact_id], actor="user:1")

    assert await rows(world, ticket.id) == {"contract:gold": 240, "reopened": 120}
    assert await rows(world, other.id) == {}
    after = await tickets.find(world, ticket.id)
    assert (after.version, after.state) == (waiting.version + 2, "waiting")
    happened = await world.fetch(
        "SELECT actor, version, data FROM event WHERE kind = 'ticket_credited'"
    )
    assert [(row["actor"], row["version"]) for row in happened] == [("user:1", after.version)]
    assert happened[0]["data"] == {
        "state": "waiting",
        "queue_id": queue_id,
        "tier": 1,
        "category_id": None,
        "credits": {"contract:gold": 240},
        "revoked": ["customer_category:government"],
        "credit_s": 360,
    }


async def test_what_was_granted_keeps_its_worth_when_the_rule_changes(
    world: asyncpg.Connection,
) -> None:
    queue_id = await factories.queue(world)
    await worth(world, customer_category__government=120)
    contact_id = await customer(world, customer_category="government")
    ticket = await factories.queued_ticket(world, NOW, queue_id=queue_id, contact_id=contact_id)
    await world.execute("UPDATE credit_rule SET credit_s = 999")

    await ticket_credits.refresh(world, NOW, [contact_id], actor="system")

    assert await rows(world, ticket.id) == {"customer_category:government": 120}
