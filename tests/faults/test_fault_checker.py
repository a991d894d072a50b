"""The checker finds what it is there to find: it is shown each wrong, and has to name it."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import factories
import pytest
from fault_checker import breaches, contradictions, contradictions_of_sending
from fault_ledger import FaultLedger, read

from channels import Address, Inbound, Raw
from contactcenter import partitions, timers
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.intake import Intake

SIDS = ("SM1", "SM2", "SM3")


@pytest.fixture
async def observer(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(dsn)
    await partitions.ensure(conn, await timers.clock(conn))
    yield conn
    await conn.close()


@pytest.fixture
async def ledger(
    dsn: str, observer: asyncpg.Connection, tmp_path: Path
) -> AsyncIterator[FaultLedger]:
    """Three messages that were sent, stored and acknowledged, as they should be."""
    database = await Database(dsn, pool_size=2).open()
    intake = Intake(database, Bell(database), reopen_window_s=3600)
    writer = asyncio.create_task(intake.run())
    ledger = FaultLedger(tmp_path / "outside.jsonl")
    for sid in SIDS:
        body = sid.encode() * random.Random(sid).randrange(1, 40_000)
        ledger.sent(sid, hashlib.sha256(body).hexdigest())
        await intake.receive([_message(sid, body)])
        ledger.answered(sid, 200, 0.01)
    yield ledger
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    await intake.close()
    await database.close()
    ledger.close()


def _message(sid: str, body: bytes) -> Inbound:
    return Inbound(
        channel="sms",
        entry_point="+982100000000",
        sender=Address(kind="phone", value="+989121234567"),
        text="hello",
        raw=Raw(body=body, content_type="application/x-www-form-urlencoded", headers={}),
        external_id=sid,
    )


async def test_what_is_right_contradicts_nothing(
    observer: asyncpg.Connection, ledger: FaultLedger
) -> None:
    assert await contradictions(observer, ledger.lines) == []
    assert await contradictions(observer, ledger.lines, only_in_ledger=True) == []
    assert await breaches(observer, settled=False) == []


async def test_a_planted_loss_is_named_with_its_timeline(
    observer: asyncpg.Connection, ledger: FaultLedger
) -> None:
    await observer.execute("DELETE FROM interaction WHERE external_id = 'SM2'")

    (found,) = await contradictions(observer, read(ledger.path))

    assert found.startswith("ACKNOWLEDGED, AND LOST: SM2\n    outside: ")
    assert "answered 200 after 0.010 s" in found
    assert found.endswith("no row")


async def test_a_message_that_was_not_acknowledged_is_not_missed(
    observer: asyncpg.Connection, ledger: FaultLedger
) -> None:
    ledger.sent("SM4", "00")
    ledger.answered("SM4", 503, 0.01)
    ledger.sent("SM5", "00")
    ledger.broken("SM5", "ServerDisconnectedError", 0.01)

    assert await contradictions(observer, ledger.lines) == []


async def test_a_planted_double_is_named_with_both_rows(
    observer: asyncpg.Connection, ledger: FaultLedger
) -> None:
    await observer.execute(
        "INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, body, state,"
        " external_id, delivery_id, occurred_at, received_at)"
        " SELECT contact_id, ticket_id, channel, direction, kind, body, state, external_id,"
        " delivery_id, occurred_at, received_at FROM interaction WHERE external_id = 'SM1'"
    )

    (found,) = await contradictions(observer, ledger.lines)

    assert found.startswith("ON THE TIMELINE TWICE: SM1")
    assert found.count("row: ") == 2


async def test_changed_bytes_are_named(observer: asyncpg.Connection, ledger: FaultLedger) -> None:
    stored = await observer.execute("UPDATE delivery SET body = 'x' WHERE body IS NOT NULL")
    chunked = await observer.execute("UPDATE blob_chunk SET bytes = 'x' WHERE position = 0")

    found = await contradictions(observer, ledger.lines)

    assert int(stored.split()[1]) + int(chunked.split()[1]) >= len(SIDS)  # both ways of keeping
    assert int(chunked.split()[1]) >= 1
    assert [text.partition("\n")[0] for text in found] == [
        f"STORED WITH OTHER BYTES: {sid}" for sid in SIDS
    ]


async def test_a_ticket_that_waits_beside_an_idle_agent_is_named(
    observer: asyncpg.Connection, ledger: FaultLedger
) -> None:
    await factories.prepare(observer)
    now = await timers.clock(observer)
    queue_id = await factories.queue(observer)
    await factories.agent(observer, now, queues=[queue_id])
    ticket = await factories.queued_ticket(observer, now, queue_id=queue_id)

    found = await breaches(observer, settled=True)

    assert found[0].startswith("NOT SO: no ticket waits beside an idle agent")
    assert f"'ticket_id': {ticket.id}" in found[0]
    assert len(found) == 3  # the three messages were never looked at, and their ticket is new


async def test_overlapping_legs_and_a_wrong_load_are_named(
    observer: asyncpg.Connection, ledger: FaultLedger
) -> None:
    await factories.prepare(observer)
    now = await timers.clock(observer)
    queue_id = await factories.queue(observer)
    agent_id = await factories.agent(observer, now, queues=[queue_id])
    ticket = await factories.queued_ticket(observer, now, queue_id=queue_id)
    await observer.execute("UPDATE agent SET load = 1 WHERE id = $1", agent_id)
    await observer.execute(
        "INSERT INTO leg (ticket_id, episode, tier, queue_id, from_at, to_at, ended_by)"
        " SELECT ticket_id, episode, tier, queue_id, from_at, from_at + interval '1 h', 'released'"
        " FROM leg WHERE ticket_id = $1",
        ticket.id,
    )

    found = await breaches(observer, settled=False)

    assert [text.partition(" (")[0] for text in found] == [
        "NOT SO: a ticket has one owner at a time: its legs do not overlap",
        "NOT SO: an agent's load is what he holds and what rings, and not above his capacity",
    ]


async def test_a_reply_the_provider_took_twice_is_named(
    observer: asyncpg.Connection, ledger: FaultLedger
) -> None:
    await _plant_reply(observer, "hello", "sent")
    provider = [{"kind": "accepted", "text": "hello", "sid": sid} for sid in ("SMa", "SMb")]

    (found,) = await contradictions_of_sending(observer, [], provider, settled=True)
    right = await contradictions_of_sending(observer, [], provider[:1], settled=True)

    assert found.startswith("TAKEN BY THE PROVIDER TWICE: hello")
    assert "SMa" in found
    assert "SMb" in found
    assert right == []


@pytest.mark.parametrize(
    ("state", "accepted", "wrong"),
    [
        ("sent", 0, "SAID TO BE SENT, AND THE PROVIDER NEVER SAW IT"),
        ("failed", 1, "SAID TO HAVE FAILED, AND THE PROVIDER TOOK IT"),
        ("queued", 0, "STILL QUEUED"),
        ("unknown", 1, "STILL UNKNOWN, THOUGH THE PROVIDER TOOK IT"),
    ],
)
async def test_an_end_that_is_not_what_the_provider_saw_is_named(
    observer: asyncpg.Connection, ledger: FaultLedger, state: str, accepted: int, wrong: str
) -> None:
    await _plant_reply(observer, "hello", state)
    provider = [{"kind": "accepted", "text": "hello", "sid": "SMa"}] * accepted

    (found,) = await contradictions_of_sending(observer, [], provider, settled=True)

    assert found.startswith(f"{wrong}: hello")


async def test_a_reply_that_was_promised_and_is_nowhere_is_named(
    observer: asyncpg.Connection, ledger: FaultLedger, tmp_path: Path
) -> None:
    replies = FaultLedger(tmp_path / "replies.jsonl")
    replies.sent("hello")
    replies.answered("hello", 201, 0.01)
    replies.close()

    (found,) = await contradictions_of_sending(observer, replies.lines, [], settled=True)

    assert found.startswith("ACKNOWLEDGED TO THE AGENT, AND LOST: hello")


async def _plant_reply(conn: asyncpg.Connection, text: str, state: str) -> None:
    author_id = await conn.fetchval(
        "INSERT INTO user_account (email, name, role) VALUES ('a@b.test', 'A', 'agent') RETURNING id"
    )
    interaction_id = await conn.fetchval(
        "INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, author_id, body,"
        " state, occurred_at, received_at)"
        " SELECT contact_id, ticket_id, 'sms', 'outbound', 'message', $1, $2, 'queued', now(), now()"
        " FROM interaction LIMIT 1 RETURNING id",
        author_id,
        text,
    )
    await conn.execute(
        "INSERT INTO outbox (interaction_id, conversation, correlation_id, state, next_at, created_at)"
        " VALUES ($1, 'c', 'k', $2, now(), now())",
        interaction_id,
        state,
    )
