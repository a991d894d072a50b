"""What the load's own client costs: measured against a handler that does nothing."""

import asyncio
import sys
from collections.abc import Callable
from typing import Final

from contactcenter.bench.load import Load, Loaded
from contactcenter.bench.process import worker

_SECONDS: Final = 1.0
_COUNT: Final = 40_000


async def say_own_cost(clients: int, say: Callable[[str], None]) -> None:
    """Say what the client can do at most, and how much of a core one request takes it."""
    bare = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "contactcenter.bench.bare",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert bare.stdout is not None
    assert bare.stdin is not None
    try:
        port = int(await bare.stdout.readline())
        order = Load(
            host="127.0.0.1",
            port=port,
            public_url="http://127.0.0.1",
            clients=clients,
            seconds=_SECONDS,
            first=0,
            count=_COUNT,
            known=0,
            mark="own",
        )
        async with worker("load") as load:
            loaded = await load.order(order, Loaded, at_most_s=60)
    finally:
        bare.stdin.close()
        await bare.wait()
    sent = max(1, loaded.sent)
    say(
        f"the client alone: {sent / loaded.elapsed_s:,.0f} requests/s into a handler that does "
        f"nothing, {loaded.cpu_s / sent * 1e6:.0f} us of CPU each"
    )
