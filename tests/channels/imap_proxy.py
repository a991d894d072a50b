"""Stands between a reader and its mail server, and does what networks and servers do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

#: What becomes of a command: passed on (None), answered with these bytes, or the connection cut.
Verdict = bytes | None
CUT = b"\x00cut"


class ImapProxy:
    """Passes everything on, until told otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self.behind = (host, port)
        self.port = 0
        self.connections = 0
        self.commands: list[bytes] = []
        #: Asked for each line a client sends, without its end.
        self.on_command: Callable[[bytes], Verdict] = lambda line: None
        #: Changes what the server sends, piece by piece.
        self.on_answer: Callable[[bytes], bytes] = lambda piece: piece
        #: The server's bytes after which a connection is cut; once, then None again.
        self.cut_after: int | None = None
        #: Closed: bytes of neither side arrive, and nobody is told.
        self.gate = asyncio.Event()
        self.gate.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def fetches(self) -> list[bytes]:
        return [line for line in self.commands if b"BODY.PEEK[]" in line]

    def cut_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        upstream_reader, upstream = await asyncio.open_connection(*self.behind)
        self._writers |= {writer, upstream}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._up(reader, upstream, writer))
                group.create_task(self._down(upstream_reader, writer))
        except* OSError:
            pass
        finally:
            for one in (writer, upstream):
                one.transport.abort()
                self._writers.discard(one)

    async def _up(self, reader, upstream, writer) -> None:
        while line := await reader.readline():
            await self.gate.wait()
            self.commands.append(line.rstrip(b"\r\n"))
            verdict = self.on_command(line.rstrip(b"\r\n"))
            if verdict == CUT:
                raise ConnectionResetError
            if verdict is not None:
                writer.write(verdict)
                await writer.drain()
                continue
            upstream.write(line)
            await upstream.drain()
        raise ConnectionResetError

    async def _down(self, upstream_reader, writer) -> None:
        while piece := await upstream_reader.read(65_536):
            await self.gate.wait()
            piece = self.on_answer(piece)
            if self.cut_after is not None:
                if len(piece) >= self.cut_after:
                    writer.write(piece[: self.cut_after])
                    self.cut_after = None
                    await writer.drain()
                    raise ConnectionResetError
                self.cut_after -= len(piece)
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError


@asynccontextmanager
async def proxied(host: str, port: int) -> AsyncIterator[ImapProxy]:
    proxy = ImapProxy(host, port)

    def accept(reader, writer):
        task = asyncio.ensure_future(proxy._serve(reader, writer))
        proxy._tasks.add(task)
        task.add_done_callback(proxy._tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in list(proxy._tasks):
            task.cancel()
        await asyncio.gather(*proxy._tasks, return_exceptions=True)


def tag(line: bytes) -> bytes:
    return line.partition(b" ")[0]
