"""A handler that does nothing: what aiohttp and the load's own client can do at most.

A process of its own, which prints its port and serves until its input ends.
"""

import asyncio
import sys

from aiohttp import web


async def _taken(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=204)


async def _serve() -> None:
    app = web.Application()
    app.add_routes([web.post("/{tail:.*}", _taken)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201 -- told to whoever started us
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
