"""What is told of a call at one instant: nobody waits for another who waits for him."""

import asyncpg
import factories
import pytest
import recorded_calls

from contactcenter.db import Database

#: What is written of a row: its entry on the timeline, and the provider's id of a telephone.
WRITES = {
    "call": "UPDATE call SET interaction_id = (SELECT max(id) FROM interaction) WHERE id = $1",
    "call_leg": "UPDATE call_leg SET external_id = 'CA' || gen_random_uuid() WHERE call_id = $1",
}
#: What is stored just now and points at it: a hook, and something to be done with a telephone.
POINTERS = {
    "call": "INSERT INTO call_hook (key, call_id, name, told, received_at)"
    " VALUES ('held', $1, 'call_status', '[]', now())",
    "call_leg": "INSERT INTO call_command (call_id, leg_id, verb, due_at, created_at)"
    " SELECT call_id, id, 'hang_up', now(), now() FROM call_leg WHERE call_id = $1",
}


@pytest.fixture
async def call_id(database: Database) -> int:
    async with database.transaction() as conn:
        entry_point_id = await recorded_calls.number(conn)
        now = await conn.fetchval("SELECT now()")
        await conn.execute(
            "INSERT INTO interaction (contact_id, entry_point_id, channel, direction, kind, body, state,"
            " occurred_at, received_at) VALUES ($1, $2, 'phone', 'inbound', 'voicemail', '',"
            " 'received', now(), now())",
            await factories.contact(conn),
            entry_point_id,
        )
        return await recorded_calls.call(conn, now, entry_point_id=entry_point_id)


@pytest.mark.parametrize("table", list(WRITES))
async def test_a_row_is_written_while_others_begin_to_point_at_it(
    database: Database, call_id: int, table: str
) -> None:
    async with database.transaction() as hook, database.transaction() as conn:
        await hook.execute(POINTERS[table], call_id)
        await conn.execute("SET LOCAL lock_timeout = '200ms'")
        try:
            assert await conn.execute(WRITES[table], call_id) == "UPDATE 1"
        except asyncpg.LockNotAvailableError:
            pytest.fail(f"a column of {table} that is written later is in a plain unique index")
