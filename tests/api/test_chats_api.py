"""Agents see who chats, and send replies on to who is gone."""

import asyncio

import aiohttp
import factories
import pytest

import channels
from channels import Details
from contactcenter.chats import chat_addresses

SARA = "sara@example.net"
PHONE = "+989121112233"


@pytest.fixture
async def all_channels(settings):
    """Mail can be sent, text messages cannot."""
    async with aiohttp.ClientSession() as http:
        built = channels.load(
            channels.Env(
                settings={"smtp_host": "127.0.0.1"},
                public_url="http://desk.test",
                region=settings.region,
                http=http,
            )
        )
        yield built
        for channel in built.values():
            await channel.close()


@pytest.fixture
async def chat(table, admin, all_channels):
    """A ticket of the caller's with a chat whose visitor is gone; a reply that he has not seen."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await table.fetchval("SELECT min(id) FROM queue")
    contact_id = await factories.contact(table, name="Sara")
    await table.execute("DELETE FROM identity WHERE contact_id = $1", contact_id)
    ticket = await factories.queued_ticket(
        table, now, queue_id=queue_id, contact_id=contact_id, channel="webchat"
    )
    visitor_id = await factories.chat_browser(table, now, contact_id, queue_id=queue_id)
    await factories.chat_message(table, now, visitor_id, ticket_id=ticket.id)
    reply_id = await factories.chat_message(
        table, now, visitor_id, ticket_id=ticket.id, text="Done.", by_id=admin.user_id
    )
    await chat_addresses.tell(
        table, now, visitor_id, Details(email=SARA, phone=PHONE), channels=all_channels
    )
    await factories.entry_point(
        table, queue_id=queue_id, channel="email", address="help@example.com"
    )
    return ticket.id, reply_id


async def test_a_chat_shows_who_is_gone_and_how_to_reach_him(admin, chat, table):
    ticket_id, reply_id = chat

    view = await admin("GET", f"/tickets/{ticket_id}/chat", status=200)

    left_at = await table.fetchval("SELECT left_at FROM chat_visitor")
    assert not view["present"]
    assert view["gone_since"] == left_at.isoformat().replace("+00:00", "Z")
    assert [one["interaction_id"] for one in view["kept"]] == [reply_id]
    assert [(w["address"], w["channel"], w["allowed"], w["why_not"]) for w in view["ways"]] == [
        (PHONE, "sms", False, "not_set_up"),
        (SARA, "email", True, None),
    ]
    assert not any(way["verified"] or way["is_default"] for way in view["ways"])


async def test_a_ticket_without_a_chat_has_none(admin, chat, table):
    now = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await table.fetchval("SELECT min(id) FROM queue")
    ticket = await factories.queued_ticket(table, now, queue_id=queue_id)

    await admin("GET", f"/tickets/{ticket.id}/chat", status=404)


async def test_a_reply_goes_on_and_shows_as_a_mail(admin, chat):
    ticket_id, reply_id = chat

    sent = await admin("POST", f"/interactions/{reply_id}/forwardings", {}, status=201)
    view = await admin("GET", f"/tickets/{ticket_id}/chat", status=200)

    assert (sent["channel"], sent["body"], sent["ticket_id"]) == ("email", "Done.", ticket_id)
    assert [one["forwarded_as_id"] for one in view["kept"]] == [sent["id"]]


async def test_a_closed_way_says_why(admin, chat):
    ticket_id, reply_id = chat
    view = await admin("GET", f"/tickets/{ticket_id}/chat", status=200)
    body = {"told_id": view["ways"][0]["told_id"]}

    problem = await admin("POST", f"/interactions/{reply_id}/forwardings", body, status=409)

    assert (problem["code"], problem["why_not"]) == ("way_closed", "not_set_up")


async def test_two_who_send_one_reply_on_send_it_once(admin, chat, table):
    _, reply_id = chat
    path = f"/interactions/{reply_id}/forwardings"

    answers = await asyncio.gather(*(admin.send("POST", path, {}) for _ in range(4)))

    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert await table.fetchval("SELECT count(*) FROM outbox") == 1


async def test_two_ways_at_once_are_refused(admin, chat):
    _, reply_id = chat
    body = {"told_id": 1, "identity_id": 1}

    problem = await admin("POST", f"/interactions/{reply_id}/forwardings", body, status=422)

    assert problem["field"] == "body.identity_id"
