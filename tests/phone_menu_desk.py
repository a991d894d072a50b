"""A number of ours with a menu and somebody to answer it, and a caller who enters things."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import factories
from call_told import ANN, OURS, told, voice

from channels import Ask, CallHook, Say, Script
from contactcenter import calendars
from contactcenter.calls import call_legs, calls
from contactcenter.calls.calls import Call
from contactcenter.db import Database
from contactcenter.switchboard.switchboard import Switchboard

SALES_TREE: dict[str, Any] = {
    "start": "hello",
    "languages": ["en", "fa"],
    "nodes": {
        "hello": {"kind": "say", "prompt": "greeting", "next": "tongue"},
        "tongue": {
            "kind": "language",
            "prompt": {
                "en": "For English press 1.",
                "fa": {"play": "https://example.com/tongue.mp3"},
            },
            "options": {"1": "en", "2": "fa"},
            "next": "main",
        },
        "main": {
            "kind": "menu",
            "prompt": {
                "en": "1 for sales, 2 for repairs.",
                "fa": {"play": "https://example.com/main.mp3"},
            },
            "options": {"1": {"to": "sales", "words": {"en": ["sales"]}}, "2": "tag", "3": "bye"},
            "speech": True,
        },
        "tag": {
            "kind": "service_tag",
            "prompt": {"en": "Your tag?", "fa": {"play": "https://example.com/tag.mp3"}},
            "next": "sales",
        },
        "sales": {"kind": "queue", "at_most": 2},
        "bye": {"kind": "hang_up"},
    },
}


class Desk:
    """What a test knows of the number it calls."""

    def __init__(self, database: Database, board: Switchboard) -> None:
        self.database, self.board = database, board
        self.queue_id = self.entry_point_id = 0
        self._presses = itertools.count(1)

    async def open(self, *, language: str | None = "en", presence: str = "available") -> None:
        """Have the number, a queue and, with a presence, an agent with a telephone."""
        async with self.database.transaction() as conn:
            self.queue_id = await factories.queue(conn)
            self.entry_point_id = await factories.entry_point(
                conn, queue_id=self.queue_id, channel="phone", address=OURS
            )
            await conn.execute("UPDATE entry_point SET language = $1", language)
            now: datetime = await conn.fetchval("SELECT clock_timestamp()")
            agent_id = await factories.agent(conn, now, queues=[self.queue_id], presence=presence)
            await conn.execute(
                "UPDATE agent SET phone_address = '+15005550009' WHERE id = $1", agent_id
            )

    async def run(self, sql: str, *values: Any) -> None:
        async with self.database.transaction() as conn:
            await conn.execute(sql, *values)

    async def menu(self, tree: dict[str, Any] = SALES_TREE) -> None:
        """Give the number this menu."""
        await self.run(
            "WITH m AS (INSERT INTO phone_menu (name, tree) VALUES ('Main', $1) RETURNING id)"
            " UPDATE entry_point SET phone_menu_id = m.id FROM m",
            tree,
        )

    async def prompt(self, name: str, language: str = "fa") -> None:
        """Record something."""
        await self.run(
            "INSERT INTO phone_prompt (name, language, url) VALUES ($1, $2, $3)",
            name,
            language,
            f"https://example.com/{language}/{name}.mp3",
        )

    async def closed(self) -> int:
        """Let the number have hours by which it is never open."""
        async with self.database.transaction() as conn:
            calendar_id = await factories.calendar(conn)
            await conn.execute("DELETE FROM calendar_hours WHERE calendar_id = $1", calendar_id)
        return calendar_id

    async def close_queue(self) -> None:
        """Let the queue have such hours, now as well as by what the clock will say."""
        calendar_id = await self.closed()
        async with self.database.transaction() as conn:
            now: datetime = await conn.fetchval("SELECT clock_timestamp()")
            await calendars.note_use(
                conn, now - timedelta(hours=1), calendar_id, queue_id=self.queue_id
            )
            await conn.execute("UPDATE queue SET is_open = false, calendar_id = $1", calendar_id)

    async def call(self, leg: str = "CA1", caller: str | None = ANN) -> Script:
        return await self.board.take(voice(leg, caller=caller))

    async def enter(
        self, script: Script, digits: str | None = None, *, leg: str = "CA1", **event: Any
    ) -> Script:
        """Answer the question that a script ends with; nothing is silence."""
        return await self.board.take(self.entry(script, digits, leg=leg, **event))

    def entry(
        self, script: Script, digits: str | None = None, *, leg: str = "CA1", **event: Any
    ) -> CallHook:
        """The hook of an answer to the question that a script ends with."""
        ask = script[-1]
        assert isinstance(ask, Ask), script
        kind = "chose" if digits is not None else None
        more = {"input": digits, **event} if digits is not None else {}
        return told(
            ask.name,
            kind,
            next(self._presses),
            leg=leg,
            query={"step": ask.step},
            answers=True,
            **more,
        )

    async def the_call(self, leg: str = "CA1") -> Call:
        async with self.database.read() as conn:
            found = await call_legs.by_external_id(conn, leg)
            assert found is not None
            return await calls.find(conn, found.call_id)


def words(script: Script) -> list[str]:
    """What is said and played, and the kinds of what is done."""
    found = []
    for step in script:
        parts = step.prompts if isinstance(step, Ask) else (step,)
        for part in parts:
            text = part.text if isinstance(part, Say) else getattr(part, "url", None)
            found.append(text or type(part).__name__)
    return found
