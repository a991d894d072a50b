"""A visitor who is gone is answered by another channel, and his answer finds its ticket."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import factories
import pytest
from chat_lines import CHANNELS
from mail_desk import Desk, receiving
from mails import mail

from channels import Address, Details, Inbound, Raw
from contactcenter import desk, timeline
from contactcenter.addressing import Letter
from contactcenter.chatroom import chat_forwarding
from contactcenter.chatroom.chat_forwarding import By
from contactcenter.chats import chat_addresses, chat_views
from contactcenter.db import Conn, Database
from contactcenter.errors import BadInput
from contactcenter.outbound.opt_outs import OptedOut
from contactcenter.tickets import tickets

NOW = datetime.now(UTC)
SARA = "sara@example.net"
PHONE = "+989121112233"
OURS = "+982100000001"


class Chat:
    """A ticket of a visitor, its holder, and what is done with it."""

    def __init__(self, centre: Desk, ticket_id: int, visitor_id: int, agent_id: int) -> None:
        self.centre = centre
        self.ticket_id, self.visitor_id, self.agent_id = ticket_id, visitor_id, agent_id
        self._letters = 0

    async def tells(self, **details: str) -> None:
        async with self.centre.database.transaction() as conn:
            told = Details(**details)
            await chat_addresses.tell(conn, NOW, self.visitor_id, told, channels=CHANNELS)

    async def says(self, text: str = "Hello?", *, is_left: bool = False) -> int:
        async with self.centre.database.transaction() as conn:
            return await factories.chat_message(
                conn, NOW, self.visitor_id, ticket_id=self.ticket_id, text=text, is_left=is_left
            )

    async def is_answered(self, text: str = "Done.", **letter: Any) -> timeline.Interaction:
        async with self.centre.database.transaction() as conn:
            self._letters += 1
            reply_id = await desk.reply(
                conn,
                NOW,
                self.ticket_id,
                Letter(text=text, correlation_id=f"{self._letters:032x}", **letter),
                author_id=self.agent_id,
                actor="user:1",
                channels=CHANNELS,
            )
            return await timeline.find(conn, reply_id)

    async def forwards(self, reply_id: int, **by: Any) -> timeline.Interaction:
        async with self.centre.database.transaction() as conn:
            self._letters += 1
            sent_id = await chat_forwarding.forward(
                conn,
                NOW,
                await tickets.lock(conn, self.ticket_id),
                await timeline.find(conn, reply_id),
                By(**by),
                correlation_id=f"{self._letters:032x}",
                author_id=self.agent_id,
                actor="user:1",
                channels=CHANNELS,
            )
            return await timeline.find(conn, sent_id)

    async def recipient_of(self, sent: timeline.Interaction) -> str:
        return await self.centre.value("SELECT value FROM identity WHERE id = $1", sent.identity_id)

    async def view(self) -> chat_views.ChatView:
        async with self.centre.database.read() as conn:
            ticket = await tickets.find(conn, self.ticket_id)
            return await chat_views.of_ticket(conn, NOW, ticket, CHANNELS)


@pytest.fixture
async def chat(database: Database) -> AsyncIterator[Chat]:
    async with receiving(database) as centre:
        async with database.transaction() as conn:
            made = await _chat(conn, centre)
        yield made


async def _chat(conn: Conn, centre: Desk) -> Chat:
    queue_id = await conn.fetchval("SELECT min(id) FROM queue")
    await factories.entry_point(conn, queue_id=await factories.queue(conn), address=OURS)
    contact_id = await factories.contact(conn)
    await conn.execute("DELETE FROM identity WHERE contact_id = $1", contact_id)
    ticket = await factories.queued_ticket(
        conn, NOW, queue_id=queue_id, contact_id=contact_id, channel="webchat"
    )
    visitor_id = await factories.chat_browser(conn, NOW, contact_id, queue_id=queue_id)
    return Chat(centre, ticket.id, visitor_id, await factories.user(conn))


def text_message(n: int, *, sender: str = PHONE) -> Inbound:
    return Inbound(
        channel="sms",
        entry_point=OURS,
        sender=Address(kind="phone", value=sender),
        text="Thank you",
        raw=Raw(body=b"n=%d" % n, content_type="application/x-www-form-urlencoded"),
        external_id=f"SM{n}",
    )


async def test_a_left_message_is_answered_where_he_asked_for_it(chat: Chat) -> None:
    await chat.says(is_left=True)
    await chat.tells(email=SARA)

    sent = await chat.is_answered()

    assert (sent.channel, await chat.recipient_of(sent)) == ("email", SARA)
    assert [way.is_default for way in (await chat.view()).ways] == [True]


async def test_what_was_left_without_a_usable_address_is_answered_in_the_chat(chat: Chat) -> None:
    await chat.says(is_left=True)

    assert (await chat.is_answered()).channel == "webchat"


async def test_who_is_back_in_the_chat_is_answered_there(chat: Chat) -> None:
    await chat.says(is_left=True)
    await chat.tells(email=SARA)
    await chat.says("I am back")

    assert (await chat.is_answered()).channel == "webchat"
    assert [way.is_default for way in (await chat.view()).ways] == [False]


async def test_the_agent_may_answer_in_the_chat_all_the_same(chat: Chat) -> None:
    await chat.says(is_left=True)
    await chat.tells(email=SARA)
    view = await chat.view()

    assert (await chat.is_answered(entry_point_id=view.entry_point_id)).channel == "webchat"


async def test_a_reply_is_kept_in_the_chat_and_goes_on_by_mail_once(chat: Chat) -> None:
    await chat.says()
    await chat.tells(email=SARA)
    reply_id = await kept_reply(chat)

    sent = await chat.forwards(reply_id)

    assert (sent.channel, sent.body, sent.ticket_id) == (
        "email",
        "It is on its way.",
        chat.ticket_id,
    )
    assert await chat.recipient_of(sent) == SARA
    assert [(one.interaction_id, one.forwarded_as_id) for one in (await chat.view()).kept] == [
        (reply_id, sent.id)
    ]
    told = await chat.centre.value("SELECT data FROM event WHERE kind = 'reply_forwarded'")
    assert told == {"interaction_id": reply_id, "forwarded_as_id": sent.id, "channel": "email"}
    with pytest.raises(chat_forwarding.NotForwardable):
        await chat.forwards(reply_id)


async def test_its_files_go_with_it(chat: Chat) -> None:
    await chat.says()
    await chat.tells(email=SARA)
    reply_id = await kept_reply(chat)
    async with chat.centre.database.transaction() as conn:
        await conn.execute("INSERT INTO blob (sha256, size_bytes) VALUES (sha256('file'), 4)")
        await conn.execute(
            """INSERT INTO attachment (interaction_id, name, content_type, size_bytes, sha256, token)
               VALUES ($1, 'plan.pdf', 'application/pdf', 4, sha256('file'), 'secret')""",
            reply_id,
        )

    sent = await chat.forwards(reply_id)

    files = await chat.centre.rows(
        "SELECT name, sha256 = sha256('file'), token <> 'secret' FROM attachment"
        " WHERE interaction_id = $1",
        sent.id,
    )
    assert files == [("plan.pdf", True, True)]


async def test_what_he_has_read_does_not_go_on(chat: Chat) -> None:
    await chat.tells(email=SARA)
    message_id = await chat.says()

    for interaction_id in (message_id, await kept_reply(chat, state="read")):
        with pytest.raises(chat_forwarding.NotForwardable):
            await chat.forwards(interaction_id)


async def test_without_an_address_nothing_goes_on(chat: Chat) -> None:
    await chat.says()
    reply_id = await kept_reply(chat)

    with pytest.raises(chat_forwarding.WayClosed) as closed:
        await chat.forwards(reply_id)

    assert closed.value.data["why_not"] == "no_address"


async def test_only_ways_to_this_visitor_are_ways(chat: Chat) -> None:
    await chat.says()
    await chat.tells(email=SARA)
    reply_id = await kept_reply(chat)
    async with chat.centre.database.transaction() as conn:
        other = await factories.contact(conn)
        foreign = await factories.identity(conn, other, kind="email", value="x@example.net")

    with pytest.raises(BadInput, match="no address 999"):
        await chat.forwards(reply_id, told_id=999)
    with pytest.raises(BadInput, match="no way by address"):
        await chat.forwards(reply_id, identity_id=foreign)


async def test_who_wants_no_messages_gets_none_by_what_a_visitor_tells(chat: Chat) -> None:
    async with chat.centre.database.transaction() as conn:
        anna = await factories.contact(conn)
        phone = await factories.identity(conn, anna, value=PHONE)
        await conn.execute(
            "INSERT INTO opt_out (identity_id, channel, sender, source, from_at)"
            " VALUES ($1, 'sms', $2, 'customer', $3)",
            phone,
            OURS,
            NOW,
        )
    await chat.says()
    await chat.tells(phone=PHONE)

    with pytest.raises(OptedOut):
        await chat.forwards(await kept_reply(chat))


async def test_an_answer_by_mail_lands_on_the_same_ticket_and_is_answered_by_mail(
    chat: Chat,
) -> None:
    await chat.says()
    await chat.tells(email=SARA)
    sent = await chat.forwards(await kept_reply(chat))
    message_id = await chat.centre.value(
        "SELECT message_id FROM mail WHERE interaction_id = $1", sent.id
    )

    landed = await chat.centre.takes(mail(1, sender=SARA, answers=(message_id,)))
    again = await chat.is_answered()

    assert landed == [chat.ticket_id]
    assert (again.channel, await chat.recipient_of(again)) == ("email", SARA)


async def test_an_answer_by_text_message_lands_on_the_same_ticket(chat: Chat) -> None:
    await chat.says()
    await chat.tells(phone=PHONE)
    await chat.forwards(await kept_reply(chat))

    landed = await chat.centre.takes(text_message(1))
    again = await chat.is_answered()
    await chat.says("Back again")
    in_chat = await chat.is_answered()

    assert landed == [chat.ticket_id]
    assert (again.channel, await chat.recipient_of(again)) == ("sms", PHONE)
    assert in_chat.channel == "webchat"


async def test_it_lands_there_as_long_as_the_ticket_can_come_back(chat: Chat) -> None:
    await chat.says()
    await chat.tells(phone=PHONE)
    await chat.forwards(await kept_reply(chat))

    await chat.centre.put(chat.ticket_id, "solved", ago_s=60)
    within = await chat.centre.takes(text_message(1))
    await chat.centre.put(chat.ticket_id, "closed", ago_s=60)
    [after] = await chat.centre.takes(text_message(2))

    assert within == [chat.ticket_id]
    assert after != chat.ticket_id


async def test_somebody_known_who_has_a_problem_of_his_own_there_goes_on_with_that(
    chat: Chat,
) -> None:
    [own] = await chat.centre.takes(text_message(1))
    await chat.says()
    await chat.tells(phone=PHONE)
    await chat.forwards(await kept_reply(chat))

    assert await chat.centre.takes(text_message(2)) == [own]


async def test_what_the_true_owner_writes_is_never_the_visitors(chat: Chat) -> None:
    await chat.says()
    await chat.tells(email=SARA, phone=PHONE)
    await chat.forwards(await kept_reply(chat))

    [ticket_id] = await chat.centre.takes(mail(1, sender=SARA, subject="Another matter"))

    assert ticket_id != chat.ticket_id
    owners = await chat.centre.rows(
        "SELECT count(DISTINCT contact_id)::int FROM ticket WHERE id = ANY ($1::bigint[])",
        [ticket_id, chat.ticket_id],
    )
    assert owners == [(2,)]


async def kept_reply(chat: Chat, *, state: str = "sent") -> int:
    """A reply in the chat that its visitor has not seen."""
    async with chat.centre.database.transaction() as conn:
        return await factories.chat_message(
            conn,
            NOW,
            chat.visitor_id,
            ticket_id=chat.ticket_id,
            text="It is on its way.",
            by_id=chat.agent_id,
            state=state,
        )
