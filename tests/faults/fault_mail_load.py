"""Mail servers that hand mails over, and hand over again what nobody took."""

import asyncio
import hashlib
import random
import time
from collections.abc import Mapping

import asyncpg
from fault_ledger import FaultLedger
from msgspec import Struct

OUR_ADDRESS = "help@shop.example"
#: How long a mail server waits for an answer before it counts as none: real ones wait longer.
ANSWER_S = 30.0
#: How long it waits before it tries again: much shorter than real ones, so that more falls into a
#: fault.
_AGAIN_S = 0.25
_WORDS = (
    "سلام، سفارشم نرسید",
    "my internet is down",
    "لطفاً زنگ بزنید",
    "thank you 🙏",
    ".\r\n..\r\n.x",
)
#: Over what is stored beside the mail itself, so that its bytes go to chunks.
_LARGE = b"x" * 70_000 + b"\r\n"


class WrittenMail(Struct, frozen=True, kw_only=True):
    """One mail, the same bytes at each attempt; ``id`` is its Message-ID."""

    id: str
    raw: bytes
    sha256: str


class MailServers:
    """Hand mails over at ``ports`` (by protocol) until stopped; the ledger is written first."""

    def __init__(
        self,
        ledger: FaultLedger,
        *,
        ports: Mapping[str, int],
        chance: random.Random,
        duplicates: float = 0.15,
        large: float = 0.03,
    ) -> None:
        self.ledger = ledger
        self._ports = ports
        self._chance = chance
        self._duplicates = duplicates
        self._large = large
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, *, at_once: int, pause_s: float = 0.0) -> None:
        """Start ``at_once`` mail servers, each with one mail after the other."""
        self._stopping.clear()
        self._tasks = [asyncio.create_task(self._go_on(pause_s)) for _ in range(at_once)]

    async def finish(self, *, within_s: float) -> None:
        """Take no new mails, and hand over again until everything is acknowledged."""
        self._stopping.set()
        done, pending = await asyncio.wait(self._tasks, timeout=within_s)
        assert not pending, f"{len(pending)} mails were not acknowledged within {within_s} s"
        for task in done:
            task.result()

    async def stop(self) -> None:
        """End them, wherever they are."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def mail(self) -> WrittenMail:
        """A new mail of somebody who was never heard of."""
        token = f"{self._chance.getrandbits(96):024x}"
        raw = (
            f"From: <{token[:12]}@customer.example>\r\nTo: {OUR_ADDRESS}\r\n"
            f"Message-ID: <{token}@customer.example>\r\nSubject: {token[-6:]}\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"\r\n{self._chance.choice(_WORDS)} {token[-6:]}\r\n"
        ).encode()
        if self._chance.random() < self._large:
            raw += _LARGE
        return WrittenMail(
            id=f"{token}@customer.example", raw=raw, sha256=hashlib.sha256(raw).hexdigest()
        )

    async def deliver(self, mail: WrittenMail) -> None:
        """Hand it over until it is acknowledged, and at times once more, or twice at once."""
        again = self._chance.random() < self._duplicates
        at_once = again and self._chance.random() < 0.5
        await asyncio.gather(*(self._until_acknowledged(mail) for _ in range(1 + at_once)))
        if again and not at_once:
            await self._until_acknowledged(mail)

    async def hand(self, mail: WrittenMail) -> bool:
        """Hand it over once; whether it was acknowledged."""
        protocol = self._chance.choice(sorted(self._ports))
        self.ledger.sent(mail.id, mail.sha256)
        began = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_S):
                status = await _handed(mail, protocol, self._ports[protocol])
        except (OSError, EOFError, TimeoutError) as error:
            self.ledger.broken(mail.id, type(error).__name__, time.monotonic() - began)
            return False
        self.ledger.answered(mail.id, status, time.monotonic() - began)
        return status == 250

    async def _go_on(self, pause_s: float) -> None:
        while not self._stopping.is_set():
            await self.deliver(self.mail())
            await asyncio.sleep(pause_s * self._chance.uniform(0.5, 1.5))

    async def _until_acknowledged(self, mail: WrittenMail) -> None:
        while not await self.hand(mail):
            await asyncio.sleep(_AGAIN_S)


async def set_up(conn: asyncpg.Connection) -> None:
    """Make our address one; the server knows it two seconds later."""
    await conn.execute(
        "INSERT INTO entry_point (channel, address, queue_id) SELECT 'email', $1, min(id) FROM queue",
        OUR_ADDRESS,
    )


async def _handed(mail: WrittenMail, protocol: str, port: int) -> int:
    """One conversation; the code of the last answer, which is that of the mail if it came to it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        hello = "LHLO" if protocol == "lmtp" else "EHLO"
        stuffed = mail.raw.replace(b"\r\n.", b"\r\n..")
        for said, expected in (
            (b"", 220),
            (f"{hello} mx.example\r\n".encode(), 250),
            (b"MAIL FROM:<bounces@customer.example> BODY=8BITMIME\r\n", 250),
            (f"RCPT TO:<{OUR_ADDRESS}>\r\n".encode(), 250),
            (b"DATA\r\n", 354),
            (stuffed + b".\r\n", 250),
        ):
            writer.write(said)
            await writer.drain()
            status = await _answer(reader)
            if status != expected:
                break
        return status
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    while line := await reader.readline():
        if line[3:4] == b" ":
            return int(line[:3])
    raise EOFError
