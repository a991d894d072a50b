"""A centre that receives mails: what the tests of their threads begin with."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import factories
from mails import ENTRY_POINT, our_mail

from channels import Inbound, Outcome
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.intake import Intake

REOPEN_WINDOW_S = 3600


class Desk:
    """An intake, and what it has stored."""

    def __init__(self, database: Database, intake: Intake) -> None:
        self.database = database
        self.intake = intake

    async def receive(self, *items: Inbound) -> Sequence[Outcome]:
        return await self.intake.receive(items)

    async def takes(self, *items: Inbound) -> list[int]:
        """Store all of them; returns the ticket of each."""
        outcomes = await self.receive(*items)
        assert list(outcomes) == ["stored"] * len(items), await self.held()
        return [
            (
                await self.rows(
                    "SELECT ticket_id FROM interaction WHERE external_id = $1", i.external_id
                )
            )[0][0]
            for i in items
        ]

    async def holds(self, item: Inbound) -> tuple[str, int | None]:
        """It is held; returns the reason and the ticket it names."""
        before = len(await self.held())
        assert list(await self.receive(item)) == ["quarantined"]
        held = await self.held()
        assert len(held) == before + 1
        assert (
            await self.rows("SELECT FROM interaction WHERE external_id = $1", item.external_id)
            == []
        )
        return held[-1]

    async def held(self) -> list[tuple[Any, ...]]:
        return await self.rows("SELECT reason, ticket_id FROM quarantine ORDER BY id")

    async def writes(self, ticket_id: int, message_id: str, **mail: Any) -> int:
        async with self.database.transaction() as conn:
            return await our_mail(conn, ticket_id, message_id, **mail)

    async def put(self, ticket_id: int, state: str, *, ago_s: int = 0) -> None:
        """Have a ticket be solved or closed, so long ago."""
        async with self.database.transaction() as conn:
            await conn.execute(
                """UPDATE ticket SET state = $2, solved_at = clock_timestamp() - $3::int * interval '1 second',
                   closed_at = CASE WHEN $2 = 'closed' THEN clock_timestamp() END, tier = 1,
                   queue_id = (SELECT min(id) FROM queue) WHERE id = $1""",
                ticket_id,
                state,
                ago_s,
            )

    async def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        async with self.database.read() as conn:
            return [tuple(row) for row in await conn.fetch(sql, *args)]

    async def value(self, sql: str, *args: object) -> Any:
        async with self.database.read() as conn:
            return await conn.fetchval(sql, *args)


@asynccontextmanager
async def receiving(database: Database) -> AsyncIterator[Desk]:
    """A desk with two addresses of ours and somebody who writes for us."""
    async with database.transaction() as conn:
        await factories.user(conn)
        for address in (ENTRY_POINT, "sales@example.com"):
            await conn.execute(
                "INSERT INTO entry_point (channel, address, queue_id) SELECT 'email', $1, min(id) FROM queue",
                address,
            )
    async with taking(database) as intake:
        yield Desk(database, intake)


@asynccontextmanager
async def taking(database: Database) -> AsyncIterator[Intake]:
    """An intake, as a process has one."""
    intake = Intake(database, Bell(database), reopen_window_s=REOPEN_WINDOW_S)
    task = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await intake.close()
