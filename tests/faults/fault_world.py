"""One database over all rounds, the server under test, its provider, its customers and its staff."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from fault_checker import breaches, contradictions
from fault_ledger import FaultLedger
from fault_load import Customers
from fault_postgres import KillablePostgres
from fault_processes import ServerProcess, TwilioProcess

PASSWORD = "a long enough password"
#: Twilio itself would have given up long before; a fault of ours must not look like patience.
SETTLE_S = 60.0


class World:
    """What a fault happens to."""

    def __init__(
        self,
        *,
        postgres: KillablePostgres,
        dsn: str,
        server: ServerProcess,
        twilio: TwilioProcess,
        customers: Customers,
        chance: random.Random,
    ) -> None:
        self.postgres = postgres
        self.dsn = dsn
        self.server = server
        self.twilio = twilio
        self.customers = customers
        self.ledger = customers.ledger
        self.chance = chance

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of an observer, who is no part of the system."""
        conn = await asyncpg.connect(self.dsn)
        try:
            yield conn
        finally:
            await conn.close()

    async def hire(self, *, count: int, capacity: int) -> list[int]:
        """Agents of the first tier who are at their desks for as long as the test lasts."""
        async with self.connection() as conn:
            ids = []
            for n in range(count):
                user_id = await conn.fetchval(
                    "INSERT INTO user_account (email, name, role)"
                    " VALUES ($1, 'Agent', 'agent') RETURNING id",
                    f"agent{n}@desk.test",
                )
                await conn.execute(
                    "INSERT INTO agent (id, capacity, presence, last_seen_at)"
                    " VALUES ($1, $2, 'available', clock_timestamp() + interval '1 day')",
                    user_id,
                    capacity,
                )
                await conn.execute(
                    "INSERT INTO presence_interval (agent_id, presence, from_at)"
                    " VALUES ($1, 'available', clock_timestamp())",
                    user_id,
                )
                await conn.execute(
                    "INSERT INTO team_member SELECT DISTINCT team_id, $1::bigint FROM queue WHERE tier = 1",
                    user_id,
                )
                await conn.execute(
                    "INSERT INTO membership (agent_id, queue_id) SELECT $1, id FROM queue WHERE tier = 1",
                    user_id,
                )
                ids.append(user_id)
        return ids

    async def contradictions_of(self, first_line: int) -> list[str]:
        """Compare what the ledger holds from this line on, and ask who owns what."""
        lines = self.ledger.lines[first_line:]
        ids = {line.id for line in lines}
        whole = [line for line in self.ledger.lines if line.id in ids]
        async with self.connection() as conn:
            found = await contradictions(conn, whole, only_in_ledger=True)
            return found + await breaches(conn, settled=False)

    async def settled(self, *, within_s: float = SETTLE_S) -> list[str]:
        """What is still not as it should be when it had time to become so."""
        deadline = time.monotonic() + within_s
        async with self.connection() as conn:
            while found := await breaches(conn, settled=True):
                if time.monotonic() > deadline:
                    return found
                await asyncio.sleep(0.05)
        return []

    async def all_contradictions(self) -> list[str]:
        """Compare everything there is."""
        async with self.connection() as conn:
            return await contradictions(conn, self.ledger.lines)


@asynccontextmanager
async def opened(postgres: KillablePostgres, folder: Path, **settings: str) -> AsyncIterator[World]:
    """A new database with a server that is not started yet."""
    dsn = await postgres.new_database()
    chance = random.Random(20261122)
    twilio = TwilioProcess(folder / "provider.jsonl")
    server = None
    ledger = FaultLedger(folder / "outside.jsonl")
    try:
        account = twilio.start()
        server = ServerProcess(folder, dsn, **account, **settings)
        async with Customers(server.url, ledger, account=account, chance=chance) as customers:
            yield World(
                postgres=postgres,
                dsn=dsn,
                server=server,
                twilio=twilio,
                customers=customers,
                chance=chance,
            )
    finally:
        if server is not None:
            server.kill()
        twilio.stop()
        ledger.close()
