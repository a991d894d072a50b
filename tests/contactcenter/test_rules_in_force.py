"""Whoever decides goes by the configuration in force, and every decision says which it was."""

from datetime import UTC, datetime

import factories
import pytest

from contactcenter import offers
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, seek
from contactcenter.dispatch.connection import forget_rules, rules_of
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.errors import BadInput

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


async def weight_of_a_call(conn: Conn, _now: datetime) -> int:
    return (await rules_of(conn)).weight("phone")


async def test_every_move_and_every_offer_says_which_configuration_it_went_by(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    await factories.agent(world, NOON, queues=[queue_id])
    ticket = await factories.queued_ticket(world, NOON, queue_id=queue_id)
    await factories.configured(world, capacity={"phone": 2})
    ticket = await seek.agent_for(world, NOON, ticket)
    await factories.configured(world, capacity={"phone": 3})
    await ending.solve(
        world, NOON, ticket.id, actor="system", disposition="solved", reopen_window_s=9
    )

    found = await world.fetch(
        "SELECT kind, (data ->> 'configuration')::int AS version FROM event"
        " WHERE ticket_id = $1 AND data ? 'configuration' ORDER BY id",
        ticket.id,
    )
    (offer,) = await offers.of_ticket(world, ticket.id)
    assert [tuple(row) for row in found] == [
        ("ticket_queued", 0),
        ("ticket_assigned", 1),
        ("ticket_solved", 2),
    ]
    assert offer.why["configuration"] == 1


async def test_the_dispatcher_reads_the_rules_again_when_their_version_has_changed(
    database: Database,
) -> None:
    async with dispatching(database) as dispatcher:
        before = await dispatcher.submit(weight_of_a_call)
        async with database.transaction() as conn:
            await factories.configured(conn, capacity={"phone": 2})
        after = await dispatcher.submit(weight_of_a_call)

    assert (before, after) == (3, 2)


async def test_rules_that_were_undone_are_forgotten(database: Database) -> None:
    async def activate(conn: Conn, _now: datetime) -> int:
        await factories.configured(conn, capacity={"phone": 1})
        forget_rules(conn)
        assert await weight_of_a_call(conn, _now) == 1
        raise BadInput("body", "undone")

    async with dispatching(database) as dispatcher:
        await dispatcher.submit(weight_of_a_call)
        for _ in range(2):  # with the others, then in a savepoint
            with pytest.raises(BadInput):
                await dispatcher.submit(activate)
        async with database.transaction() as conn:  # another process was next, with this version
            await factories.configured(conn, capacity={"phone": 2})
        after = await dispatcher.submit(weight_of_a_call)

    assert after == 2
