"""The least a server of web chats could cost: aiohttp alone, which sends lines and echoes.

A process of its own. What a socket writes comes back to it as it is; lines are sent to sockets in
the order in which they came, each with a number of that socket's.
"""

import asyncio
import time

from aiohttp import WSMsgType, web

from contactcenter.bench.chat_orders import Tell, Told
from contactcenter.bench.process import obey

_TAIL = '"}'


class _Bare:
    def __init__(self) -> None:
        self.port = 0
        self.sockets: list[web.WebSocketResponse] = []
        self._told: list[int] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold a socket open and answer until the client leaves."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        self._told.append(0)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket

    async def tell(self, order: Tell) -> Told:
        """Send the lines, at their pace or without a pause."""
        numbers = range(len(self.sockets)) if order.numbers is None else order.numbers
        at_ns: list[int] = []
        due_s = time.monotonic()
        for number in numbers:
            if order.every_s:
                due_s += order.every_s
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            self._told[number] += 1
            text = _text(self._told[number], order.size_bytes)
            at_ns.append(time.monotonic_ns())
            await self.sockets[number].send_str(text)
        return Told(port=self.port, at_ns=at_ns)


def _text(sequence: int, size_bytes: int) -> str:
    """A frame as long as a line's, with the number at the same place."""
    head = f'{{"type":"line","sequence":{sequence},"text":"'
    return head + "x" * max(0, size_bytes - len(head) - len(_TAIL)) + _TAIL


async def _serve() -> None:
    bare = _Bare()
    app = web.Application()
    app.add_routes([web.get("/{tail:.*}", bare.serve)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    bare.port = runner.addresses[0][1]
    await obey(Tell, bare.tell)
    for socket in bare.sockets:
        await socket.close(drain=False)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
