"""Whoever asks at one instant for mails to one address has one sent."""

import asyncio
from datetime import datetime
from typing import Any

import factories

from channels import Address, ChatRefused
from contactcenter.chats import chat_transcripts
from contactcenter.db import Conn, Database

VISITORS = 6


class Mailbox:
    """A channel by which mails go out, as far as it takes to write one."""

    missing: tuple[str, ...] = ()
    has_threads = True

    def address(self, text: str) -> Address:
        return Address(kind="email", value=text)

    def sender(self, entry_point: str) -> str:
        return entry_point


async def test_an_address_gets_one_conversation_however_many_ask_at_one_instant(
    database: Database,
) -> None:
    async with database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        queue_id = await factories.queue(conn)
        await factories.entry_point(
            conn, queue_id=queue_id, channel="email", address="help@example.com"
        )
        visitors = [await _visitor(conn, now, queue_id) for _ in range(VISITORS)]

    outcomes = await asyncio.gather(*(_ask(database, now, one) for one in visitors))

    assert sorted(outcomes) == ["sent"] + ["too_many_transcripts"] * (VISITORS - 1)
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM outbox") == 1
        told = await conn.fetchval("SELECT count(*) FROM contact WHERE attributes ? 'told_by'")
    assert told == 1


async def _visitor(conn: Conn, now: datetime, queue_id: int) -> int:
    contact_id = await factories.contact(conn)
    ticket = await factories.queued_ticket(
        conn, now, queue_id=queue_id, contact_id=contact_id, channel="webchat"
    )
    visitor_id = await factories.chat_browser(conn, now, contact_id, queue_id=queue_id)
    agent_id = await factories.user(conn)
    await factories.chat_message(conn, now, visitor_id, ticket_id=ticket.id, by_id=agent_id)
    return visitor_id


async def _ask(database: Database, now: datetime, visitor_id: int) -> str:
    channels: Any = {"email": Mailbox()}
    try:
        async with database.transaction() as conn:
            await chat_transcripts.write(
                conn, now, visitor_id, "sara@example.net", channels=channels
            )
    except ChatRefused as refused:
        return refused.code
    return "sent"
