"""What consoles and the visitors of web chats tell one another over the feed, and nobody stores."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import factories
import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient
from consoles import PATIENCE_S, Console, opened

from contactcenter import api
from contactcenter.api import feed as feed_api
from contactcenter.api import feed_commands
from contactcenter.api.services import Services
from contactcenter.feed import Feed

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
async def feed(services: Services) -> AsyncIterator[Feed]:
    feed = Feed(services.db, services.bell)
    task = asyncio.create_task(feed.run())
    yield feed
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def client(aiohttp_client: Any, services: Services, feed: Feed) -> TestClient:
    """The application with the feed in it."""
    app = web.Application()
    api.install(app, services)
    feed_api.install(app, feed)
    return await aiohttp_client(app, cookie_jar=DummyCookieJar())


@pytest.fixture
def told(services: Services) -> list[dict[str, Any]]:
    """What visitors are told meanwhile."""
    heard: list[dict[str, Any]] = []
    services.bell.listen("visitors", heard.append)
    return heard


class Chat:
    """A ticket on which somebody chats, and the team whose it is."""

    def __init__(self, ticket_id: int, visitor_id: int, contact_id: int, team_id: int) -> None:
        self.ticket_id = ticket_id
        self.visitor_id = visitor_id
        self.contact_id = contact_id
        self.team_id = team_id


@pytest.fixture
async def chat(table: Any) -> Chat:
    await factories.prepare(table)
    team_id = await factories.team(table)
    queue_id = await factories.queue(table, team_id=team_id)
    entry_point_id = await factories.entry_point(
        table, queue_id=queue_id, channel="webchat", address="kiosk"
    )
    ticket = await factories.queued_ticket(
        table, NOW, queue_id=queue_id, channel="webchat", entry_point_id=entry_point_id
    )
    visitor_id = await factories.chat_visitor(table, NOW, ticket_id=ticket.id)
    return Chat(ticket.id, visitor_id, ticket.contact_id, team_id)


async def holds(table: Any, agent_id: int, ticket_id: int) -> None:
    """Let the agent have the ticket, as an assignment leaves it."""
    await table.execute(
        "UPDATE ticket SET state = 'assigned', agent_id = $1 WHERE id = $2", agent_id, ticket_id
    )


async def pinged(console: Console) -> list[Any]:
    """The signals told before the answer to a ping, which comes behind everything."""
    await asyncio.sleep(0)
    console._id += 1
    await console.socket.send_json({"id": console._id, "type": "ping"})
    frames = []
    while (frame := await console.frame())["type"] != "result":
        frames.append(frame)
    return [frame for frame in frames if frame["type"] == "signal"]


async def signalled(console: Console) -> Any:
    """The next signal, whatever else the feed tells meanwhile."""
    while (frame := await console.frame())["type"] != "signal":
        assert frame["type"] == "event"
    return frame


# From visitors to consoles ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["visitor_typing", "visitor_came", "visitor_left", "visitor_read"])
async def test_who_may_read_the_ticket_is_told_what_its_visitor_does(
    kind, agent, services, table, chat
):
    await factories.join_teams(table, agent.user_id, chat.team_id)
    async with opened(agent) as console:
        await console.command("subscribe")
        services.bell.signal("consoles", {"kind": kind, "ticket_id": chat.ticket_id})

        assert await signalled(console) == {
            "type": "signal",
            "kind": kind,
            "ticket_id": chat.ticket_id,
            "contact_id": chat.contact_id,
        }


async def test_who_may_not_read_the_ticket_is_told_nothing_of_its_visitor(
    agent, staff, services, table, chat
):
    mate = await staff.signed_in("agent")
    await factories.join_teams(table, mate.user_id, chat.team_id)
    async with opened(agent) as stranger, opened(mate) as console:
        await stranger.command("subscribe")
        await console.command("subscribe")
        services.bell.signal("consoles", {"kind": "visitor_typing", "ticket_id": chat.ticket_id})

        await signalled(console)  # it is through
        assert await pinged(stranger) == []


async def test_a_signal_of_no_known_kind_or_ticket_is_told_to_nobody(admin, services, chat):
    async with opened(admin) as console:
        await console.command("subscribe")
        for signal in (
            {"kind": "visitor_sneezed", "ticket_id": chat.ticket_id},
            {"kind": "visitor_typing", "ticket_id": 987_654_321},
            {"kind": "visitor_typing", "ticket_id": "x"},
            {"kind": "visitor_typing"},
        ):
            services.bell.signal("consoles", signal)
        services.bell.signal("consoles", {"kind": "visitor_left", "ticket_id": chat.ticket_id})

        assert (await signalled(console))["kind"] == "visitor_left"


async def test_the_same_signal_again_and_again_is_told_once(admin, services, chat):
    async with opened(admin) as console:
        await console.command("subscribe")
        for _ in range(20):
            services.bell.signal(
                "consoles", {"kind": "visitor_typing", "ticket_id": chat.ticket_id}
            )

        assert (await signalled(console))["kind"] == "visitor_typing"
        assert await pinged(console) == []


# From consoles to visitors ------------------------------------------------------------------


async def test_the_visitor_is_told_that_the_holder_writes_and_by_name(agent, table, chat, told):
    await holds(table, agent.user_id, chat.ticket_id)
    name = await table.fetchval("SELECT name FROM user_account WHERE id = $1", agent.user_id)
    async with opened(agent) as console:
        assert (await console.command("typing", ticket_id=chat.ticket_id))["success"]

    assert told == [{"kind": "typing", "ticket_id": chat.ticket_id, "agent": name}]


async def test_the_visitor_is_told_once_a_second_at_most(agent, table, chat, told, monkeypatch):
    await holds(table, agent.user_id, chat.ticket_id)
    monkeypatch.setattr(feed_commands, "TYPING_EVERY_S", PATIENCE_S * 10)
    async with opened(agent) as console:
        for _ in range(5):
            assert (await console.command("typing", ticket_id=chat.ticket_id))["success"]

    assert len(told) == 1


async def test_that_a_message_was_read_is_noted_told_and_never_goes_back(agent, table, chat, told):
    first = await table.fetchval("SELECT interaction_id FROM chat_line")
    second = await factories.interaction(table, NOW, ticket_id=chat.ticket_id)
    await table.execute(
        "INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, at)"
        " VALUES ($1, 2, 'message', $2, $3)",
        chat.visitor_id, second, NOW,
    )  # fmt: skip
    await table.execute("UPDATE chat_visitor SET last_sequence = 2")
    await holds(table, agent.user_id, chat.ticket_id)
    async with opened(agent) as console:
        for interaction_id in (second, first, second):
            read = await console.command(
                "read", ticket_id=chat.ticket_id, interaction_id=interaction_id
            )
            assert read["success"]

    assert await table.fetchval("SELECT read_sequence FROM chat_visitor") == 2
    assert told == [{"kind": "read", "ticket_id": chat.ticket_id}]


@pytest.mark.parametrize("kind", ["typing", "read"])
async def test_only_who_may_answer_tells_the_visitor_anything(kind, staff, table, chat, told):
    agent = await staff.signed_in("agent")
    said: dict[str, Any] = {"ticket_id": chat.ticket_id}
    if kind == "read":
        said["interaction_id"] = await table.fetchval("SELECT interaction_id FROM chat_line")

    async def refusal(caller: Any, **more: Any) -> str:
        async with opened(caller) as console:
            return (await console.command(kind, **{**said, **more}))["error"]["code"]

    assert await refusal(agent) == "no_ticket"  # another team's
    await factories.join_teams(table, agent.user_id, chat.team_id)
    assert await refusal(agent) == "not_your_ticket"  # a colleague's, or nobody's
    lead = await staff.signed_in("supervisor")
    assert await refusal(lead) == "no_ticket"
    await factories.join_teams(table, lead.user_id, chat.team_id)
    assert await refusal(lead, ticket_id=987_654_321) == "no_ticket"
    async with opened(lead) as console:
        assert (await console.command(kind, **said))["success"]

    assert len(told) == 1
    await table.execute("UPDATE team SET restricted = true")
    await table.execute("DELETE FROM team_member")
    async with opened(lead) as console:
        assert (await console.command(kind, **said))["error"]["code"] == "no_ticket"
    assert len(told) == 1


@pytest.mark.parametrize("kind", ["typing", "read"])
async def test_a_socket_loses_its_right_with_the_ticket_not_with_its_end(
    kind, agent, table, chat, told
):
    await holds(table, agent.user_id, chat.ticket_id)
    said: dict[str, Any] = {"ticket_id": chat.ticket_id}
    if kind == "read":
        said["interaction_id"] = await table.fetchval("SELECT interaction_id FROM chat_line")
    async with opened(agent) as console:
        assert (await console.command(kind, **said))["success"]
        await table.execute("UPDATE ticket SET state = 'waiting', agent_id = NULL")

        assert (await console.command(kind, **said))["error"]["code"] == "no_ticket"


async def test_a_token_that_may_not_write_tells_the_visitor_nothing(staff, table, chat, told):
    person = await staff.account("admin")
    program = await staff.token_of(person, "read")
    async with opened(program, Accept="x") as console:
        for kind, more in (("typing", {}), ("read", {"interaction_id": 1})):
            refused = await console.command(kind, ticket_id=chat.ticket_id, **more)
            assert refused["error"]["code"] == "scope_missing"

    assert told == []


async def test_a_ticket_on_which_nobody_chats_is_said_to_be_none(admin, table, chat, told):
    await table.execute("DELETE FROM chat_line")
    await table.execute("DELETE FROM chat_visitor")
    said = await table.fetchval("SELECT id FROM interaction")
    async with opened(admin) as console:
        typing = await console.command("typing", ticket_id=chat.ticket_id)
        read = await console.command("read", ticket_id=chat.ticket_id, interaction_id=said)

    assert typing["error"]["code"] == read["error"]["code"] == "no_chat"
    assert told == []


async def test_a_message_of_another_ticket_is_not_read_by_this_one(admin, table, chat, told):
    other = await factories.ticket(
        table, NOW, intake_queue_id=await factories.queue(table), channel="webchat",
        entry_point_id=await table.fetchval("SELECT id FROM entry_point WHERE address = 'kiosk'"),
    )  # fmt: skip
    await factories.chat_visitor(table, NOW, ticket_id=other)
    said = await table.fetchval("SELECT id FROM interaction WHERE ticket_id = $1", other)
    async with opened(admin) as console:
        await console.command("read", ticket_id=chat.ticket_id, interaction_id=said)

    assert await table.fetch("SELECT id FROM chat_visitor WHERE read_sequence > 0") == []
    assert told == []
