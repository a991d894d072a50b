"""What becomes of the messages the product sends: queue, handset, reports."""

import asyncio
import random
from collections.abc import Callable, MutableMapping
from datetime import datetime
from http import HTTPStatus

from msgspec.structs import replace

from contactcenter.fakes.behaviour import Behaviour
from contactcenter.fakes.twilio_hooks import HookCaller
from contactcenter.fakes.twilio_message import Message, status_form
from contactcenter.fakes.twilio_refusal import Refusal

_FINAL = frozenset({"delivered", "undelivered", "failed"})
_QUEUE_FULL = 30001
_EXPIRED = 30036


class Carrier:
    """Moves ``messages`` on, each sender's in turn, and calls their status callbacks."""

    def __init__(
        self,
        messages: MutableMapping[str, Message],
        hooks: HookCaller,
        *,
        token: str,
        chance: random.Random,
        clock: Callable[[], datetime],
        behaviour: Callable[[], Behaviour],
    ) -> None:
        self._messages = messages
        self._hooks = hooks
        self._token = token
        self._chance = chance
        self._clock = clock
        self._behaviour = behaviour
        self._free_at_s: dict[str, float] = {}

    def refusal(self, sender: str) -> Refusal | None:
        """Say that a number's queue is full. Source: https://www.twilio.com/docs/api/errors/21611."""
        if self._wait_s(sender) <= self._behaviour().queue_s:
            return None
        detail = "This 'From' number has exceeded the maximum number of queued messages."
        return Refusal(HTTPStatus.TOO_MANY_REQUESTS, 21611, detail)

    async def carry(self, message: Message) -> None:
        """Let a message wait for its turn, send it, and say at its callback how far it is."""
        behaviour = self._behaviour()
        wait_s = self._take_turn(message)
        if wait_s > behaviour.queue_s:
            await self._fail(message, _QUEUE_FULL, after_s=0.0)
        elif wait_s > message.valid_s:
            await self._fail(message, _EXPIRED, after_s=float(message.valid_s))
        else:
            await asyncio.sleep(wait_s)
            await self._send(message)

    async def _send(self, message: Message) -> None:
        behaviour, chance = self._behaviour(), self._chance
        fails = chance.random() < behaviour.undelivered
        words = ["sending", "sent", "undelivered" if fails else "delivered"]
        if message.messaging_service_sid:
            words.insert(0, "queued")  # its first status was accepted, of which nobody is told
        if chance.random() < behaviour.shuffled:
            chance.shuffle(words)
        for word in words:
            await asyncio.sleep(chance.uniform(*behaviour.report_delay_s))
            code = behaviour.undelivered_code if word == "undelivered" else None
            await self._report(message, word, code)

    async def _fail(self, message: Message, code: int, *, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self._report(message, "failed", code)

    async def _report(self, message: Message, word: str, code: int | None) -> None:
        behaviour, chance = self._behaviour(), self._chance
        known = self._messages[message.sid]
        if known.status not in _FINAL:
            self._messages[message.sid] = replace(
                known, status=word, error_code=code, updated_at=self._clock()
            )
        if not message.status_callback or chance.random() < behaviour.dropped:
            return
        params = status_form(message, word, code, self._clock())
        for _ in range(2 if chance.random() < behaviour.doubled else 1):
            await self._hooks.call(message.status_callback, params, token=self._token)

    def _take_turn(self, message: Message) -> float:
        """How long a message waits until its sender is free; from then on it is busy with it."""
        wait_s = self._wait_s(message.from_)
        rate = self._behaviour().segments_per_s
        if rate and wait_s <= min(self._behaviour().queue_s, message.valid_s):
            now_s = asyncio.get_running_loop().time()
            self._free_at_s[message.from_] = now_s + wait_s + message.segments / rate
        return wait_s

    def _wait_s(self, sender: str) -> float:
        now_s = asyncio.get_running_loop().time()
        return max(0.0, self._free_at_s.get(sender, now_s) - now_s)
