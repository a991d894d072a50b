"""What tests of web chats begin with: a widget, a room in a process, visitors, and their seats."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import factories

from channels import Address, Guest, Inbound, Line, Outbound, Raw, Said, Standing, Typing
from contactcenter.bell import Bell
from contactcenter.chatroom.chatroom import Chatroom
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.feed import Feed
from contactcenter.intake import Intake
from contactcenter.secret_keys import SecretKeys
from contactcenter.settings import Settings

KEY = "widget-1"
#: A busy machine may need that long for what is done in milliseconds.
PATIENCE_S = 20.0


class RecordingSeat:
    """A socket that keeps what it was told."""

    def __init__(self) -> None:
        self.news: list[Line | Standing | Typing] = []
        self.has_ended = False
        self._told = asyncio.Event()

    def tell(self, news: Sequence[Line | Standing | Typing]) -> None:
        self.news += news
        self._told.set()

    def end(self) -> None:
        self.has_ended = True
        self._told.set()

    @property
    def lines(self) -> list[Line]:
        return [one for one in self.news if isinstance(one, Line)]

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    async def until(self, count: int) -> list[Line]:
        """Wait until so many lines were told."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.lines) < count:
                self._told.clear()
                await self._told.wait()
        return self.lines

    async def until_told(self, news: type) -> None:
        """Wait until something of this kind was told."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(isinstance(one, news) for one in self.news):
                self._told.clear()
                await self._told.wait()


class Process:
    """One process of ours: its room, its intake, and what they need."""

    def __init__(self, database: Database, room: Chatroom, intake: Intake, bell: Bell) -> None:
        self.database = database
        self.room = room
        self.intake = intake
        self.bell = bell

    async def visitor(self, token: str | None = None) -> Guest:
        """Somebody who has come, and of whom there is a row."""
        return await self.room.keep(await self.room.greet(KEY, token), language="en")

    async def say(self, guest: Guest, text: str, client_id: str) -> str:
        """Let him write as his browser would; returns the outcome once it is stored."""
        return (await self.intake.receive([said(guest, text, client_id)]))[0]


@asynccontextmanager
async def process(database: Database, folder: Path) -> AsyncIterator[Process]:
    """A process of ours that serves visitors."""
    bell = Bell(database)
    feed = Feed(database, bell)
    intake = Intake(database, bell, reopen_window_s=3600)
    keys = SecretKeys(Settings.load({"CONTACTCENTER_DATA_DIR": str(folder)}, channel_settings=()))
    dispatcher = Dispatcher(database, bell)
    room = Chatroom(database, bell, dispatcher, keys)
    tasks = [
        asyncio.create_task(one)
        for one in (bell.run(), feed.run(), intake.run(), dispatcher.run(), room.run(feed))
    ]
    try:
        yield Process(database, room, intake, bell)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await intake.close()
        await dispatcher.close()


async def widget(database: Database, *, key: str = KEY) -> int:
    """An entry point of web chats with a queue and its team; returns its id."""
    async with database.transaction() as conn:
        team = await factories.team(conn)
        queue = await factories.queue(conn, team_id=team)
        return await factories.entry_point(conn, queue_id=queue, channel="webchat", address=key)


def said(guest: Guest, text: str, client_id: str) -> Inbound:
    """A visitor's message as the channel hands it to the intake."""
    return Inbound(
        channel="webchat",
        entry_point=guest.entry_point,
        sender=Address(kind="chat", value=guest.address),
        text=text,
        raw=Raw(body=text.encode(), content_type="application/json"),
        external_id=f"{guest.address}:{client_id}",
        said=Said(client_id=client_id),
    )


async def written(conn: Conn, guest: Guest, text: str, correlation_id: str) -> Outbound:
    """What an agent has written to a visitor, as the sender hands it to the channel."""
    at = await conn.fetchrow(
        """SELECT i.id, i.contact_id, i.ticket_id, i.entry_point_id, now() AS now FROM interaction i
           JOIN identity d ON d.id = i.identity_id WHERE d.value = $1 ORDER BY i.id DESC LIMIT 1""",
        guest.address,
    )
    author = await conn.fetchval("SELECT id FROM user_account WHERE name = 'Bahar'")
    author = author or await factories.user(conn, name="Bahar")
    interaction_id = await conn.fetchval(
        """INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel,
             direction, kind, author_id, body, state, occurred_at, received_at)
           SELECT contact_id, ticket_id, entry_point_id, identity_id, 'webchat', 'outbound',
             'message', $2, $3, 'queued', now(), now() FROM interaction WHERE id = $1
           RETURNING id""",
        at["id"],
        author,
        text,
    )
    await conn.execute(
        """INSERT INTO outbox (interaction_id, conversation, correlation_id, next_at, created_at)
           VALUES ($1, 'chat', $2, now(), now())""",
        interaction_id,
        correlation_id,
    )
    return Outbound(
        correlation_id=correlation_id,
        entry_point=guest.entry_point,
        recipient=Address(kind="chat", value=guest.address),
        text=text,
    )
