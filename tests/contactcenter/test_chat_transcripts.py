"""A visitor gets his conversation by mail, and nobody can have us write to strangers by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest
from chat_lines import CHANNELS, Post

from channels import ChatRefused
from contactcenter.chats import chat_transcripts
from contactcenter.db import Conn

NOW = datetime(2026, 3, 21, 10, tzinfo=UTC)
SARA = "sara@example.net"
HELP = "help@example.com"


async def _chat(conn: Conn, *, is_answered: bool = True, language: str = "en") -> tuple[int, int]:
    """A visitor who asked something, and his contact."""
    if not await conn.fetchval("SELECT count(*) FROM entry_point WHERE address = $1", HELP):
        queue_id = await factories.queue(conn)
        await factories.entry_point(conn, queue_id=queue_id, channel="email", address=HELP)
    queue_id = await factories.queue(conn)
    contact_id = await factories.contact(conn)
    ticket = await factories.queued_ticket(
        conn, NOW, queue_id=queue_id, contact_id=contact_id, channel="webchat"
    )
    visitor_id = await factories.chat_browser(conn, NOW, contact_id, queue_id=queue_id)
    await conn.execute("UPDATE chat_visitor SET language = $2 WHERE id = $1", visitor_id, language)
    await factories.chat_message(
        conn, NOW, visitor_id, ticket_id=ticket.id, text="Buy at https://evil.example"
    )
    if is_answered:
        agent_id = await factories.user(conn, name="Bahar")
        await factories.chat_message(
            conn, NOW, visitor_id, ticket_id=ticket.id, text="No.", by_id=agent_id
        )
    return visitor_id, contact_id


async def _send(
    conn: Conn, visitor_id: int, address: str = SARA, *, after: timedelta = timedelta(), **more: Any
) -> int:
    channels = more.get("channels", CHANNELS)
    return await chat_transcripts.write(conn, NOW + after, visitor_id, address, channels=channels)


async def _refusal(conn: Conn, visitor_id: int, address: str = SARA, **more: Any) -> str:
    with pytest.raises(ChatRefused) as refused:
        await _send(conn, visitor_id, address, **more)
    return refused.value.code


async def test_the_conversation_goes_out_as_a_mail_that_belongs_to_its_ticket(world: Conn) -> None:
    visitor_id, contact_id = await _chat(world)

    sent_id = await _send(world, visitor_id, "Sara@Example.net")

    row = await world.fetchrow(
        """SELECT i.kind, i.channel, i.state, i.author_id, i.contact_id, m.subject, m.automatic, m."to",
                  o.state AS sending, d.value, i.body, i.ticket_id
           FROM interaction i JOIN mail m ON m.interaction_id = i.id
           JOIN outbox o ON o.interaction_id = i.id JOIN identity d ON d.id = i.identity_id
           WHERE i.id = $1""",
        sent_id,
    )
    assert tuple(row)[:-2] == (
        "transcript", "email", "queued", None, contact_id,
        f"Your chat with us [#{row['ticket_id']}]", True, [{"name": "", "address": SARA}],
        "queued", SARA,
    )  # fmt: skip
    assert "10:00 Bahar:\nNo." in row["body"]
    assert "evil" not in row["body"]
    told = await world.fetchval("SELECT data FROM event WHERE kind = 'transcript_written'")
    assert told == {"interaction_id": sent_id, "channel": "email"}


async def test_a_persian_visitor_gets_it_in_persian(world: Conn) -> None:
    visitor_id, _ = await _chat(world, language="fa")

    body = await world.fetchval(
        "SELECT body FROM interaction WHERE id = $1", await _send(world, visitor_id)
    )

    assert "شنبه ۱ فروردین ۱۴۰۵\n\n۱۰:۰۰ شما:\nBuy at [پیوند]" in body


async def test_his_own_address_gets_his_links_too(world: Conn) -> None:
    visitor_id, contact_id = await _chat(world)
    await factories.identity(world, contact_id, kind="email", value=SARA)

    body = await world.fetchval(
        "SELECT body FROM interaction WHERE id = $1", await _send(world, visitor_id)
    )

    assert "https://evil.example" in body


async def test_where_no_agent_has_answered_there_is_nothing_to_send(world: Conn) -> None:
    visitor_id, _ = await _chat(world, is_answered=False)

    assert await _refusal(world, visitor_id) == "nothing_to_send"


async def test_an_address_gets_one_a_day_whoever_asks(world: Conn) -> None:
    visitor_id, _ = await _chat(world)
    other_id, _ = await _chat(world)
    await _send(world, visitor_id)

    assert await _refusal(world, visitor_id) == "too_many_transcripts"
    assert await _refusal(world, other_id) == "too_many_transcripts"
    assert await _send(world, other_id, after=timedelta(days=1, seconds=1))


async def test_a_visitor_has_it_sent_to_one_strange_address_a_day(world: Conn) -> None:
    visitor_id, _ = await _chat(world)
    await _send(world, visitor_id)

    assert await _refusal(world, visitor_id, "other@example.net") == "too_many_transcripts"


async def test_his_own_address_gets_three_a_day(world: Conn) -> None:
    visitor_id, contact_id = await _chat(world)
    await factories.identity(world, contact_id, kind="email", value=SARA)

    for _ in range(chat_transcripts.TO_HIS_OWN):
        await _send(world, visitor_id)

    assert await _refusal(world, visitor_id) == "too_many_transcripts"


async def test_a_visitor_gets_three_a_day_however_many_addresses_he_has(world: Conn) -> None:
    visitor_id, contact_id = await _chat(world)
    addresses = [f"sara{n}@example.net" for n in range(chat_transcripts.FOR_VISITOR + 1)]
    for address in addresses:
        await factories.identity(world, contact_id, kind="email", value=address)

    for address in addresses[:-1]:
        await _send(world, visitor_id, address)

    assert await _refusal(world, visitor_id, addresses[-1]) == "too_many_transcripts"


async def test_everybody_together_has_a_cap(world: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_transcripts, "FROM_US", 2)
    visitors = [(await _chat(world))[0] for _ in range(3)]

    for n in range(2):
        await _send(world, visitors[n], f"v{n}@example.net")

    assert await _refusal(world, visitors[2], "v2@example.net") == "too_many_transcripts"
    assert await _send(world, visitors[2], "v2@example.net", after=timedelta(hours=1, seconds=1))


async def test_who_wants_no_mail_gets_none_and_neither_do_we_ourselves(world: Conn) -> None:
    visitor_id, _ = await _chat(world)
    anna = await factories.contact(world)
    mailbox = await factories.identity(world, anna, kind="email", value=SARA)
    await world.execute(
        """INSERT INTO opt_out (identity_id, channel, sender, source, from_at)
           VALUES ($1, 'email', $2, 'customer', $3)""",
        mailbox,
        HELP,
        NOW,
    )

    assert await _refusal(world, visitor_id) == "address_refused"
    assert await _refusal(world, visitor_id, HELP) == "address_refused"
    assert await world.fetchval("SELECT count(*) FROM outbox") == 0


@pytest.mark.parametrize("address", ["", "nobody", " "])
async def test_what_is_no_address_is_refused(world: Conn, address: str) -> None:
    visitor_id, _ = await _chat(world)

    assert await _refusal(world, visitor_id, address) == "bad_email"


async def test_without_mail_there_is_none(world: Conn) -> None:
    visitor_id, _ = await _chat(world)
    silent = Post("email", has_threads=True)
    silent.missing = ("email_smtp_host",)

    code = await _refusal(world, visitor_id, channels={**CHANNELS, "email": silent})

    assert code == "not_available"


async def test_what_was_said_about_another_problem_is_not_in_it(world: Conn) -> None:
    visitor_id, contact_id = await _chat(world)
    later = await factories.queued_ticket(
        world,
        NOW,
        queue_id=await factories.queue(world),
        contact_id=contact_id,
        channel="webchat",
    )
    agent_id = await factories.user(world, name="Dara")
    await factories.chat_message(
        world, NOW, visitor_id, ticket_id=later.id, text="Now this.", by_id=agent_id
    )

    body = await world.fetchval(
        "SELECT body FROM interaction WHERE id = $1", await _send(world, visitor_id)
    )

    assert "Now this." in body
    assert "Bahar" not in body
