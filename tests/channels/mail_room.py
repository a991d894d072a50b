"""A mailroom in memory, and a server of hooks, for the tests of the providers' hooks."""

import asyncio
import io

from aiohttp import web
from recording_inbox import RecordingInbox
from yarl import URL


class RecordingMailroom:
    """Remembers what it is told of ways in; ``fault`` is raised after that."""

    def __init__(self):
        self.told = []
        self.fault = None

    async def works(self, entry_point, way):
        self._note("works", entry_point, way)

    async def fails(self, entry_point, way, error):
        assert error.endswith(".")
        self._note("fails", entry_point, way)

    def _note(self, *told):
        self.told.append(told)
        if self.fault is not None:
            raise self.fault


class Served:
    """The hooks of one channel, behind a real server whose own limit of a body is small."""

    def __init__(self, channel, routes=None):
        self.channel = channel
        self.inbox = RecordingInbox()
        self.answers = []
        self._routes = routes or channel.routes

    async def start(self, aiohttp_client):
        app = web.Application(client_max_size=1024, middlewares=[self._noting])
        routes = self._routes(self.inbox)
        self.paths = [route.path for route in routes if route.method == "POST"]
        app.add_routes(routes)
        self.client = await aiohttp_client(app)
        return self

    @web.middleware
    async def _noting(self, request, handler):
        response = await handler(request)
        self.answers.append(response)
        return response

    async def post(self, delivery):
        """Call a hook as a provider does, and read its answer."""
        response = await self.client.request(
            delivery.method,
            URL(delivery.path, encoded=True),
            data=io.BytesIO(delivery.body),
            headers=delivery.headers,
        )
        await response.read()
        return response

    async def begin(self, delivery, headers):
        """Send the head of a request and the first bytes, and no more; returns the status."""
        lines = {**delivery.headers, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        request = f"POST {delivery.path} HTTP/1.1\r\nHost: desk.example\r\n{head}\r\n"
        return await self._answer(request.encode("latin-1") + delivery.body[:10], b"")

    async def chunked(self, path, *, size_bytes):
        """Send a body without saying how long it is; returns the status."""
        head = f"POST {path} HTTP/1.1\r\nHost: desk.example\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"x" * (1024 * 1024)
        body = b"%x\r\n%b\r\n" % (len(chunk), chunk)
        return await self._answer(head.encode(), body * (size_bytes // len(chunk) + 1))

    async def _answer(self, head, body):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.client.port)
        try:
            writer.write(head + body)
            async with asyncio.timeout(20):
                line = await reader.readline()
            return int(line.split()[1])
        finally:
            writer.transport.abort()
