"""A host site says who its visitors are: who becomes one person with whom, and who never does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import factories
import pytest
from chat_world import KEY, Process, process, said, widget

import channels
from channels import Attested, ChatRefused, Details, Env, Guest
from contactcenter import merge_undoing
from contactcenter.bell import Bell
from contactcenter.chatroom import chat_identifying
from contactcenter.chats import chat_addresses
from contactcenter.contacts import contacts, identities
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.errors import BadInput

OTHER_KEY = "widget-2"
MAIL, PHONE = "sara@example.com", "+989121234567"


class Host:
    """A widget, a room that knows all channels, and what the tests ask of them."""

    def __init__(self, here: Process, entry_point_id: int) -> None:
        self.here = here
        self.database = here.database
        self.room = here.room
        self.entry_point_id = entry_point_id

    async def stranger(self, key: str = KEY) -> Guest:
        return await self.room.greet(key, None)

    async def visitor(self, key: str = KEY) -> Guest:
        return await self.room.keep(await self.stranger(key), language="en")

    async def writer(self, text: str = "hello", key: str = KEY) -> Guest:
        guest = await self.visitor(key)
        await self.here.say(guest, text, "1")
        return guest

    async def identify(self, guest: Guest, user: str = "sara", **attested: str) -> Guest:
        return await self.room.identify(guest, Attested(user_id=user, **attested))

    async def fetch(self, sql: str, *args: object) -> list[dict]:
        async with self.database.read() as conn:
            return [dict(row) for row in await conn.fetch(sql, *args)]

    async def value(self, sql: str, *args: object) -> object:
        async with self.database.read() as conn:
            return await conn.fetchval(sql, *args)

    async def owner(self, value: str) -> int:
        return await self.value("SELECT contact_id FROM identity WHERE value = $1", value)

    async def known(self, value: str, kind: str = "email", **columns: str) -> int:
        async with self.database.transaction() as conn:
            contact_id = await factories.contact(conn, **columns)
            await factories.identity(conn, contact_id, kind=kind, value=value)
        return contact_id

    async def contacts(self) -> int:
        return await self.value("SELECT count(*) FROM contact WHERE merged_into_id IS NULL")

    async def merges(self) -> list[dict]:
        return await self.fetch(
            "SELECT id, kept_id, merged_id, actor FROM contact_merge ORDER BY id"
        )

    async def identified(self) -> list[dict]:
        return await self.fetch(
            "SELECT actor, contact_id, ticket_id, data FROM event WHERE kind = 'visitor_identified' ORDER BY id"
        )

    async def undo(self, merge_id: int) -> None:
        await self.room._dispatcher.submit(
            lambda conn, now: merge_undoing.undo(
                conn, now, merge_id, actor="user:1", must_read_as=None
            )
        )


@pytest.fixture
async def host(database: Database, tmp_path: Path) -> AsyncIterator[Host]:
    entry_point_id = await widget(database)
    built = channels.load(
        Env(settings={}, public_url="https://desk.example", region="IR", http=None)
    )
    async with process(database, tmp_path) as here:
        here.room.know(built)
        yield Host(here, entry_point_id)
    for channel in built.values():
        await channel.close()


async def test_of_a_stranger_nothing_is_stored_although_his_host_knows_him(host: Host) -> None:
    guest = await host.identify(await host.stranger(), email=MAIL)

    assert guest.is_identified
    assert not guest.is_known
    assert await host.value("SELECT count(*) FROM identity") == 0
    assert await host.value("SELECT count(*) FROM chat_visitor") == 0


async def test_who_is_new_becomes_a_contact_with_what_his_host_attests(host: Host) -> None:
    guest = await host.visitor()

    await host.identify(guest, name="سارا", email=" Sara@Example.COM ", phone="0912 123 4567")

    rows = await host.fetch("SELECT contact_id, kind, value FROM identity ORDER BY kind")
    assert {row["contact_id"] for row in rows} == {rows[0]["contact_id"]}
    assert [(row["kind"], row["value"]) for row in rows] == [
        ("chat", guest.address),
        ("email", MAIL),
        ("phone", PHONE),
        ("site_user", f"{host.entry_point_id}:sara"),
    ]
    assert await host.value("SELECT name FROM contact") == "سارا"
    assert (await host.room.greet(KEY, guest.token)).is_identified
    [event] = await host.identified()
    assert event["actor"] == f"entry_point:{host.entry_point_id}"
    assert "sara" not in str(event["data"])
    assert len(event["data"]["identities"]) == 4


async def test_his_first_message_in_another_browser_goes_on_with_his_ticket(host: Host) -> None:
    at_home = await host.visitor()
    await host.identify(at_home)
    await host.here.say(at_home, "from home", "1")

    at_work = await host.visitor()
    await host.identify(at_work)
    await host.here.say(at_work, "from work", "1")

    assert await host.contacts() == 1
    assert await host.merges() == []
    assert await host.value("SELECT count(*) FROM ticket") == 1
    assert await host.value("SELECT count(DISTINCT ticket_id) FROM chat_visitor") == 1


async def test_who_wrote_before_he_signed_in_was_the_same_person(host: Host) -> None:
    await host.identify(await host.writer("last month"))
    sara = await host.owner(f"{host.entry_point_id}:sara")
    anonymous = await host.writer("today")
    unknown = await host.owner(anonymous.address)

    await host.identify(anonymous)

    assert await host.owner(anonymous.address) == sara
    actor = f"entry_point:{host.entry_point_id}"
    assert [(m["kept_id"], m["merged_id"], m["actor"]) for m in await host.merges()] == [
        (sara, unknown, actor)
    ]
    assert await host.value("SELECT count(DISTINCT contact_id) FROM interaction") == 1
    last = (await host.identified())[-1]
    assert last["data"]["merged"] == [unknown]
    assert last["contact_id"] == sara
    assert last["ticket_id"] is not None


async def test_a_customer_is_known_by_the_addresses_his_host_has_verified(host: Host) -> None:
    by_mail = await host.known(MAIL)
    by_phone = await host.known(PHONE, kind="phone")
    guest = await host.writer()
    visitor = await host.owner(guest.address)

    await host.identify(guest, email=MAIL, phone=PHONE)

    assert {(m["kept_id"], m["merged_id"]) for m in await host.merges()} == {
        (by_mail, visitor),
        (by_mail, by_phone),
    }


async def test_what_a_visitor_says_of_himself_makes_him_nobody_else(host: Host) -> None:
    victim = await host.known(MAIL)
    guest = await host.writer()
    await host.room.tell_details(guest, Details(email=MAIL, phone=PHONE))

    await host.identify(guest, user="mallory")

    assert await host.owner(MAIL) == victim
    assert await host.owner(guest.address) != victim
    assert await host.merges() == []


async def test_an_address_that_somebody_told_goes_to_whose_it_is_and_he_stays_apart(
    host: Host,
) -> None:
    teller = await host.writer()
    teller_id = await host.owner(teller.address)
    async with host.database.transaction() as conn:
        now = await conn.fetchval("SELECT now()")
        told = await chat_addresses.reachable(
            conn, now, "email", MAIL, told_by=teller_id, actor="user:1"
        )
    guest = await host.visitor()

    await host.identify(guest, email=MAIL)

    sara = await host.owner(f"{host.entry_point_id}:sara")
    assert await host.owner(MAIL) == sara
    assert sara not in {teller_id, told.contact_id}
    assert await host.owner(teller.address) == teller_id
    assert await host.merges() == []
    changes = await host.fetch(
        "SELECT contact_id, data ->> 'change' AS change FROM event WHERE (data ->> 'identity_id')::bigint = $1 ORDER BY id",
        told.id,
    )
    assert [(c["contact_id"], c["change"]) for c in changes] == [
        (told.contact_id, "removed"),
        (sara, "added"),
    ]


async def test_another_user_in_the_same_browser_is_refused(host: Host) -> None:
    guest = await host.writer()
    await host.identify(guest)
    before = await host.fetch("SELECT id, contact_id, kind, value FROM identity ORDER BY id")

    with pytest.raises(ChatRefused) as refused:
        await host.identify(guest, user="omid", email="omid@example.com")

    assert refused.value.code == "other_visitor"
    assert before == await host.fetch(
        "SELECT id, contact_id, kind, value FROM identity ORDER BY id"
    )
    assert await host.value("SELECT user_id FROM chat_visitor") == "sara"


async def test_two_users_of_one_host_stay_two_although_they_share_an_address(host: Host) -> None:
    sara, omid = await host.writer(), await host.writer()
    await host.identify(sara, phone=PHONE)

    await host.identify(omid, user="omid", phone=PHONE)

    assert await host.owner(PHONE) == await host.owner(sara.address)
    assert await host.owner(sara.address) != await host.owner(omid.address)
    assert await host.merges() == []
    assert len((await host.identified())[-1]["data"]["left"]) == 1


async def test_a_host_speaks_for_its_own_users_alone(host: Host) -> None:
    await widget(host.database, key=OTHER_KEY)
    here, there = await host.writer(), await host.writer(key=OTHER_KEY)

    await host.identify(here)
    await host.identify(there)

    assert await host.owner(here.address) != await host.owner(there.address)


async def test_whom_a_person_parted_no_host_joins_again(host: Host) -> None:
    customer = await host.known(MAIL)
    guest = await host.writer()
    await host.identify(guest, email=MAIL)
    [merge] = await host.merges()
    await host.undo(merge["id"])
    assert merge["kept_id"] == customer
    visitor = await host.owner(guest.address)
    assert visitor != customer

    for _ in range(2):
        await host.identify(guest, email=MAIL)
        again = await host.visitor()
        await host.identify(again, email=MAIL)

    assert len(await host.merges()) == 1
    assert await host.owner(MAIL) == customer
    assert await host.owner(guest.address) == visitor


async def test_whom_a_person_parted_stays_apart_whatever_else_they_become(host: Host) -> None:
    """The contact that was parted is part of another by now."""
    customer = await host.known(MAIL)
    guest = await host.writer()
    await host.identify(guest, email=MAIL)
    [merge] = await host.merges()
    await host.undo(merge["id"])
    other = await host.known(PHONE, kind="phone")
    visitor = await host.owner(guest.address)
    async with host.database.transaction() as conn:
        await conn.execute("UPDATE identity SET contact_id = $1 WHERE kind = 'site_user'", other)

    await host.identify(guest, email=MAIL, phone=PHONE)
    await host.identify(guest, email=MAIL, phone=PHONE)

    assert await host.owner(guest.address) == other != visitor
    assert await host.owner(MAIL) == customer


async def test_an_address_that_somebody_took_away_stays_away(host: Host) -> None:
    guest = await host.writer()
    await host.identify(guest, email=MAIL)
    sara = await host.owner(guest.address)
    async with host.database.transaction() as conn:
        now = await conn.fetchval("SELECT now()")
        mail_id = await conn.fetchval("SELECT id FROM identity WHERE value = $1", MAIL)
        await identities.remove(conn, now, sara, mail_id, actor="user:1")

    await host.identify(guest, email=MAIL)

    assert await host.owner(MAIL) != sara
    assert await host.merges() == []


async def test_nothing_is_locked_where_nothing_follows(host: Host) -> None:
    guest = await host.writer()
    await host.identify(guest, email=MAIL, phone=PHONE)
    before = await host.value("SELECT count(*) FROM event")
    nobody = Dispatcher(host.database, Bell(host.database))  # does nothing for anybody

    await chat_identifying.identify(
        host.database,
        nobody,
        host.room._channels,
        guest.address,
        Attested(user_id="sara", email=MAIL, phone=PHONE),
    )

    assert await host.value("SELECT count(*) FROM event") == before


async def test_what_is_no_address_or_our_own_attests_nothing(host: Host) -> None:
    async with host.database.transaction() as conn:
        queue_id = await factories.queue(conn)
        await factories.entry_point(
            conn, queue_id=queue_id, channel="email", address="help@example.com"
        )
    guest = await host.visitor()

    await host.identify(guest, email="help@example.com", phone="call me")

    kinds = await host.fetch("SELECT kind FROM identity ORDER BY kind")
    assert [row["kind"] for row in kinds] == ["chat", "site_user"]


async def test_his_hosts_name_for_him_comes_before_his_own_but_not_before_ours(host: Host) -> None:
    guest = await host.writer()
    await host.room.tell_details(guest, Details(name="Mickey"))
    called = await host.known(MAIL, name="Dr. Ahmadi")
    other = await host.visitor()

    await host.identify(guest, name="Sara")
    await host.identify(other, user="other", name="Sara", email=MAIL)

    async with host.database.read() as conn:
        assert (await contacts.find(conn, await host.owner(guest.address))).name == "Sara"
        assert (await contacts.find(conn, called)).name == "Dr. Ahmadi"


async def test_one_user_in_many_browsers_at_once_is_one_person(host: Host) -> None:
    await host.known(MAIL)
    guests = [await host.writer(f"{n}") if n % 2 else await host.visitor() for n in range(8)]

    await asyncio.gather(*(host.identify(guest, email=MAIL, name="Sara") for guest in guests))
    await asyncio.gather(*(host.here.say(guest, "again", "2") for guest in guests))

    assert await host.contacts() == 1
    assert await host.value("SELECT count(DISTINCT contact_id) FROM identity") == 1
    assert await host.value("SELECT count(*) FROM identity WHERE kind <> 'phone'") == 10


async def test_of_two_users_in_one_browser_at_once_one_is_refused(host: Host) -> None:
    guest = await host.writer()

    done = await asyncio.gather(
        *(host.identify(guest, user=user) for user in ("sara", "omid", "sara", "omid")),
        return_exceptions=True,
    )

    refused = [one for one in done if isinstance(one, ChatRefused)]
    assert [one.code for one in refused] == ["other_visitor"] * 2
    user = await host.value("SELECT user_id FROM chat_visitor")
    users = await host.fetch("SELECT value FROM identity WHERE kind = 'site_user'")
    assert [row["value"] for row in users] == [f"{host.entry_point_id}:{user}"]


async def test_messages_that_come_while_he_signs_in_are_his_and_none_is_lost(host: Host) -> None:
    guests = [await host.visitor() for _ in range(6)]

    async def write(guest: Guest) -> None:
        for n in range(4):
            await host.here.intake.receive([said(guest, f"{n}", f"{n}")])

    await asyncio.gather(
        *(write(guest) for guest in guests),
        *(host.identify(guest, email=MAIL) for guest in guests),
    )

    assert await host.contacts() == 1
    assert await host.value("SELECT count(DISTINCT contact_id) FROM interaction") == 1
    assert await host.value("SELECT count(*) FROM interaction") == 24
    lines = await host.fetch(
        "SELECT array_agg(sequence ORDER BY sequence) AS s FROM chat_line GROUP BY visitor_id"
    )
    assert [row["s"] for row in lines] == [[1, 2, 3, 4]] * 6


async def test_a_visitor_of_whom_nothing_is_stored_cannot_be_anybody(host: Host) -> None:
    with pytest.raises(ChatRefused):
        await chat_identifying.identify(
            host.database, host.room._dispatcher, {}, "nobody", Attested(user_id="sara")
        )


async def test_no_person_writes_down_who_is_whose_user() -> None:
    with pytest.raises(BadInput):
        identities.normalised(
            {}, identities.Written(kind="site_user", value="1:sara"), field="body"
        )
