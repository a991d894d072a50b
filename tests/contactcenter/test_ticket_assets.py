"""Machines that customers name in their words: their own are attached, of others nothing is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest

from contactcenter import ticket_views
from contactcenter.assets import assets, ticket_assets
from contactcenter.assets.ticket_assets import Spoken
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher, dispatching
from contactcenter.temperament_model import trained_reader
from contactcenter.tickets import tickets
from contactcenter.triage import Triage


@pytest.fixture
async def dispatcher(database: Database) -> AsyncIterator[Dispatcher]:
    async with dispatching(database) as dispatcher:
        yield dispatcher


class House:
    """Sara owns two machines, somebody else a third; everybody writes to one queue."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        self.database, self.dispatcher = database, dispatcher

    async def build(self) -> None:
        async with self.database.read() as conn:
            now = datetime.now(UTC)
            self.queue_id = await factories.queue(conn)
            self.admin_id = await factories.user(conn, role="admin")
            self.sara = await factories.contact(conn)
            self.other = await factories.contact(conn)
            self.own = await factories.asset(conn, now, self.sara, service_tag="7J4KLMN")
            self.second = await factories.asset(conn, now, self.sara, service_tag="GH52X9T")
            await factories.asset(conn, now, self.other, service_tag="9ZK2M4C")

    async def writes(self, contact_id: int, *texts: str, ago_s: float = 0.0) -> int:
        """A problem in these words, looked at so much later; the id of its ticket."""
        written_at = datetime.now(UTC) - timedelta(seconds=ago_s)
        async with self.database.read() as conn:
            ticket_id = await factories.ticket(
                conn,
                written_at,
                intake_queue_id=self.queue_id,
                contact_id=contact_id,
                body=texts[0],
            )
            for text in texts[1:]:
                await factories.interaction(conn, datetime.now(UTC), ticket_id=ticket_id, body=text)
        await self.look()
        return ticket_id

    async def look(self) -> None:
        await Triage(self.database, Bell(self.database), self.dispatcher, trained_reader()).look()

    async def shown(self, ticket_id: int) -> ticket_views.TicketView:
        async with self.database.read() as conn:
            return await ticket_views.find(conn, self.admin_id, ticket_id)

    async def told(self, ticket_id: int) -> list[dict[str, Any]]:
        async with self.database.read() as conn:
            rows = await conn.fetch(
                "SELECT data -> 'changed' AS changed FROM event"
                " WHERE ticket_id = $1 AND kind = 'ticket_changed' ORDER BY id",
                ticket_id,
            )
        return [row["changed"] for row in rows if {"assets", "unowned_tag"} & row["changed"].keys()]


@pytest.fixture
async def house(database: Database, dispatcher: Dispatcher) -> House:
    house = House(database, dispatcher)
    await house.build()
    return house


async def test_the_machine_a_customer_names_is_attached_to_his_ticket(house: House) -> None:
    ticket_id = await house.writes(
        house.sara, "سلام، دستگاهم هفت جولیت چهار کیلو لیما مایک نوامبر روشن نمی‌شود"
    )

    shown = await house.shown(ticket_id)

    assert [(m.service_tag, m.model) for m in shown.assets] == [("7J4KLMN", "Latitude 7440")]
    assert shown.unowned_tag is None
    assert await house.told(ticket_id) == [{"assets": {"from": [], "to": [house.own]}}]


async def test_a_machine_is_heard_in_a_message_that_was_looked_at_too_late(house: House) -> None:
    ticket_id = await house.writes(house.sara, "My 7J4KLMN makes a noise.", ago_s=60)

    shown = await house.shown(ticket_id)

    assert [one.service_tag for one in shown.assets] == ["7J4KLMN"]
    assert shown.temperament == "unknown"


async def test_several_machines_and_later_words_are_heard_and_nothing_twice(house: House) -> None:
    ticket_id = await house.writes(house.sara, "7J4KLMN is dead", "so is g h 5 2 x 9 t")
    async with house.database.read() as conn:
        await factories.interaction(
            conn, datetime.now(UTC), ticket_id=ticket_id, body="I mean 7J4-KLMN"
        )

    await house.look()

    shown = await house.shown(ticket_id)
    assert [m.service_tag for m in shown.assets] == ["7J4KLMN", "GH52X9T"]
    assert await house.told(ticket_id) == [
        {"assets": {"from": [], "to": [house.own, house.second]}}
    ]


async def test_somebody_elses_tag_and_one_that_is_nobodys_are_told_alike(house: House) -> None:
    foreign = await house.writes(house.sara, "My service tag is 9ZK2M4C")
    async with house.database.read() as conn:
        await conn.execute("UPDATE ticket SET intake_queue_id = NULL")
    unknown = await house.writes(house.sara, "My service tag is 9ZK2M4D")

    views = [await house.shown(foreign), await house.shown(unknown)]

    assert [view.assets for view in views] == [[], []]
    assert views[0].unowned_tag == views[1].unowned_tag == ticket_views.UNOWNED_TAG
    told = [await house.told(foreign), await house.told(unknown)]
    assert told == [[{"unowned_tag": {"from": False, "to": True}}]] * 2
    async with house.database.read() as conn:
        everything = await conn.fetchval("SELECT string_agg(data::text, ' ') FROM event")
        kept = await conn.fetch("SELECT * FROM unowned_tag")
    assert "9ZK2M4" not in everything
    assert [sorted(row.keys()) for row in kept] == [["at", "interaction_id", "ticket_id"]] * 2


