"""What the commands of a feed socket do, and how each is answered."""

import time
from collections.abc import Mapping
from typing import Final, Protocol

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from contactcenter import presence_keeper
from contactcenter.access import tokens
from contactcenter.access.actor import Actor, PasswordChangeRequired
from contactcenter.api.boards import Boards, Wish
from contactcenter.api.guard import ScopeMissing
from contactcenter.api.report_questions import among
from contactcenter.bell import Bell
from contactcenter.chats import chat_attention
from contactcenter.chats.chat_attention import Attentive
from contactcenter.db import Conn, Database
from contactcenter.errors import BadInput, DomainError, NoDatabase, NotSignedIn
from contactcenter.feed import BadCursor, Ending, Feed, Subscriber, TooManySockets, frames
from contactcenter.feed.frames import (
    Authenticate,
    CommandId,
    ErrorCode,
    Heartbeat,
    Ping,
    Read,
    Refusal,
    Refused,
    Result,
    Resync,
    Subscribe,
    Typing,
    UnwatchBoard,
    WatchBoard,
)
from contactcenter.feed.subscriber import SIGNED_OUT, TOO_MANY
from contactcenter.periods import zone_named
from contactcenter.statistics.rates import Variant

#: More often than this a visitor is not told that somebody writes.
TYPING_EVERY_S: Final = 1.0

log = structlog.get_logger()

_CODES: Final[Mapping[type[DomainError], ErrorCode]] = {
    NotSignedIn: "not_signed_in",
    PasswordChangeRequired: "password_change_required",
    ScopeMissing: "scope_missing",
    TooManySockets: "too_many_sockets",
    BadCursor: "bad_cursor",
    NoDatabase: "no_database",
    BadInput: "bad_input",
}


class _Head(Struct, frozen=True):
    id: CommandId
    type: str


_head: Final = msgspec.json.Decoder(_Head)
_decoders: Final = {
    kind.__struct_config__.tag: msgspec.json.Decoder(kind) for kind in frames.COMMANDS
}


