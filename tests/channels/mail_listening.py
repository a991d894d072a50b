"""A listener for mails with an inbox in memory, and somebody who speaks to it byte by byte."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from recording_inbox import RecordingInbox

from channels import Env, MailReaders, Mailroom, NoOwnSettings
from channels._email.listener.certificate import Certificate
from channels._email.listener.door import Door, Limits
from channels._email.listener.listeners import listener
from channels._email.listener.sockets import Listener, Place
from channels._email.listener.storing import Storing, Way
from channels._email.receiving import Receiver

LOOPBACK = "127.0.0.0/8"
HELP = "help@shop.example"
SALES = "sales@shop.example"
KEY = b"k" * 32


class OurAddresses(NoOwnSettings):
    """What is set up: addresses, and nothing of their own."""

    def __init__(self, *addresses: str) -> None:
        self.known = list(addresses)

    def addresses(self, channel: str) -> list[str]:
        return self.known


class Speaker:
    """One connection to a listener."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def heard(self, *, within_s: float = 10.0) -> str:
        """The next answer, all its lines; empty where there is none to come."""
        lines = []
        async with asyncio.timeout(within_s):
            while line := (await self.reader.readline()).decode():
                lines.append(line.rstrip("\r\n"))
                if line[3:4] == " ":
                    break
        return "\n".join(lines)

    async def say(self, line: str | bytes) -> str:
        """Say a line and hear the answer."""
        await self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.heard()

    async def send(self, what: bytes) -> None:
        self.writer.write(what)
        await self.writer.drain()

    async def letter(self, *recipients: str, sender: str = "a@b.example") -> list[str]:
        """Say whom a mail is from and for, up to DATA; the answers."""
        said = [await self.say(f"MAIL FROM:<{sender}>")]
        said += [await self.say(f"RCPT TO:<{one}>") for one in recipients]
        return [*said, await self.say("DATA")]

    async def mail(self, raw: bytes, *recipients: str, sender: str = "a@b.example") -> str:
        """Hand over a mail as a client does, and hear the (first) answer."""
        await self.letter(*recipients, sender=sender)
        stuffed = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
        ends = not stuffed or stuffed.endswith(b"\r\n")
        await self.send(stuffed + (b".\r\n" if ends else b"\r\n.\r\n"))
        return await self.heard()

    async def is_closed(self, *, within_s: float = 10.0) -> bool:
        """Whether the other side has nothing more to say and is gone."""
        async with asyncio.timeout(within_s):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read() == b""
        return True


class Listening:
    """A listener that runs, and whom it hands mails to."""

    def __init__(
        self,
        made: Listener,
        inbox: RecordingInbox,
        own: OurAddresses,
        running: asyncio.Task[None],
        conversations: set,
    ) -> None:
        self.made = made
        self.inbox = inbox
        self.own = own
        self.running = running
        self.conversations = conversations

    @property
    def port(self) -> int:
        return self.made.ports[0]

    @contextlib.asynccontextmanager
    async def spoken_to(
        self, greeting: str | None = "EHLO mx.example", *, source: str = "127.0.0.1"
    ) -> AsyncIterator[Speaker]:
        """A connection that has said hello, unless ``greeting`` is None."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(source, 0)
        )
        speaker = Speaker(reader, writer)
        try:
            if greeting is not None:
                await speaker.heard()
                await speaker.say(greeting)
            yield speaker
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def listening(
    http,
    *,
    way: Way = "smtp",
    place: Place | None = None,
    networks: str = LOOPBACK,
    limits: Mapping[str, float] | None = None,
    certificate: tuple[Path, Path] | None = None,
    inbox: RecordingInbox | None = None,
    mailroom: Mailroom | None = None,
) -> AsyncIterator[Listening]:
    """Run one; ``limits`` are fields of ``Limits``."""
    from channels._email.listener.listeners import networks as read_networks  # noqa: PLC0415  a name too many

    own = OurAddresses(HELP, SALES)
    env = Env(
        settings={},
        public_url="https://desk.shop.example:8443/x",
        region="IR",
        http=http,
        own=own,
        reply_keys=lambda: [KEY],
        mailroom=mailroom,
    )
    readers = MailReaders()
    inbox = inbox or RecordingInbox()
    made = listener(
        env,
        place or Place(host="127.0.0.1"),
        door=Door(
            read_networks(networks),
            Limits(**{"message_bytes": 1_000_000, **(limits or {})}),
        ),
        certificate=Certificate(*certificate) if certificate else None,
        storing=Storing(env, Receiver(env, readers), inbox, way=way),
    )
    running = asyncio.create_task(made.run())
    try:
        async with asyncio.timeout(10):
            while not made.is_listening:
                assert not running.done(), await running
                await asyncio.sleep(0.01)
        yield Listening(made, inbox, own, running, made._begin.args[0].going_on)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await readers.close()
