"""A house with a web chat: ``serve`` in a process that can be killed, its staff, and a host site."""

import itertools
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import factories
from aiohttp.test_utils import unused_port
from host_site import HostSite
from journeys.centre import PASSWORD, Person, eventually
from serve_processes import Serving, served

from contactcenter.access.passwords import hashed
from contactcenter.db import Conn, Database

#: Two cores are shared with everything else that is tested: states are waited for, patiently.
PATIENCE_S = 20.0

#: Widgets by what is special about them, and how many of them there are. All are set up before the
#: server starts, which knows them at once then: later it would take up to two seconds for each.
_WIDGETS: Final[Mapping[str, tuple[int, Mapping[str, str]]]] = {
    "plain": (20, {}),
    "elsewhere": (1, {"webchat_origins": "https://www.example.com"}),
    "closed": (2, {}),
    "asking": (
        3,
        {
            "webchat_form": "name*,email,topic",
            "webchat_topics_en": "Orders,Repairs,Something else",
            "webchat_topics_fa": "سفارش‌ها,تعمیر,موضوع دیگر",
            "webchat_title_en": "Printers and ink",
            "webchat_title_fa": "چاپگر و جوهر",
            "webchat_greeting_en": "Good day! What may we print for you?",
            "webchat_greeting_fa": "روز خوش! چه چاپ کنیم؟",
            "webchat_colour": "#0a7d5c",
        },
    ),
}

_numbers = itertools.count(1)


class House:
    """The running server and its database; ``desk`` sets up a department with a chat of its own."""

    admin: Person

    def __init__(self, dsn: str, folder: Path, database: Database, site: HostSite) -> None:
        self.database = database
        self.site = site
        port = unused_port()
        self.url = f"http://127.0.0.1:{port}"
        self._words = ("--port", str(port))
        self._folder = folder
        self._environ = {
            "CONTACTCENTER_DATABASE_URL": dsn,
            "CONTACTCENTER_PUBLIC_URL": self.url,
        }
        self._processes = AsyncExitStack()
        self._serving: Serving | None = None
        self._sessions: list[aiohttp.ClientSession] = []
        self._desks: dict[str, list[Desk]] = {}
        self._hash = hashed(PASSWORD)

    async def start(self) -> None:
        """Begin a process on the port of the last one."""
        self._serving = await self._processes.enter_async_context(
            served(self._folder, *self._words, environ=self._environ)
        )

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self._serving is not None
        os.kill(self._serving.process.pid, signal.SIGKILL)
        await self._serving.process.wait()

    async def person(
        self, name: str, *, role: str = "agent", queue_id: int | None = None
    ) -> Person:
        """Hire somebody, who signs in and is there; without a queue he serves none."""
        email = f"{name.lower()}{next(_numbers)}@desk.test"
        async with self.database.transaction() as conn:
            user_id = await conn.fetchval(
                "INSERT INTO user_account (email, name, role, password_hash)"
                " VALUES ($1, $2, $3, $4) RETURNING id",
                email,
                name,
                role,
                self._hash,
            )
            await conn.execute("INSERT INTO agent (id, capacity) VALUES ($1, 20)", user_id)
            if queue_id is not None:
                await conn.execute(
                    "INSERT INTO team_member SELECT team_id, $1::bigint FROM queue WHERE id = $2",
                    user_id,
                    queue_id,
                )
                await conn.execute(
                    "INSERT INTO membership (agent_id, queue_id) VALUES ($1, $2)", user_id, queue_id
                )
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._sessions.append(http)
        credentials = {"email": email, "password": PASSWORD}
        async with http.post(f"{self.url}/api/v1/session", json=credentials) as answer:
            assert answer.status == 201, await answer.text()
            csrf = (await answer.json())["csrf_token"]
        return Person(http, self.url, user_id, csrf)

    async def set_up(self) -> None:
        """Make a queue and a widget of its own for every desk there will be."""
        async with self.database.transaction() as conn:
            for kind, (number, options) in _WIDGETS.items():
                calendar_id = await _closed_for_days(conn) if kind == "closed" else None
                for _ in range(number):
                    key = f"{kind}-{next(_numbers)}"
                    queue_id = await factories.queue(conn, auto_accept=["webchat"])
                    made = await conn.fetchval(
                        "INSERT INTO entry_point (channel, address, queue_id, calendar_id, options)"
                        " VALUES ('webchat', $1, $2, $3, $4) RETURNING id",
                        key,
                        queue_id,
                        calendar_id,
                        {"webchat_origins": self.site.origin} | options,
                    )
                    desk = Desk(self, key=key, entry_point_id=made, queue_id=queue_id)
                    self._desks.setdefault(kind, []).append(desk)

    def desk(self, kind: str = "plain") -> "Desk":
        """A queue and a widget that nobody has used yet."""
        return self._desks[kind].pop()

    async def close(self) -> None:
        for session in self._sessions:
            await session.close()
        await self._processes.aclose()


class Desk:
    """One widget, the queue behind it, and who answers there."""

    def __init__(self, house: House, *, key: str, entry_point_id: int, queue_id: int) -> None:
        self.house = house
        self.key = key
        self.entry_point_id = entry_point_id
        self.queue_id = queue_id

    def page(self, *, lang: str = "en", style: str = "", **data: str) -> str:
        """The address of a page of the host site that has the widget."""
        return self.house.site.page(
            self.key, self.house.url, lang=lang, style=style, entry_point=self.key, **data
        )

    async def agent(self, name: str) -> Person:
        """Somebody who serves this queue and is available."""
        person = await self.house.person(name, queue_id=self.queue_id)
        await person.post("/presence", {"presence": "available"})
        return person

    async def ticket(self, agent: Person) -> dict[str, Any]:
        """The one ticket that the agent has, or will have soon."""

        async def held() -> list[dict[str, Any]]:
            return (await agent.get("/tickets?mine=true&state=assigned"))["items"]

        return (await eventually(held, within_s=PATIENCE_S, what="a ticket that is assigned"))[0]

    async def stored(self) -> list[tuple[int, str]]:
        """Every line of this widget's conversations as the database has it: its number and text."""
        async with self.house.database.read() as conn:
            rows = await conn.fetch(
                "SELECT l.sequence, coalesce(i.body, l.kind) FROM chat_line l"
                " JOIN chat_visitor v ON v.id = l.visitor_id"
                " LEFT JOIN interaction i ON i.id = l.interaction_id"
                " WHERE v.entry_point_id = $1 ORDER BY l.visitor_id, l.sequence",
                self.entry_point_id,
            )
        return [tuple(row) for row in rows]


async def _closed_for_days(conn: Conn) -> int:
    """A calendar by which somebody is there again in two days."""
    calendar_id = await factories.calendar(conn, time_zone="UTC")
    weekday = (datetime.now(UTC).isoweekday() + 1) % 7 + 1
    await conn.execute(
        "DELETE FROM calendar_hours WHERE calendar_id = $1 AND weekday <> $2", calendar_id, weekday
    )
    await conn.execute(
        "INSERT INTO calendar_hours (calendar_id, version, weekday, opens_min, closes_min)"
        " VALUES ($1, 1, $2, 480, 1020) ON CONFLICT DO NOTHING",
        calendar_id,
        weekday,
    )
    return calendar_id


@asynccontextmanager
async def opened(dsn: str, folder: Path, site: HostSite) -> AsyncIterator[House]:
    database = await Database(dsn).open()
    house = House(dsn, folder, database, site)
    try:
        await house.set_up()
        await house.start()
        house.admin = await house.person("Admin", role="admin")
        yield house
    finally:
        await house.close()
        await database.close()
