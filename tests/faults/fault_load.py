"""Customers who write, through a provider that redelivers what nobody acknowledged."""

import asyncio
import hashlib
import itertools
import random
import time
from collections.abc import Sequence
from typing import Self
from urllib.parse import urlencode

import aiohttp
from fault_ledger import FaultLedger
from msgspec import Struct

from contactcenter.fakes.twilio_hooks import sign

OUR_NUMBER = "+982100000000"
#: How long the provider waits for an answer before it counts as none.
ANSWER_S = 15.0
#: How long it waits before it tries again: shorter than Twilio's, so that more falls into a fault.
_AGAIN_S = 0.25
_WORDS = (
    "سلام، سفارشم نرسید",
    "my internet is down",
    "لطفاً زنگ بزنید",
    "thank you 🙏",
    "داغ شد! 10%",
)
#: Over what is stored beside the message itself, so that its bytes go to chunks.
_LARGE_BYTES = 70_000


class Written(Struct, frozen=True, kw_only=True):
    """One message of a customer, as it is posted each time: the same bytes, the same signature."""

    sid: str
    body: bytes
    headers: dict[str, str]
    sha256: str


class Customers:
    """Write to ``url`` until stopped; each message goes into the ledger before it is posted."""

    def __init__(
        self,
        url: str,
        ledger: FaultLedger,
        *,
        account: dict[str, str],
        chance: random.Random,
        duplicates: float = 0.15,
        large: float = 0.02,
    ) -> None:
        self.hook = f"{url}/hooks/sms/message"
        self.ledger = ledger
        self.account = account
        self._chance = chance
        self._phones = itertools.count(chance.randrange(10**6) * 1000)
        self._duplicates = duplicates
        self.large = large
        self.phones: list[str] = []
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    def begin(self, *, at_once: int, pause_s: float = 0.0) -> None:
        """Start ``at_once`` customers who write one message after the other."""
        self._stopping.clear()
        self.move_in()
        self._tasks = [asyncio.create_task(self._write_on(pause_s)) for _ in range(at_once)]

    def move_in(self, people: int = 10) -> None:
        """From now on other people write, who were never heard of."""
        self.phones = [f"+98912{next(self._phones) % 10**7:07d}" for _ in range(people)]

    async def finish(self, *, within_s: float) -> None:
        """Write nothing new, and redeliver until everything is acknowledged."""
        self._stopping.set()
        done, pending = await asyncio.wait(self._tasks, timeout=within_s)
        assert not pending, f"{len(pending)} messages were not acknowledged within {within_s} s"
        for task in done:
            task.result()
        self._tasks = []

    def message(self, phone: str) -> Written:
        """A new message of ``phone``, signed."""
        sid = f"SM{self._chance.getrandbits(128):032x}"
        params = [
            ("MessageSid", sid),
            ("AccountSid", self.account["twilio_account_sid"]),
            ("From", phone),
            ("To", OUR_NUMBER),
            ("Body", f"{self._chance.choice(_WORDS)} {sid[-6:]}"),
            ("NumMedia", "0"),
            ("ApiVersion", "2010-04-01"),
        ]
        if self._chance.random() < self.large:
            params.append(("AddOns", "x" * _LARGE_BYTES))
        return written(self.hook, self.account["twilio_auth_tokens"], sid, params)

    async def deliver(self, message: Written) -> None:
        """Post it until it is acknowledged, and at times once or twice more."""
        again = self._chance.random() < self._duplicates
        at_once = again and self._chance.random() < 0.5
        await asyncio.gather(*(self._until_acknowledged(message) for _ in range(1 + at_once)))
        if again and not at_once:
            await self._until_acknowledged(message)

    async def post(self, message: Written) -> bool:
        """Post it once; whether it was acknowledged."""
        self.ledger.sent(message.sid, message.sha256)
        began = time.monotonic()
        try:
            async with self._http.post(
                self.hook, data=message.body, headers=message.headers
            ) as answer:
                await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self.ledger.broken(message.sid, type(error).__name__, time.monotonic() - began)
            return False
        self.ledger.answered(message.sid, answer.status, time.monotonic() - began)
        return 200 <= answer.status < 300

    async def _write_on(self, pause_s: float) -> None:
        while not self._stopping.is_set():
            await self.deliver(self.message(self._chance.choice(self.phones)))
            await asyncio.sleep(pause_s * self._chance.uniform(0.5, 1.5))

    async def _until_acknowledged(self, message: Written) -> None:
        while not await self.post(message):
            await asyncio.sleep(_AGAIN_S)


def written(hook: str, token: str, sid: str, params: Sequence[tuple[str, str]]) -> Written:
    """Sign a form as Twilio does."""
    body = urlencode(params).encode()
    return Written(
        sid=sid,
        body=body,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": sign(token, hook, params),
        },
        sha256=hashlib.sha256(body).hexdigest(),
    )
