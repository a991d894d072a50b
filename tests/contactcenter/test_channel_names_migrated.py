"""What a centre said of calls and chats before these were channels holds for them by their names."""

from pathlib import Path

import factories
import pytest

from contactcenter import rules
from contactcenter.configuration_document import parsing
from contactcenter.db import Conn
from contactcenter.sql_statements import split_statements

MIGRATION = Path(__file__).parents[2] / "migrations" / "0017_webchat.sql"


@pytest.fixture
def renaming() -> list[str]:
    """The statements that give channels their names."""
    found = [s for s in split_statements(MIGRATION.read_text()) if "voice" in s]
    assert len(found) == 4
    return found


async def test_rows_name_channels_as_they_are_called_now(world: Conn, renaming: list[str]) -> None:
    await factories.configured(
        world,
        capacity={"voice": 2, "sms": 1},
        sticky={"window_s": {"voice": 20, "chat": 60, "sms": 900}, "forget_after_days": 3},
    )
    queue_id = await factories.queue(world, auto_accept=["sms", "voice"])
    other_id = await factories.queue(world)
    await world.execute(
        "UPDATE queue SET offer_timeouts = $2 WHERE id = $1",
        queue_id, {"chat": 30, "voice": 20, "sms": 9},
    )  # fmt: skip
    await world.execute(
        "INSERT INTO overflow_step (queue_id, after_s, to_queue_id, channels)"
        " VALUES ($1, 60, $2, '{voice,chat,sms}')",
        queue_id, other_id,
    )  # fmt: skip

    for _ in range(2):  # what has its name keeps it
        for statement in renaming:
            await world.execute(statement)

    found = await rules.current(world)
    assert found.capacity == {"phone": 2, "sms": 1}
    assert found.sticky.window_s == {"phone": 20, "webchat": 60, "sms": 900}
    assert found.sticky.forget_after_days == 3
    assert [step.channels for step in found.overflow] == [("phone", "webchat", "sms")]
    queue = await world.fetchrow(
        "SELECT auto_accept, offer_timeouts FROM queue WHERE id = $1", queue_id
    )
    assert queue["auto_accept"] == ["sms", "phone"]
    assert queue["offer_timeouts"] == {"phone": 20, "webchat": 30, "sms": 9}


def test_a_file_with_the_former_names_is_read_as_it_was_meant() -> None:
    before = """
capacity: {voice: 2, chat: 1}
sticky: {window_s: {voice: 20, chat: 60}}
queues:
  voice: {team: chat, tier: 1, offer_s: {voice: 20, chat: 30}, auto_accept: [chat, sms]}
overflow: {voice: [{after_s: 60, to: chat, only: [voice]}]}
"""
    now = """
capacity: {phone: 2, webchat: 1}
sticky: {window_s: {phone: 20, webchat: 60}}
queues:
  voice: {team: chat, tier: 1, offer_s: {phone: 20, webchat: 30}, auto_accept: [webchat, sms]}
overflow: {voice: [{after_s: 60, to: chat, only: [phone]}]}
"""

    assert parsing.parse(before.encode()) == parsing.parse(now.encode())


def test_a_channel_by_both_names_has_what_it_has_by_its_own() -> None:
    for capacity in ("{voice: 2, phone: 5}", "{phone: 5, voice: 2}"):
        assert parsing.parse(f"capacity: {capacity}".encode()).capacity == {"phone": 5}


@pytest.mark.parametrize(
    "content",
    [
        "capacity: [voice]",
        "sticky: voice",
        "queues: {a: voice}",
        "overflow: {a: {only: voice}}",
        "[]",
    ],
)
def test_what_has_not_the_right_shape_is_still_refused(content: str) -> None:
    with pytest.raises(parsing.InvalidConfiguration):
        parsing.parse(content.encode())
