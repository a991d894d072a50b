"""How fast mails are read and stored: over SMTP into ``serve``, beside Python's parser alone.

Then how long a mail takes at an easy pace, alone and with some among them that were made to hurt.
The run counts only if exactly what was acknowledged is stored, and only the bombs are held.
"""

import asyncio
import email
import secrets
import smtplib
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from email.policy import default
from typing import Final

from msgspec import Struct

from contactcenter import db
from contactcenter.bench import figures, mails
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.intake import check_stored
from contactcenter.bench.scratch import connect, scratch
from contactcenter.bench.served import HOST, Served, served
from contactcenter.postgres import throwaway_data_dir

_TIMEOUT_S: Final = 60.0

Say = Callable[[str], None]

_SQL = db.Statements(__name__)
_entry_point = _SQL.take("entry_point", int)
_stored = _SQL.take("stored", str)
_held = _SQL.take("held", int)


class Plan(Struct, frozen=True, kw_only=True):
    """``mails`` as fast as they are taken, in ``slices``; then so many a second for a while."""

    mails: int = 2_000
    clients: int = 8
    slices: int = 4
    pace_per_s: float = 15.0
    paced: int = 400
    bombs: int = 2
    database_url: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The last line. ``ratio`` is the median of the slices' rates over the parser's."""

    mails: int
    mb: float
    clients: int
    mails_per_s: float
    parser_per_s: float
    parser_raised: int
    ratio: float
    p50_ms: float
    p99_ms: float
    bombs: int
    p99_with_bombs_ms: float
    p99_ratio: float


async def measure(plan: Plan, say: Say) -> Result:
    """Serve, hand over, compare; raises ``MeasurementInvalid`` if the run cannot count."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_data_dir())
        made = await stack.enter_async_context(scratch(plan.database_url))
        url = await made.database()
        conn = await connect(url)
        stack.push_async_callback(conn.close, timeout=5)
        await _entry_point.one(conn, mails.ADDRESS)
        port = _free_port()
        settings = {
            "database_url": url,
            "data_dir": str(folder / "data"),
            "mail_smtp_listen": f"{HOST}:{port}",
        }
        server = await stack.enter_async_context(served(folder, settings))
        run = _Run(plan, port, server, say)
        try:
            result = await run.measured()
        finally:
            run.close()
        check_stored(run.acknowledged, await _stored.all(conn))
        held = await _held.one(conn)
        if held != plan.bombs:
            raise MeasurementInvalid(f"{held} mails are held, not the {plan.bombs} bombs")
        return result


class _Run:
    """One run: what was handed over so far."""

    def __init__(self, plan: Plan, port: int, server: Served, say: Say) -> None:
        self.acknowledged: list[str] = []
        self._plan = plan
        self._port = port
        self._server = server
        self._say = say
        self._mark = secrets.token_hex(6)
        self._threads = ThreadPoolExecutor(plan.clients + plan.bombs)

    def close(self) -> None:
        self._threads.shutdown(wait=False)

    async def measured(self) -> Result:
        plan = self._plan
        await self._hand_over([self._mail(n) for n in range(50)])  # warm up
        rates: list[float] = []
        floors: list[float] = []
        raised = size_bytes = 0
        each = plan.mails // plan.slices
        for n in range(plan.slices):
            letters = [self._mail(50 + n * each + k) for k in range(each)]
            size_bytes += sum(len(raw) for _, raw in letters)
            began_s = time.perf_counter()
            await self._hand_over(letters)
            rates.append(each / (time.perf_counter() - began_s))
            began_s = time.perf_counter()
            raised += sum(not _parsed(raw) for _, raw in letters)
            floors.append(each / (time.perf_counter() - began_s))
            self._say(f"slice {n + 1}: {rates[-1]:,.0f} mails/s, the parser {floors[-1]:,.0f}/s")
        first = 50 + plan.slices * each
        alone = await self._paced(first, bombs=0)
        beside = await self._paced(first + plan.paced, bombs=plan.bombs)
        for event, times in self._server.complaints().items():
            self._say(f"the server's log has {event} {times} times")
        p99, p99_beside = (figures.percentile(sorted(all_ms), 0.99) for all_ms in (alone, beside))
        ratios = [rate / floor for rate, floor in zip(rates, floors, strict=True)]
        return Result(
            mails=plan.mails,
            mb=round(size_bytes / 1e6, 1),
            clients=plan.clients,
            mails_per_s=round(figures.median(rates), 1),
            parser_per_s=round(figures.median(floors), 1),
            parser_raised=raised,
            ratio=round(figures.median(ratios), 3),
            p50_ms=round(figures.percentile(sorted(alone), 0.5), 1),
            p99_ms=round(p99, 1),
            bombs=plan.bombs,
            p99_with_bombs_ms=round(p99_beside, 1),
            p99_ratio=round(p99_beside / p99, 2),
        )

    def _mail(self, n: int) -> tuple[str, bytes]:
        return mails.message_id(n, self._mark), mails.mail(n, self._mark)

    async def _hand_over(self, letters: Sequence[tuple[str, bytes]]) -> None:
        """All of them as fast as they are taken, over as many connections as clients."""
        loop, share = asyncio.get_running_loop(), -(-len(letters) // self._plan.clients)
        lots = [letters[n : n + share] for n in range(0, len(letters), share)]
        await asyncio.gather(
            *(loop.run_in_executor(self._threads, self._deliver, lot) for lot in lots)
        )
        self.acknowledged += [message_id for message_id, _ in letters]

    async def _paced(self, first: int, *, bombs: int) -> list[float]:
        """Milliseconds each good mail took, at the plan's pace."""
        plan, loop = self._plan, asyncio.get_running_loop()
        letters = [self._mail(n) for n in range(first, first + plan.paced)]
        took: list[asyncio.Future[float]] = []
        beside: list[asyncio.Future[float]] = []
        for n, letter in enumerate(letters):
            if bombs and n % (plan.paced // bombs) == plan.paced // bombs // 2:
                lot = [("", mails.bomb(n))]
                beside.append(loop.run_in_executor(self._threads, self._deliver, lot))
            took.append(loop.run_in_executor(self._threads, self._deliver, [letter]))
            await asyncio.sleep(1 / plan.pace_per_s)
        found = await asyncio.gather(*took)
        await asyncio.gather(*beside)
        self.acknowledged += [message_id for message_id, _ in letters]
        return [one * 1000 for one in found]

    def _deliver(self, letters: Sequence[tuple[str, bytes]]) -> float:
        """Hand some over in one conversation; the seconds from the first byte to the last 250."""
        try:
            with smtplib.SMTP(HOST, self._port, timeout=_TIMEOUT_S) as peer:
                peer.ehlo()
                began_s = time.perf_counter()
                for _, raw in letters:
                    peer.sendmail("customer@customers.example", [mails.ADDRESS], raw)
                return time.perf_counter() - began_s
        except (smtplib.SMTPException, OSError) as error:
            raise MeasurementInvalid(f"a mail was not taken: {error}") from error


def _parsed(raw: bytes) -> bool:
    """All that a program would ask Python's parser for; whether it answered."""
    try:
        read = email.message_from_bytes(raw, policy=default)
        assert dict(read.items())
        for part in read.walk():
            if not part.is_multipart():
                part.get_content()
    except Exception:  # noqa: BLE001  what it raises is what is counted
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