async def test_whose_machine_it_is_decides_who_may_name_it(house: House) -> None:
    ticket_id = await house.writes(house.other, "tag 7J4KLMN does not start")
    shown = await house.shown(ticket_id)
    assert (shown.assets, shown.unowned_tag) == ([], ticket_views.UNOWNED_TAG)

    async with house.database.read() as conn:
        await conn.execute(
            "UPDATE contact SET merged_into_id = $1 WHERE id = $2", house.other, house.sara
        )
        await factories.interaction(conn, datetime.now(UTC), ticket_id=ticket_id, body="7J4KLMN")
    await house.look()

    assert [m.service_tag for m in (await house.shown(ticket_id)).assets] == ["7J4KLMN"]


async def test_an_agent_who_attaches_a_machine_has_settled_it(house: House) -> None:
    ticket_id = await house.writes(house.sara, "service tag 9ZK2M4C, or so")
    async with house.database.read() as conn, conn.transaction():
        ticket = await tickets.lock(conn, ticket_id)
        asset = await assets.find(conn, "7J4KLMN")
        await ticket_assets.attach(conn, datetime.now(UTC), ticket, asset, actor="user:1")

    shown = await house.shown(ticket_id)

    assert ([m.service_tag for m in shown.assets], shown.unowned_tag) == (["7J4KLMN"], None)


async def test_who_has_sold_his_machine_names_it_no_more(house: House) -> None:
    async with house.database.read() as conn:
        await conn.execute("UPDATE asset_owner SET to_at = now() WHERE asset_id = $1", house.own)

    shown = await house.shown(await house.writes(house.sara, "service tag 7J4KLMN"))

    assert (shown.assets, shown.unowned_tag) == ([], ticket_views.UNOWNED_TAG)


async def test_a_machine_that_is_sold_while_somebody_looks_is_not_attached(house: House) -> None:
    ticket_id = await house.writes(house.sara, "It does not start")
    async with house.database.transaction() as conn:
        spoken = Spoken(
            ticket_id=ticket_id,
            contact_id=house.sara,
            interaction_id=1,
            at=datetime.now(UTC),
            text="7J4KLMN and GH52X9T",
        )
        naming = ticket_assets.named(spoken, await ticket_assets.known(conn, [house.sara]))
        await conn.execute("UPDATE asset_owner SET to_at = now() WHERE asset_id = $1", house.own)
        await ticket_assets.note(conn, [naming])

    assert naming.asset_ids == [house.own, house.second]
    assert [m.service_tag for m in (await house.shown(ticket_id)).assets] == ["GH52X9T"]


async def test_what_somebody_else_wrote_into_his_problem_names_nothing(house: House) -> None:
    ticket_id = await house.writes(house.sara, "It does not start")
    async with house.database.read() as conn:
        interaction_id = await factories.interaction(
            conn, datetime.now(UTC), ticket_id=ticket_id, body="service tag 7J4KLMN or 9ZK2M4C"
        )
        await conn.execute(
            "UPDATE interaction SET details = '{\"participant\": {}}' WHERE id = $1",
            interaction_id,
        )

    await house.look()

    shown = await house.shown(ticket_id)
    assert (shown.assets, shown.unowned_tag) == ([], None)


async def test_a_house_without_machines_looks_for_none(house: House) -> None:
    async with house.database.read() as conn:
        await conn.execute("DELETE FROM asset_owner")
        await conn.execute("DELETE FROM asset")

    shown = await house.shown(await house.writes(house.sara, "service tag 7J4KLMN"))

    assert (shown.assets, shown.unowned_tag) == ([], None)


async def test_a_machine_in_use_no_more_is_recognised_no_more(house: House) -> None:
    async with house.database.read() as conn:
        await conn.execute("UPDATE asset SET retired_at = now() WHERE id = $1", house.own)

    shown = await house.shown(await house.writes(house.sara, "service tag 7J4KLMN"))

    assert (shown.assets, shown.unowned_tag) == ([], ticket_views.UNOWNED_TAG)


async def test_the_subject_of_a_new_problem_names_machines_too(house: House) -> None:
    async with house.database.read() as conn:
        ticket_id = await factories.ticket(
            conn,
            datetime.now(UTC),
            intake_queue_id=house.queue_id,
            contact_id=house.sara,
            body="Please help.",
        )
        await conn.execute("UPDATE ticket SET subject = '7J4KLMN is dead' WHERE id = $1", ticket_id)

    await house.look()

    assert [m.service_tag for m in (await house.shown(ticket_id)).assets] == ["7J4KLMN"]
