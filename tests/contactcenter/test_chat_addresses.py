"""What visitors of web chats say of themselves, and the ways to answer who is gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import msgspec
import pytest
from chat_lines import CHANNELS

from channels import ChatRefused, Details
from contactcenter.chats import chat_addresses, chat_views, chat_ways
from contactcenter.contacts import contacts, identities
from contactcenter.db import Conn
from contactcenter.tickets import tickets

NOW = datetime(2026, 3, 21, 10, tzinfo=UTC)


async def _chat(conn: Conn, **columns: Any) -> tuple[int, int]:
    """A ticket with one message of a visitor, and the visitor."""
    queue_id = await factories.queue(conn)
    contact_id = await factories.contact(conn)
    await conn.execute("DELETE FROM identity WHERE contact_id = $1", contact_id)
    ticket = await factories.queued_ticket(
        conn, NOW, queue_id=queue_id, contact_id=contact_id, channel="webchat"
    )
    visitor_id = await factories.chat_browser(conn, NOW, contact_id, queue_id=queue_id)
    await factories.chat_message(conn, NOW, visitor_id, ticket_id=ticket.id, **columns)
    return ticket.id, visitor_id


async def _tell(conn: Conn, visitor_id: int, *, minute: int = 0, **details: str) -> None:
    at = NOW + timedelta(minutes=minute)
    await chat_addresses.tell(conn, at, visitor_id, Details(**details), channels=CHANNELS)


async def _view(conn: Conn, ticket_id: int, *, after_s: int = 0) -> chat_views.ChatView:
    ticket = await tickets.find(conn, ticket_id)
    return await chat_views.of_ticket(conn, NOW + timedelta(seconds=after_s), ticket, CHANNELS)


async def test_what_a_visitor_tells_is_kept_and_shown_to_agents(world: Conn) -> None:
    ticket_id, visitor_id = await _chat(world)

    await _tell(world, visitor_id, name=" Sara  Ahmadi ", topic="سفارش", email="Sara@Example.com")

    view = await _view(world, ticket_id)
    assert (view.name, view.topic) == ("Sara Ahmadi", "سفارش")
    assert [(t.kind, t.value, t.identity_id) for t in view.told] == [
        ("email", "sara@example.com", None)
    ]


async def test_told_address_is_not_added_to_the_contact_and_finds_nobody(world: Conn) -> None:
    ticket_id, visitor_id = await _chat(world)
    anna = await factories.contact(world, name="Anna")
    await world.execute("DELETE FROM identity WHERE contact_id = $1", anna)
    await factories.identity(world, anna, kind="email", value="anna@example.com")

    await _tell(world, visitor_id, email="anna@example.com", phone="+989121112233")

    ticket = await tickets.find(world, ticket_id)
    known = await contacts.identities(world, [ticket.contact_id, anna])
    assert [one.kind for one in known[ticket.contact_id]] == ["chat"]
    assert [one.value for one in known[anna]] == ["anna@example.com"]
    shown = {told.value: told.contact_id for told in (await _view(world, ticket_id)).told}
    assert shown == {"anna@example.com": anna, "+989121112233": None}


async def test_what_is_no_address_is_refused_and_nothing_of_it_is_kept(world: Conn) -> None:
    ticket_id, visitor_id = await _chat(world)

    with pytest.raises(ChatRefused) as refused:
        await _tell(world, visitor_id, name="Sara", email="nobody")

    assert refused.value.code == "bad_email"
    view = await _view(world, ticket_id)
    assert (view.name, view.told) == (None, ())


async def test_of_many_addresses_the_newest_are_kept(world: Conn) -> None:
    ticket_id, visitor_id = await _chat(world)

    for n in range(chat_addresses.KEPT + 3):
        await _tell(world, visitor_id, minute=n, email=f"v{n}@example.com")

    told = [one.value for one in (await _view(world, ticket_id)).told]
    assert told == [f"v{n}@example.com" for n in range(chat_addresses.KEPT + 2, 2, -1)]


async def test_a_contact_without_a_name_is_called_as_he_says_and_nobody_else(world: Conn) -> None:
    ticket_id, visitor_id = await _chat(world)
    ticket = await tickets.find(world, ticket_id)
    await world.execute("UPDATE contact SET name = NULL WHERE id = $1", ticket.contact_id)

    await _tell(world, visitor_id, name="Sara")
    await _tell(world, visitor_id, name="Somebody else")

    assert (await contacts.find(world, ticket.contact_id)).name == "Sara"
    told = await world.fetchval("SELECT data FROM event WHERE kind = 'contact_changed'")
    assert told["fields"] == ["name"]
    kinds = await world.fetch("SELECT data FROM event WHERE kind = 'visitor_introduced'")
    assert [row["data"] for row in kinds] == [{"told": ["name"]}] * 2


async def test_a_name_is_as_it_is_seen(world: Conn) -> None:
    _, visitor_id = await _chat(world)

    await _tell(
        world, visitor_id, name="Sara\u202egnp\x1b[2J\n  علی\u200cرضا \u2066 ", topic="\u202e"
    )

    told = await chat_addresses.details_of(world, visitor_id)
    assert told is not None
    assert (told.name, told.topic) == ("Saragnp[2J علی\u200cرضا", None)


async def test_visitor_is_there_while_he_gives_signs_of_life(world: Conn) -> None:
    ticket_id, _ = await _chat(world)

    gone = await _view(world, ticket_id)
    await world.execute("UPDATE chat_visitor SET left_at = NULL")
    there = await _view(world, ticket_id, after_s=29)
    silent = await _view(world, ticket_id, after_s=31)

    assert (gone.present, gone.gone_since) == (False, NOW)
    assert (there.present, there.gone_since) == (True, None)
    assert (silent.present, silent.gone_since) == (False, NOW)


async def test_ways_are_what_he_told_before_what_we_know(world: Conn) -> None:
    ticket_id, visitor_id = await _chat(world)
    ticket = await tickets.find(world, ticket_id)
    phone = await factories.identity(world, ticket.contact_id, kind="phone", value="+989120000001")
    queue_id = ticket.intake_queue_id or await factories.queue(world)
    mail = await factories.entry_point(
        world, queue_id=queue_id, channel="email", address="help@example.com"
    )
    await _tell(world, visitor_id, email="sara@example.com")

    told, known = (await _view(world, ticket_id)).ways

    assert (told.channel, told.entry_point_id, told.verified, told.allowed) == (
        "email", mail, False, True,
    )  # fmt: skip
    assert (known.channel, known.identity_id, known.verified) == ("sms", phone, True)
    assert (known.allowed, known.why_not) == (False, "no_entry_point")
    assert not told.is_default
    assert not known.is_default


async def test_told_address_where_nothing_is_wanted_is_no_way(world: Conn) -> None:
    ticket_id, visitor_id = await _chat(world, is_left=True)
    anna = await factories.contact(world, name="Anna")
    phone = await factories.identity(world, anna, kind="phone", value="+989120000001")
    await factories.entry_point(
        world, queue_id=await factories.queue(world), address="+982100000001"
    )
    await _tell(world, visitor_id, phone="+989120000001")
    await world.execute(
        """INSERT INTO opt_out (identity_id, channel, sender, source, from_at)
           VALUES ($1, 'sms', '+982100000001', 'customer', $2)""",
        phone,
        NOW,
    )

    (way,) = (await _view(world, ticket_id)).ways

    assert (way.allowed, way.why_not, way.is_default) == (False, "opted_out", False)


async def test_sender_of_the_tickets_own_queue_is_nearest(world: Conn) -> None:
    ticket_id, _ = await _chat(world)
    ticket = await tickets.find(world, ticket_id)
    far = await factories.queue(world)
    for queue_id, address in ((far, "far@example.com"), (ticket.queue_id, "near@example.com")):
        await factories.entry_point(
            world, queue_id=queue_id or far, channel="email", address=address
        )
    ticket = msgspec.structs.replace(ticket, intake_queue_id=ticket.queue_id)

    senders = await chat_ways.nearest_senders(world, ticket, CHANNELS)

    assert senders["email"].address == "near@example.com"


async def test_address_used_for_an_answer_gets_a_contact_that_can_be_taken_over(
    world: Conn,
) -> None:
    ticket_id, visitor_id = await _chat(world)
    ticket = await tickets.find(world, ticket_id)
    await _tell(world, visitor_id, email="sara@example.com")

    known = await chat_addresses.reachable(
        world, NOW, "email", "sara@example.com", told_by=ticket.contact_id, actor="user:1"
    )
    again = await chat_addresses.reachable(
        world, NOW, "email", "sara@example.com", told_by=ticket.contact_id, actor="user:1"
    )

    assert known == again
    assert known.contact_id != ticket.contact_id
    stranger = await contacts.find(world, known.contact_id)
    assert (stranger.name, stranger.attributes) == (None, {"told_by": ticket.contact_id})

    address = identities.normalised(
        CHANNELS, identities.Written(kind="email", value="sara@example.com"), field="body"
    )
    taken = await identities.add(world, NOW, ticket.contact_id, address)
    assert (taken.id, taken.contact_id) == (known.id, ticket.contact_id)
