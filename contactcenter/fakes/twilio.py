"""A stateful fake of Twilio: a real HTTP server on this machine.

``voice`` is its half for calls. It takes messages over Twilio's REST paths, reports what becomes of
them, and posts what customers write, signed as Twilio signs.
``python -m contactcenter.fakes.twilio`` runs it alone.
"""

import argparse
import asyncio
import random
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp import web
from msgspec import Struct

from contactcenter.fakes import twilio_rest
from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.ledger import Entry, Ledger
from contactcenter.fakes.twilio_carrier import Carrier
from contactcenter.fakes.twilio_hooks import Attempt, HookCaller, HookResult
from contactcenter.fakes.twilio_message import (
    START_WORDS,
    STOP_WORDS,
    Message,
    message_form,
    new_sid,
)
from contactcenter.fakes.twilio_refusal import Refusal, refusal_of
from contactcenter.fakes.twilio_voice import FakeVoice
from contactcenter.fakes.twilio_voice_time import RealTime, Time


class FakeTwilio:
    """One Twilio account; use it as an asynchronous context manager.

    ``message_url`` and ``fallback_url`` are the webhooks of all its numbers, with connection
    overrides in the fragment if wanted; set them when the product's address is known.
    ``behaviour`` may be replaced at any time. ``on_message`` is awaited with every message the
    product sends. ``numbers`` are the ones it owns; none given, every number is. Files are handed
    out by the host at ``media_url``, or by the API itself while there is none.
    """

    def __init__(
        self,
        *,
        chance: random.Random,
        clock: Callable[[], datetime],
        account_sid: str = "AC" + "0" * 32,
        auth_token: str = "fake-auth-token",  # noqa: S107 -- opens nothing but this fake
        numbers: frozenset[str] = frozenset(),
        behaviour: Behaviour | None = None,
        ledger_path: Path | None = None,
        on_message: Callable[[Message], Coroutine[Any, Any, None]] | None = None,
        voice_time: Time | None = None,
    ) -> None:
        self.chance = chance
        self.clock = clock
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.numbers = numbers
        self.behaviour = behaviour or Behaviour()
        self.ledger = Ledger(ledger_path)
        self.messages: dict[str, Message] = {}
        self.message_url = ""
        self.fallback_url = ""
        self.url = ""
        self.media_url = ""
        time = voice_time or RealTime()
        self.voice = FakeVoice(time, account_sid=account_sid, token=auth_token, numbers=numbers)
        self._on_message = on_message
        self._stopped: set[tuple[str, str]] = set()
        self._followers: list[asyncio.Queue[Message]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; ``url`` is the address from then on."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._hooks = HookCaller(self._http, self.ledger, self.clock)
        self._carrier = Carrier(
            self.messages,
            self._hooks,
            token=self.auth_token,
            chance=self.chance,
            clock=self.clock,
            behaviour=lambda: self.behaviour,
        )
        app = web.Application()
        app.add_routes([*twilio_rest.routes(self), *self.voice.routes()])
        app.add_routes([web.post("/fake/customer_messages", self._write_for_customer)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, chosen = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{chosen}"
        await self.voice.start(self.url)

    async def stop(self) -> None:
        """Stop at once; reports still under way are lost, as in an outage."""
        await self.voice.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._runner.cleanup()
        await self._http.close()
        self.ledger.close()

    async def drain(self) -> None:
        """Wait until every report is out and every ``on_message`` has returned."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def settings(self) -> Mapping[str, str]:
        """What the product needs to know of this account, by the keys of its settings."""
        return {
            "twilio_account_sid": self.account_sid,
            "twilio_auth_tokens": self.auth_token,
            "twilio_api_base": self.url,
        }

    def follow(self) -> asyncio.Queue[Message]:
        """A queue of every message the product sends from now on."""
        queue: asyncio.Queue[Message] = asyncio.Queue()
        self._followers.append(queue)
        return queue

    async def customer_writes(
        self,
        from_: str,
        to: str,
        text: str,
        *,
        media: Sequence[tuple[str, bytes]] = (),
        sid: str | None = None,
        extra: Sequence[tuple[str, str]] = (),
    ) -> HookResult:
        """Deliver a customer's message to the product and return how it was taken.

        ``media`` are pairs of content type and content. With a ``sid`` that was used before it is
        a redelivery. ``extra`` parameters are posted and signed as well.
        """
        message = self._received(from_, to, text, tuple(media), sid)
        params = [*message_form(message, self.url), *extra]
        swallowed = self.behaviour.swallowed
        if swallowed and self.chance.random() < swallowed:
            return HookResult(sid=message.sid, status=None, attempts=())
        attempts = await self._deliver(params)
        if attempts[-1].succeeded and self.chance.random() < self.behaviour.redelivered:
            attempts += await self._deliver(params)
        return HookResult(sid=message.sid, status=attempts[-1].status, attempts=attempts)

    def refusal(
        self, to: str, sender: str, text: str, media_urls: Sequence[str], service_sid: str | None
    ) -> Refusal | None:
        """Say why this account may not send such a message."""
        general = refusal_of(to, sender, text, media_urls, service_sid)
        if general:
            return general
        if self.numbers and sender and sender not in self.numbers:
            detail = f"The 'From' number {sender} is not a Twilio phone number of this account."
            return Refusal(HTTPStatus.BAD_REQUEST, 21606, detail)
        if self.has_stopped(to, sender, of_service=bool(service_sid)):
            return Refusal(
                HTTPStatus.BAD_REQUEST, 21610, "Attempt to send to unsubscribed recipient"
            )
        return None if service_sid else self._carrier.refusal(sender)

    def has_stopped(self, customer: str, sender: str, *, of_service: bool = False) -> bool:
        """Whether a customer has stopped this number, or any number of the Messaging Service."""
        if of_service:
            return any(who == customer for who, _ in self._stopped)
        return (customer, sender) in self._stopped

    def accept(self, message: Message) -> None:
        """Take a message of the product: from here on it was sent, whatever is answered."""
        self.messages[message.sid] = message
        self.ledger.record(
            Entry(
                at=self.clock(),
                kind="accepted",
                sid=message.sid,
                from_=message.from_,
                to=message.to,
                text=message.text,
                correlation=message.correlation,
            )
        )
        for queue in self._followers:
            queue.put_nowait(message)
        self._start(self._carrier.carry(message))
        if self._on_message:
            self._start(self._on_message(message))

    async def _deliver(self, params: Sequence[tuple[str, str]]) -> tuple[Attempt, ...]:
        if not self.message_url:
            raise RuntimeError("Set message_url first: the webhook of the product.")
        return await self._hooks.call(
            self.message_url, params, token=self.auth_token, fallback_url=self.fallback_url
        )

    def _received(
        self, from_: str, to: str, text: str, media: tuple[tuple[str, bytes], ...], sid: str | None
    ) -> Message:
        known = self.messages.get(sid or "")
        if known:
            return known
        word = text.strip().upper()
        if word in STOP_WORDS:
            self._stopped.add((from_, to))
        elif word in START_WORDS:
            self._stopped.discard((from_, to))
        message = Message(
            sid=sid or new_sid("MM" if media else "SM"),
            account_sid=self.account_sid,
            direction="inbound",
            from_=from_,
            to=to,
            text=text,
            status="received",
            created_at=self.clock(),
            updated_at=self.clock(),
            media=media,
        )
        self.messages[message.sid] = message
        self.ledger.record(
            Entry(at=self.clock(), kind="written", sid=message.sid, from_=from_, to=to, text=text)
        )
        return message

    async def _write_for_customer(self, request: web.Request) -> web.Response:
        """Let a program of its own make customers write: JSON with ``from``, ``to``, ``text``."""
        asked = msgspec.json.decode(await request.read(), type=_Wanted)
        result = await self.customer_writes(asked.from_, asked.to, asked.text, sid=asked.sid)
        return web.Response(body=msgspec.json.encode(result), content_type="application/json")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Wanted(Struct, frozen=True, kw_only=True):
    from_: str = msgspec.field(name="from")
    to: str
    text: str
    sid: str | None = None


async def _serve(arguments: argparse.Namespace) -> None:
    fake = FakeTwilio(
        chance=random.Random(arguments.seed),  # noqa: S311 -- misbehaviour, not secrets
        clock=lambda: datetime.now(UTC),
        account_sid=arguments.account_sid,
        auth_token=arguments.auth_token,
        ledger_path=arguments.ledger,
    )
    fake.message_url = arguments.message_url
    fake.fallback_url = arguments.fallback_url
    await fake.start(arguments.port)
    stop = asyncio.Event()  # a job in the background begins with SIGINT ignored: both are heard
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    print(msgspec.json.encode(fake.settings()).decode(), flush=True)  # noqa: T201 -- it says so
    try:
        await stop.wait()
    finally:
        await fake.stop()


def main() -> None:
    """Run a fake Twilio until interrupted; its first line tells the settings as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--message-url", default="", help="where customers' messages are posted")
    parser.add_argument("--fallback-url", default="", help="where they go if that fails")
    parser.add_argument("--account-sid", default="AC" + "0" * 32)
    parser.add_argument("--auth-token", default="fake-auth-token")
    parser.add_argument("--ledger", type=Path, help="file that every send and hook is written to")
    parser.add_argument("--seed", type=int, default=0)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
