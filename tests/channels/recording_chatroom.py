"""A room in memory, for the web chat under test: conversations as the app's room keeps them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from channels import (
    Attested,
    ChatFile,
    ChatRefused,
    Details,
    Guest,
    Inbound,
    Line,
    Outbound,
    Receipt,
    Seat,
    Standing,
)

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)


class Attendee:
    """A seat that is taken."""

    def __init__(self, room, address, seat):
        self.room, self.address, self.seat = room, address, seat
        self.said: list[tuple[str, int]] = []
        self.typed = 0
        self.is_here = True

    async def received(self, sequence: int) -> None:
        await self.room._pass()
        self.said.append(("received", sequence))

    async def seen(self, sequence: int) -> None:
        await self.room._pass()
        self.said.append(("seen", sequence))

    def typing(self) -> None:
        self.typed += 1

    async def leave(self) -> None:
        self.is_here = False
        self.room.attendees.remove(self)


class RecordingChatroom:
    """Keeps conversations by the visitor's address.

    ``fault`` is raised instead, as long as it is set; while ``gate`` is closed nothing returns.
    """

    def __init__(self) -> None:
        self.guests: dict[str, Guest] = {}
        self.lines: dict[str, list[Line]] = {}
        self.attendees: list[Attendee] = []
        self.left: list[Attendee] = []
        self.calls: list[tuple] = []
        self.uploaded: dict[str, tuple[ChatFile, bytes]] = {}
        self.delivered: list[Outbound] = []
        self.how_it_stands = Standing()
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def greet(self, entry_point: str, token: str | None) -> Guest:
        await self._pass()
        known = next((g for g in self.guests.values() if g.token == token), None)
        if known is not None and known.entry_point == entry_point:
            return replace(known, last_sequence=len(self.lines[known.address]))
        if known is None and token is not None and token.startswith("T-"):
            return Guest(entry_point=entry_point, token=token, address=token.replace("T-", "v-"))
        name = secrets.token_hex(8)
        return Guest(entry_point=entry_point, token=f"T-{name}", address=f"v-{name}")

    async def keep(self, guest: Guest, *, language: str | None) -> Guest:
        await self._pass()
        self.calls.append(("keep", guest.address, language))
        kept = replace(guest, is_known=True)
        self.lines.setdefault(guest.address, [])
        return self.guests.setdefault(guest.address, kept)

    async def identify(self, guest: Guest, attested: Attested) -> Guest:
        await self._pass()
        self.calls.append(("identify", guest.address, attested.user_id))
        other = [c for c in self.calls if c[:2] == ("identify", guest.address)]
        if any(user != attested.user_id for _, _, user in other):
            raise ChatRefused("other_visitor", "This is somebody else's conversation.")
        self.guests[guest.address] = replace(guest, is_identified=True)
        return self.guests[guest.address]

    async def attend(self, guest: Guest, seat: Seat, *, after: int) -> Attendee:
        await self._pass()
        if guest.address not in self.lines:
            raise ChatRefused("unknown_visitor", "There is no such visitor.")
        attendee = Attendee(self, guest.address, seat)
        self.attendees.append(attendee)
        seat.tell([*self.lines[guest.address][after:], self.how_it_stands])
        return attendee

    async def standing(self, guest: Guest) -> Standing:
        await self._pass()
        return self.how_it_stands

    async def tell_details(self, guest: Guest, details: Details) -> None:
        await self._pass()
        self.calls.append(("details", guest.address, details))

    async def upload(self, guest: Guest, name: str, body: bytes) -> ChatFile:
        await self._pass()
        if name.endswith(".exe"):
            raise ChatRefused("file_refused", "Programs are not taken.")
        token = secrets.token_urlsafe(16)
        file = ChatFile(
            token=token, name=name, content_type="application/octet-stream", size_bytes=len(body)
        )
        self.uploaded[token] = (file, body)
        return file

    async def file(self, token: str) -> tuple[ChatFile, AsyncIterator[bytes]] | None:
        await self._pass()
        found = self.uploaded.get(token)
        return None if found is None else (found[0], _pieces(found[1]))

    async def end(self, guest: Guest) -> None:
        await self._pass()
        self.calls.append(("end", guest.address))

    async def rate(self, guest: Guest, score: int, comment: str) -> None:
        await self._pass()
        if ("rate", guest.address) in [call[:2] for call in self.calls]:
            raise ChatRefused("already_rated", "Once is enough.")
        self.calls.append(("rate", guest.address, score, comment))

    async def send_transcript(self, guest: Guest, address: str) -> None:
        await self._pass()
        self.calls.append(("transcript", guest.address, address))

    async def deliver(self, outbound: Outbound) -> Receipt:
        await self._pass()
        self.delivered.append(outbound)
        self.say(outbound.recipient.value, outbound.text, by="agent", name="Sara")
        return Receipt(external_id=f"line-{outbound.correlation_id}", status="sent")

    # What a test does ---------------------------------------------------------------------------

    def say(self, address: str, text: str, **line) -> Line:
        """Put a line into a conversation, and tell all who sit in it."""
        lines = self.lines.setdefault(address, [])
        lines.append(Line(sequence=len(lines) + 1, at=AT, text=text, **{"by": "agent", **line}))
        self.tell(address, lines[-1:])
        return lines[-1]

    def tell(self, address: str, news: Sequence) -> None:
        for attendee in self.attendees:
            if attendee.address == address:
                attendee.seat.tell(news)

    async def _pass(self) -> None:
        await self.gate.wait()
        if self.fault:
            raise self.fault


class ChatInbox:
    """An inbox that puts what a visitor said into the room, once, as intake does."""

    def __init__(self, room: RecordingChatroom) -> None:
        self.room = room
        self.received: list[Inbound] = []
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def receive(self, items, *, checkpoint=None):
        await self.gate.wait()
        if self.fault:
            raise self.fault
        return [self._take(item) for item in items]

    async def status(self, update) -> None:
        raise AssertionError("nobody reports on chats")

    def _take(self, item: Inbound):
        is_known = item.external_id in {one.external_id for one in self.received}
        self.received.append(item)
        if is_known:
            return "duplicate"
        self.room.say(item.sender.value, item.text, by="visitor", client_id=item.said.client_id)
        return "stored"


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 65_536):
        yield body[at : at + 65_536]
