"""Where the conversations of web chats are: what ``channels.Chatroom`` promises, on the database.

One a process. A visitor's own messages come by the intake, which writes his lines with them
(``chat_lines``); everything else that a browser asks for comes through here.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg
from msgspec.structs import replace

from channels import (
    Attendance,
    Attested,
    Channel,
    ChatFile,
    ChatRefused,
    Details,
    Guest,
    NotStored,
    Outbound,
    Receipt,
    Seat,
    Standing,
    Unavailable,
    Undeliverable,
)
from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.chatroom import chat_farewell, chat_identifying
from contactcenter.chatroom.chat_attendance import ChatAttendance
from contactcenter.chatroom.chat_seats import ChatSeats
from contactcenter.chats import (
    chat_addresses,
    chat_files,
    chat_lines,
    chat_ratings,
    chat_standing,
    chat_tokens,
    chat_transcripts,
    chat_visitors,
)
from contactcenter.chats.chat_signals import tell_rooms
from contactcenter.chats.chat_visitors import Visitor
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.errors import NoDatabase
from contactcenter.feed import Feed
from contactcenter.gathering import Gathering
from contactcenter.outbound.own_addresses import OwnAddress, OwnAddresses
from contactcenter.secret_keys import SecretKeys

#: The channel whose conversations these are.
CHANNEL: Final = "webchat"
#: A few statements; longer is a database that does not answer.
WITHIN_S: Final = 4.5

#: Who asks: at which widget, and the SHA-256 of his token, empty where he brings none.
_Asked = tuple[str, bytes]
#: Who stands: at which widget, and his address.
_Place = tuple[str, str]


class Chatroom:
    """The app's ``channels.Chatroom``; raises ``NotStored`` while the database is away."""

    def __init__(
        self, database: Database, bell: Bell, dispatcher: Dispatcher, secret_keys: SecretKeys
    ) -> None:
        self._database = database
        self._bell = bell
        self._dispatcher = dispatcher
        self._secret_keys = secret_keys
        self._channels: Mapping[str, Channel] = {}
        self._addresses = OwnAddresses()
        self._seats = ChatSeats(database, bell, chat_standing.standings)
        self._attendance = ChatAttendance(database, bell, self._seats)
        self._greeting: Gathering[_Asked, tuple[OwnAddress, Visitor | None]] = Gathering(self._who)
        self._standing: Gathering[_Place, Standing] = Gathering(self._stand)
        self._coming: Gathering[str, Visitor] = Gathering(self._visitors)

    def know(self, channels: Mapping[str, Channel]) -> None:
        """Get to know the channels, which are built with the room."""
        self._channels = channels

    async def run(self, feed: Feed) -> None:
        """Tell those who are connected what is new, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._seats.run(feed))
            tasks.create_task(self._attendance.run())

    async def greet(self, entry_point: str, token: str | None) -> Guest:
        """Know a visitor by his token; a stranger gets one, and nothing is stored of him."""
        sha256 = b"" if token is None else chat_tokens.sha256(token)
        found = await self._greeting.ask((entry_point, sha256))
        if found is None:
            raise ChatRefused("unknown_entry_point", "there is no such widget key")
        ours, visitor = found
        if token is not None and visitor is not None and visitor.entry_point_id == ours.id:
            return Guest(
                entry_point=entry_point,
                token=token,
                address=visitor.address,
                is_known=True,
                is_identified=visitor.user_id is not None,
                last_sequence=visitor.last_sequence,
            )
        keys = self._secret_keys.derived(chat_tokens.PURPOSE)
        if (
            token is None
            or visitor is not None
            or not chat_tokens.is_ours(keys, entry_point, token)
        ):
            token = chat_tokens.issue(keys, entry_point)
        return Guest(entry_point=entry_point, token=token, address=chat_tokens.address(token))

    async def keep(self, guest: Guest, *, language: str | None) -> Guest:
        """Store a visitor, before the first thing that he does; once or many times."""
        async with _there(), self._database.transaction() as conn:
            ours = await self._addresses.known(conn, CHANNEL, guest.entry_point)
            if ours is None:
                raise ChatRefused("unknown_entry_point", "there is no such widget key")
            await chat_visitors.keep(
                conn,
                await timers.clock(conn),
                entry_point_id=ours.id,
                token=chat_tokens.sha256(guest.token),
                address=guest.address,
                language=language,
            )
        return replace(guest, is_known=True)

    async def attend(self, guest: Guest, seat: Seat, *, after: int) -> Attendance:
        """Hand the seat every line after that number, once and in order, and how it stands."""
        visitor = await self._coming.ask(guest.address)
        if visitor is None:
            raise ChatRefused("unknown_visitor", "there is no such visitor")
        return self._attendance.come(visitor, seat, after=after)

    async def deliver(self, outbound: Outbound) -> Receipt:
        """Put a message of ours into the visitor's lines, once by its correlation id."""
        try:
            async with asyncio.timeout(WITHIN_S), self._database.transaction() as conn:
                shown = await chat_lines.add_ours(
                    conn,
                    await timers.clock(conn),
                    address=outbound.recipient.value,
                    correlation_id=outbound.correlation_id,
                )
        except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
            raise Unavailable("the database did not take it in time") from error
        if shown is None:
            raise Undeliverable("there is no such visitor", code="unknown_visitor", kind="number")
        tell_rooms(self._bell, "line", [shown.visitor_id])
        return Receipt(external_id=outbound.correlation_id, status="sent")

    async def identify(self, guest: Guest, attested: Attested) -> Guest:
        """Let the visitor be who the host site says; of a stranger nothing is stored."""
        if guest.is_known:
            async with _there():
                await chat_identifying.identify(
                    self._database, self._dispatcher, self._channels, guest.address, attested
                )
        return replace(guest, is_identified=True)

    async def standing(self, guest: Guest) -> Standing:
        """How it stands with him; for a stranger, whether somebody is there."""
        found = await self._standing.ask((guest.entry_point, guest.address))
        if found is None:
            raise ChatRefused("unknown_entry_point", "there is no such widget key")
        return found

    async def tell_details(self, guest: Guest, details: Details) -> None:
        """Keep what a visitor says of himself."""
        async with self._change(guest) as (conn, now, visitor_id):
            await chat_addresses.tell(conn, now, visitor_id, details, channels=self._channels)

    async def upload(self, guest: Guest, name: str, body: bytes) -> ChatFile:
        """Keep a file until it is sent with a message."""
        async with self._change(guest) as (conn, now, visitor_id):
            return await chat_files.upload(conn, now, visitor_id, name, body)

    async def file(self, token: str) -> tuple[ChatFile, AsyncIterator[bytes]] | None:
        """Give a file of a conversation; None where there is none by this secret."""
        async with _there():
            return await chat_files.opened(self._database, token)

    async def end(self, guest: Guest) -> None:
        """End the chat, as the visitor asks."""
        async with _there():
            await chat_farewell.end(self._dispatcher, await self._id_of(guest))

    async def rate(self, guest: Guest, score: int, comment: str) -> None:
        """Take what he thinks of it, once a conversation."""
        async with self._change(guest) as (conn, now, visitor_id):
            await chat_ratings.give(conn, now, visitor_id, score, comment)

    async def send_transcript(self, guest: Guest, address: str) -> None:
        """Send him the conversation by mail."""
        async with self._change(guest) as (conn, now, visitor_id):
            await chat_transcripts.write(conn, now, visitor_id, address, channels=self._channels)
        self._bell.ring("outbox")

    async def _id_of(self, guest: Guest) -> int:
        visitor = await self._coming.ask(guest.address)
        if visitor is None:
            raise ChatRefused("unknown_visitor", "there is no such visitor")
        return visitor.id

    @asynccontextmanager
    async def _change(self, guest: Guest) -> AsyncIterator[tuple[Conn, datetime, int]]:
        """A transaction about a visitor of whom something is stored: it, its time, and his id."""
        async with _there(), self._database.transaction() as conn:
            visitors = await chat_visitors.by_address(conn, [guest.address])
            if not visitors:
                raise ChatRefused("unknown_visitor", "there is no such visitor")
            yield conn, await timers.clock(conn), visitors[0].id
        self._bell.ring("events")

    async def _who(
        self, asked: Sequence[_Asked]
    ) -> Mapping[_Asked, tuple[OwnAddress, Visitor | None]]:
        tokens = [sha256 for _, sha256 in asked if sha256]
        found = {}
        async with _there(), self._database.read() as conn:
            visitors = await chat_visitors.by_token(conn, tokens) if tokens else []
            by_token = {one.token_sha256: one for one in visitors}
            for entry_point, sha256 in asked:
                ours = await self._addresses.known(conn, CHANNEL, entry_point)
                if ours is not None:
                    found[entry_point, sha256] = (ours, by_token.get(sha256))
        return found

    async def _stand(self, asked: Sequence[_Place]) -> Mapping[_Place, Standing]:
        found = {}
        async with _there(), self._database.read() as conn:
            now = await timers.clock(conn)
            visitors = await chat_visitors.by_address(conn, [address for _, address in asked])
            by_address = {visitor.address: visitor.id for visitor in visitors}
            standings = await chat_standing.standings(conn, now, list(by_address.values()))
            strangers: dict[str, Standing] = {}
            for entry_point, address in asked:
                if address in by_address:
                    found[entry_point, address] = standings[by_address[address]]
                    continue
                ours = await self._addresses.known(conn, CHANNEL, entry_point)
                if ours is not None:
                    if entry_point not in strangers:
                        strangers[entry_point] = await chat_standing.standing_of_stranger(
                            conn, now, ours.id
                        )
                    found[entry_point, address] = strangers[entry_point]
        return found

    async def _visitors(self, addresses: Sequence[str]) -> Mapping[str, Visitor]:
        async with _there(), self._database.read() as conn:
            found = await chat_visitors.by_address(conn, addresses)
        return {visitor.address: visitor for visitor in found}


@asynccontextmanager
async def _there() -> AsyncIterator[None]:
    """What a channel knows of a database that does not answer."""
    try:
        async with asyncio.timeout(WITHIN_S):
            yield
    except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
        raise NotStored("the database did not take it in time") from error
