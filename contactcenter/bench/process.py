"""A load or a floor runs in a process of its own and takes orders, one JSON line each.

The orders come on standard input, the reports go to standard output. What a slice needs is made
while the order is read, before its clock starts.
"""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import msgspec

from contactcenter.bench.figures import MeasurementInvalid

Order = TypeVar("Order", bound=msgspec.Struct)
Report = TypeVar("Report", bound=msgspec.Struct)

#: A report lists a slice's latencies one by one.
_LONGEST_LINE_BYTES: Final = 64 << 20
_LONGEST_ORDER_BYTES: Final = 16 << 20


class Worker:
    """The near end of such a process."""

    def __init__(self, process: asyncio.subprocess.Process, module: str) -> None:
        self._process = process
        self._module = module

    async def order(
        self, order: msgspec.Struct, report: type[Report], *, at_most_s: float
    ) -> Report:
        """Have one order carried out; raises ``MeasurementInvalid`` if the process fails at it."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        try:
            async with asyncio.timeout(at_most_s):
                line = await process.stdout.readline()
        except TimeoutError:
            raise MeasurementInvalid(
                f"{self._module} did not report in {at_most_s:.0f} s"
            ) from None
        if not line:
            raise MeasurementInvalid(f"{self._module} ended; its last words are above")
        return msgspec.json.decode(line, type=report)


@asynccontextmanager
async def worker(module: str) -> AsyncIterator[Worker]:
    """Start ``python -m contactcenter.bench.<module>``; it ends when its input does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"contactcenter.bench.{module}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE_BYTES,
        env={k: v for k, v in os.environ.items() if not k.startswith(("CONTACTCENTER_", "PG"))},
    )
    try:
        yield Worker(process, module)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def take_orders(
    order: type[Order], carry_out: Callable[[Order], Awaitable[msgspec.Struct]]
) -> None:
    """The far end: carry out one order after the other until the input ends.

    The collector is off: a slice makes no cycles, and a pause of its own would be the server's.
    """
    gc.disable()
    for line in sys.stdin.buffer:
        report = asyncio.run(_carried_out(carry_out(msgspec.json.decode(line, type=order))))
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()
        gc.collect()


async def obey(order: Any, carry_out: Callable[[Any], Awaitable[msgspec.Struct]]) -> None:
    """The far end of a process that lives on between its orders, as one with open sockets does.

    ``order`` is their type, or the union of their types.
    """
    orders = asyncio.StreamReader(limit=_LONGEST_ORDER_BYTES)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        report = await carry_out(msgspec.json.decode(line, type=order))
        print(msgspec.json.encode(report).decode(), flush=True)  # noqa: T201


async def _carried_out(work: Awaitable[msgspec.Struct]) -> msgspec.Struct:
    return await work
