"""Whatever a rule segment may ask for has the rules look again, in the same transaction."""

from datetime import UTC, datetime

import asyncpg
import factories
import msgspec
import pytest

from channels import Address
from contactcenter import merge_undoing, merges
from contactcenter.contacts import contacts, identities
from contactcenter.dispatch import ending, holding
from contactcenter.segmentation import segment_setting
from contactcenter.segmentation.segment_setting import Wanted
from contactcenter.tickets import tickets

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOSS = factories.actor(role="admin")


@pytest.fixture(autouse=True)
async def _prepared(conn: asyncpg.Connection) -> None:
    await factories.prepare(conn)


async def a_rule(conn: asyncpg.Connection) -> None:
    await conn.execute(
        "INSERT INTO segment_rule (key, condition, created_at, changed_at) VALUES ('x', $2, $1, $1)",
        NOW,
        {},
    )


async def asked(conn: asyncpg.Connection) -> set[int]:
    return {r["contact_id"] for r in await conn.fetch("DELETE FROM segment_check RETURNING *")}


async def made(conn: asyncpg.Connection, name: str) -> contacts.Contact:
    wanted = contacts.Contact(id=0, name=name, created_at=NOW, updated_at=NOW)
    return await contacts.create(conn, NOW, wanted, actor="system")


async def test_each_change_of_a_contact_is_followed_by_a_look(conn: asyncpg.Connection) -> None:
    await a_rule(conn)
    one = await made(conn, "Sara")
    assert await asked(conn) == {one.id}

    await contacts.change(
        conn, NOW, one, msgspec.structs.replace(one, language="fa"), actor="system"
    )
    assert await asked(conn) == {one.id}

    await identities.add(conn, NOW, one.id, Address(kind="phone", value="+441632960001"))
    assert await asked(conn) == {one.id}

    wanted = Wanted(
        place="body",
        contact_id=one.id,
        kind="customer_category",
        value="home",
        confidence=1.0,
        note=None,
        from_at=None,
        to_at=None,
    )
    await segment_setting.say(conn, NOW, [wanted], source="agent", by=BOSS)
    assert await asked(conn) == {one.id}


async def test_an_address_that_changes_hands_concerns_both(conn: asyncpg.Connection) -> None:
    await a_rule(conn)
    one = await made(conn, "Sara")
    identity = await identities.add(conn, NOW, one.id, Address(kind="phone", value="+441632960001"))
    await asked(conn)
    await identities.remove(conn, NOW, one.id, identity.id, actor="system")
    found = await asked(conn)
    assert one.id in found
    assert len(found) == 2


async def test_a_merge_and_its_undoing_are_followed_by_a_look(conn: asyncpg.Connection) -> None:
    await a_rule(conn)
    one, other = await made(conn, "Sara"), await made(conn, "Sarah")
    await asked(conn)
    merge = await merges.merge(conn, NOW, one.id, other.id, actor="system", must_read_as=None)
    assert await asked(conn) == {one.id, other.id}
    await merge_undoing.undo(conn, NOW, merge.id, actor="system", must_read_as=None)
    assert await asked(conn) == {one.id, other.id}


async def test_a_problem_that_comes_back_is_followed_by_a_look(conn: asyncpg.Connection) -> None:
    queue_id = await factories.queue(conn)
    agent_id = await factories.agent(conn, NOW, queues=[queue_id])
    ticket = await factories.queued_ticket(conn, NOW, queue_id=queue_id)
    await holding.give_to(conn, NOW, ticket.id, agent_id, actor="system", note_id=None)
    await ending.solve(
        conn, NOW, ticket.id, actor="system", disposition="solved", reopen_window_s=3600
    )
    await a_rule(conn)
    solved = await tickets.lock(conn, ticket.id)
    await ending.reopen(conn, NOW, solved, actor="customer", because="customer_wrote")
    assert solved.contact_id in await asked(conn)


async def test_nobody_is_asked_about_while_there_is_no_rule(conn: asyncpg.Connection) -> None:
    await made(conn, "Sara")
    assert await asked(conn) == set()


async def test_an_address_is_taken_up_again_from_one_who_belonged_to_a_group(
    conn: asyncpg.Connection,
) -> None:
    one = await made(conn, "Sara")
    address = Address(kind="phone", value="+441632960001")
    identity = await identities.add(conn, NOW, one.id, address)
    await identities.remove(conn, NOW, one.id, identity.id, actor="system")
    stranger_id = await conn.fetchval("SELECT contact_id FROM identity WHERE id = $1", identity.id)
    await conn.execute(
        "INSERT INTO segment (contact_id, kind, slot, value, source, confidence, actor, from_at)"
        " VALUES ($1, 'group', 'x', 'x', 'rule', 1, 'system', $2)",
        stranger_id,
        NOW,
    )
    again = await identities.add(conn, NOW, one.id, address)
    assert again.contact_id == one.id
