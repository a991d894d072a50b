"""One socket of a visitor: what his frames ask for, and his seat in the room."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from channels._base import Inbox
from channels._chat import (
    Attendance,
    Attested,
    ChatRefused,
    Chatroom,
    Details,
    Guest,
    Line,
    Standing,
    Typing,
)
from channels._failures import NotStored
from channels._webchat import frames, messages, settings, wire
from channels._webchat.codes import (
    BAD_FRAMES,
    GOING_AWAY,
    TRY_LATER,
    UNKNOWN_ENTRY_POINT,
    VERSION_UNKNOWN,
    Declined,
    ErrorCode,
)
from channels._webchat.door import Door, Refused
from channels._webchat.frames import Ack, Error, Frame, Hello, Message, Pong
from channels._webchat.greeting import Attest, greeted
from channels._webchat.visitor_socket import VisitorSocket

log = structlog.get_logger()


class Visit:
    """Answers the frames of one socket, one after the other."""

    __slots__ = (
        "_address",
        "_attendance",
        "_attest",
        "_attested",
        "_bad_frames",
        "_clock",
        "_door",
        "_guest",
        "_inbox",
        "_language",
        "_origin",
        "_received",
        "_room",
        "_seen",
        "_socket",
        "_told",
        "_typed_s",
    )

    def __init__(
        self,
        socket: VisitorSocket,
        *,
        door: Door,
        room: Chatroom,
        inbox: Inbox,
        attest: Attest,
        clock: Callable[[], float],
        address: str,
        origin: str | None,
    ) -> None:
        self._socket = socket
        self._door = door
        self._room = room
        self._inbox = inbox
        self._attest = attest
        self._clock = clock
        self._address = address
        self._origin = origin
        self._language: settings.Language = "en"
        self._guest: Guest | None = None
        #: There once something is stored of him.
        self._attendance: Attendance | None = None
        #: Who a visitor is of whom nothing is stored yet.
        self._attested: Attested | None = None
        self._bad_frames = 0
        self._typed_s: float | None = None
        self._told: int = 0
        self._received: int = 0
        self._seen: int = 0

    @property
    def has_begun(self) -> bool:
        """Whether the browser has said hello."""
        return self._guest is not None

    async def take(self, data: bytes | None) -> None:
        """Do what a frame asks for and answer it; None stands for a binary frame."""
        frame_id = None
        try:
            frame = self._understood(data)
            frame_id = getattr(frame, "id", None)
            await self._do(frame, data or b"")
        except wire.Unclear as unclear:
            self._refuse(unclear.frame_id, unclear.code, str(unclear))
            self._count_bad_frame()
        except wire.OtherVersion:
            self._socket.end(VERSION_UNKNOWN)
        except Refused as refused:
            self._socket.end(refused.ending)
        except (Declined, ChatRefused) as declined:
            if self._guest is None:
                is_unknown = declined.code == UNKNOWN_ENTRY_POINT.reason
                self._socket.end(UNKNOWN_ENTRY_POINT if is_unknown else TRY_LATER)
            self._refuse(frame_id, declined.code, str(declined))
        except (NotStored, TimeoutError) as error:
            log.warning("chat_frame_not_done", error=type(error).__name__)
            if self._guest is None:
                self._socket.end(TRY_LATER)
            else:
                self._refuse(frame_id, "not_stored", "It cannot be stored now; send it again.")

    def tell(self, news: Sequence[Line | Standing | Typing]) -> None:
        """Write what there is to show, all of it in one go."""
        for one in news:
            if isinstance(one, Line):
                self._told = max(self._told, one.sequence)
        self._socket.write(b"".join(wire.encode(wire.of_news(one)) for one in news))

    def end(self) -> None:
        """Send the browser away to come back at once."""
        self._socket.end(GOING_AWAY)

    async def leave(self) -> None:
        """Let go of the seat."""
        attendance, self._attendance = self._attendance, None
        if attendance is not None:
            await attendance.leave()

    def _understood(self, data: bytes | None) -> Frame:
        if data is None:
            raise wire.Unclear("bad_frame", "Frames are text.")
        if len(data) > self._door.limits.frame_bytes:
            most = self._door.limits.frame_bytes
            raise wire.Unclear("too_large", f"A frame may have {most} bytes.")
        frame = wire.decode(data)
        if isinstance(frame, Hello) and self._guest is not None:
            raise wire.Unclear("already_greeted", "This socket knows who you are.")
        if not isinstance(frame, Hello) and self._guest is None:
            raise wire.Unclear("hello_first", "Say hello first.", getattr(frame, "id", None))
        return frame

    async def _do(self, frame: Frame, data: bytes) -> None:
        if self._guest is not None:
            self._door.check(self._guest.entry_point, self._origin)
        async with asyncio.timeout(self._door.limits.room_s):
            match frame:
                case Hello():
                    await self._hello(frame)
                case Message():
                    await self._message(frame, data)
                    self._socket.send(Ack(id=frame.id))
                case frames.VisitorTyping():
                    self._typing()
                case frames.Received() | frames.Seen():
                    await self._note(frame)
                case frames.Ping():
                    self._socket.send(Pong(id=frame.id))
                case _:
                    await self._ask(frame)
                    self._socket.send(Ack(id=frame.id))

    async def _hello(self, hello: Hello) -> None:
        options = self._door.options(hello.entry_point, self._origin)
        self._language = settings.language(options, hello.language)
        async with self._door.turn():
            found = await greeted(self._room, self._attest, hello)
            guest, self._attested = found.guest, found.attested
            standing = await self._room.standing(guest)
            is_the_same = guest.token == hello.token and hello.after <= guest.last_sequence
            self._told = hello.after if is_the_same else 0
            self._socket.send(
                frames.Welcome(
                    version=frames.VERSION,
                    token=guest.token,
                    is_known=guest.is_known,
                    is_identified=guest.is_identified or self._attested is not None,
                    last_sequence=guest.last_sequence,
                    settings=settings.of_widget(options, self._language),
                    standing=wire.standing_body(standing),
                    identity_problem=found.problem,
                )
            )
            if guest.is_known:
                self._attendance = await self._room.attend(guest, self, after=self._told)
            self._guest = guest

    async def _message(self, message: Message, data: bytes) -> None:
        messages.check(message)
        self._check_rate()
        await self._become_known()
        guest = self._present
        item = messages.inbound(message, data, entry_point=guest.entry_point, address=guest.address)
        async with asyncio.timeout(self._door.limits.store_s):
            await self._inbox.receive([item])

    def _check_rate(self) -> None:
        if not self._door.may_ask(self._present.address):
            raise Declined("rate_limited", "That was fast; send it again in some seconds.")

    async def _become_known(self) -> None:
        """Have a visitor stored before the first thing he does."""
        if self._attendance is not None:
            return
        if not self._present.is_known and not self._door.may_begin(self._address):
            raise Declined("rate_limited", "Too many begin at once; try again in some seconds.")
        self._guest = await self._room.keep(self._present, language=self._language)
        if self._attested is not None:
            await self._become(self._attested)
            self._attested = None
        self._attendance = await self._room.attend(self._guest, self, after=0)

    async def _become(self, attested: Attested) -> None:
        """Be who the host said at the beginning; else he goes on as he is, and is told so."""
        try:
            self._guest = await self._room.identify(self._present, attested)
        except ChatRefused as refused:
            self._refuse(None, refused.code, str(refused))

    async def _ask(
        self,
        frame: frames.Details | frames.Identify | frames.End | frames.Rate | frames.Transcript,
    ) -> None:
        self._check_rate()
        if isinstance(frame, frames.Identify):
            await self._identify(frame)
        elif isinstance(frame, frames.Details):
            await self._become_known()
            details = Details(
                name=frame.name, email=frame.email, phone=frame.phone, topic=frame.topic
            )
            await self._room.tell_details(self._present, details)
        elif self._attendance is None:
            raise Declined("unknown_visitor", "Nothing was written yet.")
        elif isinstance(frame, frames.End):
            await self._room.end(self._present)
        elif isinstance(frame, frames.Rate):
            await self._room.rate(self._present, frame.score, frame.comment)
        else:
            await self._room.send_transcript(self._present, frame.email)

    async def _identify(self, frame: frames.Identify) -> None:
        attested = self._attest(self._present.entry_point, frame.identity)
        if not isinstance(attested, Attested):
            raise ChatRefused(attested, "The host's word for who this is does not count.")
        if self._attendance is None:
            self._attested = attested
        else:
            self._guest = await self._room.identify(self._present, attested)

    async def _note(self, frame: frames.Received | frames.Seen) -> None:
        """Tell the room how far he is, if that is news; nobody has what he was not sent."""
        if self._attendance is None:
            return
        sequence = min(frame.sequence, self._told)
        if sequence > self._received:
            self._received = sequence
            await self._attendance.received(sequence)
        if isinstance(frame, frames.Seen) and sequence > self._seen:
            self._seen = sequence
            await self._attendance.seen(sequence)

    def _typing(self) -> None:
        now_s = self._clock()
        every_s = self._door.limits.typing_every_s
        is_news = self._typed_s is None or now_s - self._typed_s >= every_s
        if self._attendance is not None and is_news:
            self._typed_s = now_s
            self._attendance.typing()

    def _refuse(self, frame_id: str | None, code: ErrorCode | str, detail: str) -> None:
        self._socket.send(Error(id=frame_id, code=code, message=detail))

    def _count_bad_frame(self) -> None:
        self._bad_frames += 1
        if self._bad_frames > self._door.limits.bad_frames:
            self._socket.end(BAD_FRAMES)

    @property
    def _present(self) -> Guest:
        assert self._guest is not None, "whoever asks has said hello"
        return self._guest
