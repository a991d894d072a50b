"""The floor of the feed: aiohttp alone, one text made once and sent to every socket in a loop.

A process of its own, which takes orders, one JSON line each, until its input ends. It knows neither
people nor events, and asks nobody.
"""

import asyncio
import time

from aiohttp import web

from contactcenter.bench.feed_orders import Fan, Fanned
from contactcenter.bench.process import obey

_HEAD = '{"type":"event","cursor":"%s","event":{"id":%d,"at":"'
_TAIL = '"}}'


class _Bare:
    def __init__(self) -> None:
        self.port = 0
        self.sockets: list[web.WebSocketResponse] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold a socket open until the client leaves."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        async for _ in socket:
            pass
        return socket

    async def fan(self, order: Fan) -> Fanned:
        """Send the texts, at their pace or without a pause."""
        at_ns: list[int] = []
        cpu_s = time.process_time()
        texts = [_text(order.first_id + n, order.size_bytes) for n in range(order.count)]
        due_s = time.monotonic()
        for text in texts:
            if order.every_s:
                due_s += order.every_s
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            at_ns.append(time.monotonic_ns())
            for socket in self.sockets:
                await socket.send_str(text)
        return Fanned(port=self.port, at_ns=at_ns, cpu_s=time.process_time() - cpu_s)


def _text(number: int, size_bytes: int) -> str:
    """An event's frame without the event: as long, with an id at the same place."""
    head = _HEAD % ("-" * 40, number)
    return head + "x" * max(0, size_bytes - len(head) - len(_TAIL)) + _TAIL


async def _serve() -> None:
    bare = _Bare()
    app = web.Application()
    app.add_routes([web.get("/{tail:.*}", bare.serve)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    bare.port = runner.addresses[0][1]
    await obey(Fan, bare.fan)
    for socket in bare.sockets:
        await socket.close(drain=False)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
