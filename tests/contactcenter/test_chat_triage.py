"""What a visitor writes in a chat is looked at as every message is: queue, language, manner, machines."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import factories
import pytest
from chat_world import Process, process, widget

from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.temperament_model import trained_reader
from contactcenter.triage import Triage

WORDS = "مبل رسید. پارچه‌اش کدره، پایه‌ها لق می‌زنه، دوختش کجه و بوی چوبش هم تنده. طبق معمول."


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[Process]:
    await widget(database)
    async with process(database, tmp_path) as one:
        yield one


async def look(database: Database) -> Any:
    """Have everything looked at; returns the ticket of the chat as it is then."""
    async with dispatching(database) as dispatcher:
        triage = Triage(database, Bell(database), dispatcher, trained_reader())
        while await triage.look():
            pass
    async with database.read() as conn:
        return await conn.fetchrow(
            "SELECT id, contact_id, state, queue_id, language, temperament, weight FROM ticket"
            " WHERE channel = 'webchat'"
        )


async def test_its_words_say_where_it_goes_how_to_treat_him_and_of_which_machine(
    here: Process, database: Database
) -> None:
    async with database.transaction() as conn:
        chats = await factories.queue(conn)
        await conn.execute(
            "INSERT INTO entry_rule (position, condition, queue_id) VALUES (1, $1, $2)",
            {"channel": "webchat", "keyword": ["مبل"]},
            chats,
        )
    guest = await here.visitor()
    await here.say(guest, WORDS, "m1")

    ticket = await look(database)

    assert (ticket["state"], ticket["queue_id"]) == ("waiting", chats)
    assert (ticket["language"], ticket["temperament"], ticket["weight"]) == (
        "fa", "fault_finding", 1,
    )  # fmt: skip

    async with database.transaction() as conn:
        own = await factories.asset(
            conn, datetime.now(UTC), ticket["contact_id"], service_tag="7J4KLMN"
        )
    await here.say(guest, "service tag 7J4KLMN", "m2")
    await look(database)

    async with database.read() as conn:
        attached = await conn.fetch("SELECT ticket_id, asset_id FROM ticket_asset")
        untriaged = await conn.fetchval("SELECT count(*) FROM interaction WHERE triaged_at IS NULL")
    assert [tuple(row) for row in attached] == [(ticket["id"], own)]
    assert untriaged == 0


async def test_without_a_rule_it_goes_to_the_queue_of_its_widget(
    here: Process, database: Database
) -> None:
    await here.say(await here.visitor(), "Where is my order?", "m1")

    ticket = await look(database)

    async with database.read() as conn:
        queue_id = await conn.fetchval("SELECT queue_id FROM entry_point WHERE channel = 'webchat'")
    assert (ticket["state"], ticket["queue_id"], ticket["language"]) == ("waiting", queue_id, "en")
