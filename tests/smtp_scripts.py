"""A mail server that does what a test tells it, word for word."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

#: In place of an answer: the connection is cut, or nothing is said.
CUT = "cut"
HANG = "hang"

Answer = str | Sequence[str]

USUAL: Mapping[str, Answer] = {
    "banner": "220 mx.peer.example ESMTP",
    "EHLO": "250-mx.peer.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 50000000",
    "HELO": "250 mx.peer.example",
    "AUTH": "235 2.7.0 Welcome",
    "STARTTLS": "220 Go on",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 Go on",
    "end": "250 2.0.0 Taken",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
}


@dataclass
class Heard:
    """A mail as it was said, whether or not it was taken; dots are unstuffed."""

    sender: str
    recipients: list[str]
    raw: bytes = b""


@dataclass
class ScriptedSmtp:
    """Answers by verb; of several answers each is given once, and the last for ever."""

    answers: dict[str, Answer]
    tls: ssl.SSLContext | None = None
    port: int = 0
    connections: int = 0
    #: How long a mail is looked at before it is answered.
    slow_s: float = 0.0
    commands: list[str] = field(default_factory=list)
    #: Mails that were said to the end; of each, whether it was taken.
    heard: list[Heard] = field(default_factory=list)
    taken: list[Heard] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    _given: dict[str, int] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def answer(self, verb: str) -> str:
        """The next answer to a verb."""
        given = self.answers.get(verb, USUAL.get(verb, "502 5.5.1 Never heard of it"))
        if isinstance(given, str):
            return given
        n = self._given.get(verb, 0)
        self._given[verb] = n + 1
        return given[min(n, len(given) - 1)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await self._talk(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _talk(  # noqa: C901  a line each
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not await self._say(writer, self.answer("banner")):
            return
        mail = Heard("", [])
        while line := (await reader.readline()).decode("utf-8", "surrogateescape").rstrip("\r\n"):
            self.commands.append(line)
            verb = line.partition(" ")[0].upper()
            said = self.answer(verb)
            if verb == "AUTH" and said.startswith("235") and line.count(" ") == 1:
                await self._say(writer, "334 ")
                await reader.readline()
            if verb == "MAIL" and said.startswith("250"):
                mail = Heard(_path(line), [])
            if verb == "RCPT" and said.startswith("25"):
                mail.recipients.append(_path(line))
            if not await self._say(writer, said) or verb == "QUIT":
                return
            if verb == "STARTTLS" and said.startswith("220"):
                if self.tls is None:
                    writer.write(b"this is no handshake\r\n")
                    await writer.drain()
                    return
                await writer.start_tls(self.tls)
            if verb == "DATA" and said.startswith("354"):
                mail.raw = await _until_dot(reader)
                self.heard.append(mail)
                await asyncio.sleep(self.slow_s)
                said = self.answer("end")
                if said.startswith("250"):
                    self.taken.append(mail)
                if not await self._say(writer, said):
                    return

    async def _say(self, writer: asyncio.StreamWriter, said: str) -> bool:
        if said == HANG:
            await self.let_go.wait()
        if said in (CUT, HANG):
            return False
        writer.write(said.encode() + b"\r\n")
        await writer.drain()
        return not said.startswith("421")

    async def end(self) -> None:
        self.let_go.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def scripted_smtp(
    *, tls: ssl.SSLContext | None = None, from_the_start: bool = False, **answers: Answer
) -> AsyncIterator[ScriptedSmtp]:
    """Run one; ``answers`` by verb are other than usual."""
    smtp = ScriptedSmtp(dict(answers), tls=tls)
    server = await asyncio.start_server(
        smtp.serve, "127.0.0.1", 0, ssl=tls if from_the_start else None, limit=2**20
    )
    smtp.port = server.sockets[0].getsockname()[1]
    try:
        yield smtp
    finally:
        server.close()
        await smtp.end()
        await server.wait_closed()


def _path(line: str) -> str:
    return line[line.index("<") + 1 : line.index(">")]


async def _until_dot(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readline()) != b".\r\n":
        if not line:
            raise asyncio.IncompleteReadError(b"", None)
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)
