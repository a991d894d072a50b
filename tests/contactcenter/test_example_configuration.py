"""The example of the documentation can be read, checked and activated as it stands."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import factories

from contactcenter import configuration_versions
from contactcenter.activation import activating
from contactcenter.configuration_document import parsing, reading, rows, writing
from contactcenter.configuration_document.document import Document

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "docs" / "example-configuration.yaml"


async def test_the_example_becomes_the_configuration_in_force(conn: asyncpg.Connection):
    await factories.prepare(conn)
    for name in ("ann", "bob", "cyd", "dan"):
        agent_id = await factories.agent(conn, NOW, presence="offline")
        await conn.execute(
            "UPDATE user_account SET email = $2 WHERE id = $1", agent_id, f"{name}@example.com"
        )
    await factories.entry_point(conn, queue_id=1, address="+12025550123")
    await factories.entry_point(conn, queue_id=1, channel="email", address="help@example.com")
    document = parsing.parse(EXAMPLE.read_bytes())

    found = await activating.check(conn, document, channels={"sms"})
    await activating.activate(
        conn, NOW, document, based_on=0, channels={"sms"}, actor="user:1", note=None
    )

    assert found.errors == []
    # Of channels that are to come, and of dan, who serves hardware on terms of his own.
    assert {fault.detail for fault in found.warnings} == {
        "he does not meet what the queue requires",
        "webchat is not installed here",
        "phone is not installed here",
        "email is not installed here",
    }
    in_force = reading.read(await rows.read(conn))
    kept = await configuration_versions.find(conn, 1)
    assert kept.document == writing.plain(in_force)
    for section in Document.__struct_fields__:
        if section not in ("version", "teams", "queues"):
            assert getattr(in_force, section) == getattr(document, section), section
    assert set(in_force.teams) == set(document.teams)
    hardware = await conn.fetch(
        """SELECT u.email, m.level, m.source FROM membership m JOIN queue q ON q.id = m.queue_id
           JOIN user_account u ON u.id = m.agent_id WHERE q.name = 't2_hardware' ORDER BY m.level"""
    )
    assert [tuple(row) for row in hardware] == [
        ("cyd@example.com", 1, "team"),
        ("dan@example.com", 3, "own"),
    ]


def test_every_section_of_a_document_is_in_the_example():
    document = parsing.parse(EXAMPLE.read_bytes())

    missing = {
        name for name in Document.__struct_fields__ if getattr(document, name) in (None, {}, ())
    }
    assert missing == {"version"}  # it is an edit of nothing
