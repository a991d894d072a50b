"""A segment that is set while triage looks: whatever comes first, the outcome is one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import factories
import pytest

from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.segmentation import segment_setting
from contactcenter.segmentation.segment_setting import Wanted
from contactcenter.temperament_model import trained_reader
from contactcenter.tickets import ticket_credits, tickets
from contactcenter.triage import Triage

ANN = factories.actor()


@pytest.fixture
async def dispatcher(database: Database) -> AsyncIterator[Dispatcher]:
    async with dispatching(database) as dispatcher:
        yield dispatcher


class Centre:
    """A queue for everybody, one for the government, and what the government is worth."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        self.database, self.dispatcher = database, dispatcher

    async def build(self, size: int) -> None:
        async with self.database.read() as conn:
            self.queue_id, self.other_id = [await factories.queue(conn) for _ in range(2)]
            await conn.execute("DELETE FROM entry_rule")
            await conn.execute(
                "INSERT INTO entry_rule (position, condition, queue_id) VALUES (1, $1, $2)",
                {"customer_category": "government"},
                self.other_id,
            )
            await conn.execute(
                "INSERT INTO credit_rule VALUES ('customer_category', 'government', 120)"
            )
            self.tickets = {}
            for _ in range(size):
                contact_id = await factories.contact(conn)
                self.tickets[contact_id] = await factories.ticket(
                    conn, datetime.now(UTC), intake_queue_id=self.queue_id, contact_id=contact_id
                )

    def triage(self, dispatcher: Any = None) -> Triage:
        return Triage(
            self.database, Bell(self.database), dispatcher or self.dispatcher, trained_reader()
        )

    async def say(self, contact_id: int) -> None:
        wanted = Wanted(
            place="body",
            contact_id=contact_id,
            kind="customer_category",
            value="government",
            confidence=1.0,
            note=None,
            from_at=None,
            to_at=None,
        )
        await self.dispatcher.submit(
            lambda conn, now: segment_setting.say(conn, now, [wanted], source="agent", by=ANN)
        )

    async def outcome(self, ticket_id: int) -> tuple[int | None, dict[str, int], int]:
        """Its queue, its credits, and how often it was told of them."""
        async with self.database.read() as conn:
            ticket = await tickets.find(conn, ticket_id)
            found = await ticket_credits.of_ticket(conn, ticket_id)
            assert ticket.credit_s == sum(c.credit_s for c in found)
            told = await conn.fetchval(
                "SELECT count(*) FROM event WHERE ticket_id = $1"
                " AND (kind = 'ticket_credited' OR data->'credits' <> '{}')",
                ticket_id,
            )
        return ticket.queue_id, {c.reason: c.credit_s for c in found}, told


class Between:
    """The dispatcher, with something done after triage has looked and before it hands over."""

    def __init__(self, dispatcher: Dispatcher, done: Any) -> None:
        self._dispatcher, self._done = dispatcher, done

    async def submit(self, change: Any) -> Any:
        await self._done()
        return await self._dispatcher.submit(change)


WORTH = {"customer_category:government": 120}


async def test_before_the_look_it_decides_the_queue(
    database: Database, dispatcher: Dispatcher
) -> None:
    centre = Centre(database, dispatcher)
    await centre.build(1)
    [(contact_id, ticket_id)] = centre.tickets.items()

    await centre.say(contact_id)
    await centre.triage().look()

    assert await centre.outcome(ticket_id) == (centre.other_id, WORTH, 1)


async def test_between_look_and_queue_it_is_worth_as_much_but_the_look_stands(
    database: Database, dispatcher: Dispatcher
) -> None:
    centre = Centre(database, dispatcher)
    await centre.build(1)
    [(contact_id, ticket_id)] = centre.tickets.items()

    await centre.triage(Between(dispatcher, lambda: centre.say(contact_id))).look()

    assert await centre.outcome(ticket_id) == (centre.queue_id, WORTH, 1)


async def test_after_the_queue_it_moves_nobody(database: Database, dispatcher: Dispatcher) -> None:
    centre = Centre(database, dispatcher)
    await centre.build(1)
    [(contact_id, ticket_id)] = centre.tickets.items()

    await centre.triage().look()
    await centre.say(contact_id)

    assert await centre.outcome(ticket_id) == (centre.queue_id, WORTH, 1)


async def test_at_once_everybody_has_one_of_these_outcomes(
    database: Database, dispatcher: Dispatcher
) -> None:
    centre = Centre(database, dispatcher)
    await centre.build(40)

    await asyncio.gather(centre.triage().look(), *map(centre.say, centre.tickets))
    while await centre.triage().look():
        pass

    for ticket_id in centre.tickets.values():
        queue_id, granted, told = await centre.outcome(ticket_id)
        assert queue_id in (centre.queue_id, centre.other_id)
        assert (granted, told) == (WORTH, 1)