class Refuse(Exception):
    """The command is not done."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: Final = code


class Client(Protocol):
    """The socket a command came from."""

    subscriber: Subscriber | None

    async def sign_in(self, actor: Actor) -> None:
        """Let this person have the feed."""
        ...

    async def reply(self, frame: Struct) -> None:
        """Send a frame behind those that wait."""
        ...

    def end(self, ending: Ending) -> None:
        """Close the socket."""
        ...


class Commands:
    """Answers the commands of one client, one after the other."""

    def __init__(
        self, client: Client, feed: Feed, database: Database, bell: Bell, boards: Boards
    ) -> None:
        self._client = client
        self._boards = boards
        self._feed = feed
        self._database = database
        self._bell = bell
        #: The ticket whose visitor was told last that somebody writes, and when.
        self._typed = (0, 0.0)

    async def answer(self, text: str | None) -> None:
        """Do what a frame asks for, and answer with one result; None stands for a binary frame."""
        command_id = None
        try:
            head = _read_head(text)
            command_id = head.id
            command = _read_command(head, text)
            await self._do(command)
        except Refuse as refuse:
            await self._refuse(command_id, refuse.code, str(refuse))
        except DomainError as error:
            await self._refuse(command_id, _CODES[type(error)], error.detail)
        except asyncpg.PostgresError as error:
            log.warning("feed_command_failed", error=type(error).__name__)
            await self._refuse(command_id, "no_database", NoDatabase().detail)

    async def _do(self, command: Struct) -> None:
        subscriber = self._client.subscriber
        match command:
            case Authenticate():
                await self._authenticate(command)
            case _ if subscriber is None:
                raise NotSignedIn("Authenticate first.")
            case Subscribe():
                await self._subscribe(subscriber, command)
            case Ping():
                at = self._feed.cursor_of(subscriber)
                await self._done(command.id, at)
            case Heartbeat():
                _check_may_write(subscriber)
                presence_keeper.heard(self._database, subscriber.viewer.user_id)
                await self._done(command.id)
            case Typing():
                await self._typing(subscriber, command)
            case Read():
                await self._read(subscriber, command)
            case WatchBoard():
                await self._watch_board(subscriber, command)
            case UnwatchBoard():
                self._boards.forget(subscriber)
                await self._done(command.id)

    async def _authenticate(self, command: Authenticate) -> None:
        """Sign in by token; whoever is refused may not try again on this socket."""
        if self._client.subscriber is not None:
            raise Refuse("already_signed_in", "This socket knows who you are.")
        async with self._database.read() as conn:
            actor = await tokens.find_actor(conn, command.token)
        try:
            if actor is None:
                raise NotSignedIn("The token is unknown, revoked or expired.")
            await self._client.sign_in(actor)
        except NoDatabase:
            raise
        except DomainError as error:
            await self._refuse(command.id, _CODES[type(error)], error.detail)
            self._client.end(TOO_MANY if isinstance(error, TooManySockets) else SIGNED_OUT)
        else:
            await self._done(command.id)

    async def _subscribe(self, subscriber: Subscriber, command: Subscribe) -> None:
        if subscriber.cursor is not None:
            raise Refuse("already_subscribed", "One subscription a socket.")
        subscribed = await self._feed.subscribe(subscriber, command.cursor)
        # Nothing may come between: the feed hands out events from here on.
        await self._done(command.id, subscribed.cursor)
        if subscribed.is_anew:
            await self._client.reply(Resync(cursor=subscribed.cursor))

    async def _typing(self, subscriber: Subscriber, command: Typing) -> None:
        """Tell the visitor that somebody writes; who may is asked of every frame."""
        async with self._database.read() as conn:
            writer = await _may_answer(conn, subscriber, command.ticket_id)
        if not writer.has_visitor:
            raise Refuse("no_chat", "Nobody chats on this ticket.")
        ticket_id, told_s = self._typed
        now_s = time.monotonic()
        if ticket_id != command.ticket_id or now_s - told_s >= TYPING_EVERY_S:
            self._typed = (command.ticket_id, now_s)
            typing = {"kind": "typing", "ticket_id": command.ticket_id, "agent": writer.name}
            self._bell.signal("visitors", typing)
        await self._done(command.id)

    async def _read(self, subscriber: Subscriber, command: Read) -> None:
        """Note how far the agent has read, and have the visitor told."""
        async with self._database.transaction() as conn:
            reader = await _may_answer(conn, subscriber, command.ticket_id)
            is_new = await chat_attention.note_read(conn, command.ticket_id, command.interaction_id)
        if not is_new and not reader.has_visitor:
            raise Refuse("no_chat", "Nobody chats on this ticket.")
        if is_new:
            self._bell.signal("visitors", {"kind": "read", "ticket_id": command.ticket_id})
        await self._done(command.id)

    async def _watch_board(self, subscriber: Subscriber, command: WatchBoard) -> None:
        """Send the board from now on, behind the answer."""
        if not subscriber.viewer.is_supervisor:
            raise Refuse("not_allowed", "The live board is for supervisors and administrators.")
        variants = tuple(one.value for one in Variant)
        wish = Wish(
            zone=zone_named(command.zone, place="zone"),
            within_s=command.within_s,
            variant=among(command.variant, variants, "variant"),
        )
        await self._done(command.id)
        self._boards.watch(subscriber, wish)

    async def _done(self, command_id: int, cursor: str | None = None) -> None:
        at = msgspec.UNSET if cursor is None else cursor
        await self._client.reply(Result(id=command_id, cursor=at))

    async def _refuse(self, command_id: int | None, code: ErrorCode, message: str) -> None:
        refused = Refused(code=code, message=message)
        await self._client.reply(Refusal(id=command_id, error=refused))


def _check_may_write(subscriber: Subscriber) -> None:
    if not subscriber.keeps_presence:
        raise ScopeMissing("The token lacks the scope write.")


async def _may_answer(conn: Conn, subscriber: Subscriber, ticket_id: int) -> Attentive:
    """Who he is to the ticket; raises ``Refuse`` where he may not answer there now."""
    _check_may_write(subscriber)
    found = await chat_attention.attentive(conn, subscriber.viewer.user_id, ticket_id)
    if found is None:
        raise Refuse("no_ticket", f"There is no ticket {ticket_id} that you may read.")
    if not found.may_answer:
        raise Refuse("not_your_ticket", f"Ticket {ticket_id} is not yours.")
    return found


def _read_head(text: str | None) -> _Head:
    if text is None:
        raise Refuse("bad_frame", "Frames are text.")
    try:
        return _head.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Refuse("bad_frame", f"{error}.") from error


def _read_command(head: _Head, text: str | None) -> Struct:
    decoder = _decoders.get(head.type)
    if decoder is None:
        known = ", ".join(str(name) for name in _decoders)
        raise Refuse("unknown_command", f"Known are: {known}.")
    try:
        return decoder.decode(text or "")
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refuse("bad_frame", f"{error}.") from error
