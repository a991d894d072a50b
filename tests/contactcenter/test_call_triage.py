"""A call that waits is looked at as every message is, and goes where its menu led."""

import asyncio
from typing import Any

import factories
from call_told import ANN, OURS, at

from channels import Address, CallArrived, Inbound, Raw
from contactcenter.bell import Bell
from contactcenter.calls import calls
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import dispatching
from contactcenter.intake import Intake
from contactcenter.temperament_model import trained_reader
from contactcenter.triage import Triage


async def _arrived(database: Database, **told: Any) -> Any:
    """A call with what its menu led to, looked at; returns its ticket."""
    async with database.transaction() as conn:
        entry_point_id = await factories.entry_point(
            conn, queue_id=await factories.queue(conn), channel="phone", address=OURS
        )
        call = await calls.create(
            conn, entry_point_id=entry_point_id, direction="inbound", address_kind="phone",
            address=ANN, began_at=await conn.fetchval("SELECT now()"),
        )  # fmt: skip
        for column, value in told.items():
            await conn.execute(f"UPDATE call SET {column} = $2 WHERE id = $1", call.id, value)
    bell = Bell(database)
    intake = Intake(database, bell, reopen_window_s=3600)
    writing = asyncio.create_task(intake.run())
    item = Inbound(
        channel="phone", entry_point=OURS, sender=Address(kind="phone", value=ANN), text="",
        raw=Raw(body=b"CallSid=CA1", content_type="text/plain"), external_id="call:1",
        call=CallArrived(call_id=call.id),
    )  # fmt: skip
    assert await intake.receive([item]) == ["stored"]
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await intake.close()
    async with dispatching(database) as dispatcher:
        triage = Triage(database, bell, dispatcher, trained_reader())
        while await triage.look():
            pass
        assert triage.failures == 0
    async with database.read() as conn:
        return await conn.fetchrow(
            "SELECT id, state, queue_id, language, temperament FROM ticket WHERE channel = 'phone'"
        )


async def test_it_goes_where_its_menu_led_in_the_language_that_was_chosen(
    database: Database,
) -> None:
    async with database.transaction() as conn:
        chosen = await factories.queue(conn)

    ticket = await _arrived(database, queue_id=chosen, language="fa")

    assert (ticket["state"], ticket["queue_id"], ticket["language"]) == ("waiting", chosen, "fa")


async def test_an_entry_rule_comes_before_the_menu(database: Database) -> None:
    async with database.transaction() as conn:
        chosen, ruled = await factories.queue(conn), await factories.queue(conn)
        await conn.execute(
            "INSERT INTO entry_rule (position, condition, queue_id) VALUES (1, $1, $2)",
            {"channel": "phone", "language": ["fa"]},
            ruled,
        )

    ticket = await _arrived(database, queue_id=chosen, language="fa")

    assert ticket["queue_id"] == ruled


async def test_no_manner_is_read_from_it(database: Database) -> None:
    ticket = await _arrived(database)

    assert ticket["temperament"] == "unknown"
    async with database.read() as conn:
        assert await conn.fetchval("SELECT count(*) FROM temperament_evidence") == 0


async def test_a_service_tag_that_was_entered_is_attached(database: Database) -> None:
    async with database.transaction() as conn:
        tag = "7QK4M2X"
        owner = await factories.contact(conn)
        await factories.identity(conn, owner, value=ANN)
        machine = await factories.asset(conn, at(0), owner, service_tag=tag)

    ticket = await _arrived(database, service_tag=tag)

    async with database.read() as conn:
        found = await conn.fetch("SELECT ticket_id, asset_id FROM ticket_asset")
    assert [(row["ticket_id"], row["asset_id"]) for row in found] == [(ticket["id"], machine)]
