"""Calls the product's hooks as Twilio does: signed, with deadlines, retries and a fallback."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import yarl
from msgspec import Struct

from contactcenter.fakes.ledger import Entry, Ledger

Params = Sequence[tuple[str, str]]


class Attempt(Struct, frozen=True, kw_only=True):
    """One call of a hook: the ``status`` it answered with, or None and the ``error``."""

    url: str
    status: int | None = None
    error: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the hook took it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


class HookResult(Struct, frozen=True, kw_only=True):
    """How the product took a customer's message: its last ``status``, None if it never answered."""

    sid: str
    status: int | None
    attempts: tuple[Attempt, ...]


class Overrides(Struct, frozen=True, kw_only=True):
    """What the fragment of a webhook's address asks for; times in milliseconds.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
    """

    ct: int = 5000
    rt: int = 15000
    tt: int = 15000
    rc: int = 1
    rp: frozenset[str] = frozenset({"ct"})

    @classmethod
    def of(cls, url: str) -> "Overrides":
        """Read the fragment of ``url``."""
        asked = dict(parse_qsl(urlsplit(url).fragment))
        numbers = {key: int(asked[key]) for key in ("ct", "rt", "tt", "rc") if key in asked}
        policies = frozenset(asked["rp"].split(",")) if "rp" in asked else frozenset({"ct"})
        return cls(**numbers, rp=policies)

    def retries(self, attempt: Attempt) -> bool:
        """Whether Twilio would try again after this."""
        if attempt.status is None:
            return bool(self.rp & {attempt.error, "all"})
        if attempt.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return bool(self.rp & {"5xx", "all"})
        return attempt.status >= HTTPStatus.BAD_REQUEST and bool(self.rp & {"4xx", "all"})


def sign(token: str, url: str, params: Params = ()) -> str:
    """Sign as Twilio documents it: the address, then each parameter's name and value, sorted.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    by_name: dict[str, set[str]] = {}
    for name, value in params:
        by_name.setdefault(name, set()).add(value)
    text = url
    for name in sorted(by_name):
        for value in sorted(by_name[name]):
            text += f"{name}{value}"
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


class HookCaller:
    """Posts signed forms and writes every attempt into the ledger."""

    def __init__(
        self, http: aiohttp.ClientSession, ledger: Ledger, clock: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._ledger = ledger
        self._clock = clock

    async def call(
        self, url: str, params: Params, *, token: str, fallback_url: str = ""
    ) -> tuple[Attempt, ...]:
        """Post ``params`` until the hook takes them or Twilio would give up."""
        event = secrets.token_hex(16)  # the same at every attempt
        attempts = await self._tries(url, params, token=token, event=event, before=0)
        if fallback_url and not attempts[-1].succeeded:
            params = [*params, ("ErrorCode", "11200"), ("ErrorUrl", attempts[-1].url)]
            attempts += await self._tries(
                fallback_url, params, token=token, event=event, before=len(attempts)
            )
        return tuple(attempts)

    async def _tries(
        self, url: str, params: Params, *, token: str, event: str, before: int
    ) -> list[Attempt]:
        overrides = Overrides.of(url)
        now = asyncio.get_running_loop().time
        ends = now() + overrides.tt / 1000  # for all tries together
        attempts: list[Attempt] = []
        while not attempts or (len(attempts) <= overrides.rc and now() < ends):
            attempt = await self._post(url, params, token=token, event=event, left_s=ends - now())
            attempts.append(attempt)
            self._record(attempt, params, before + len(attempts))
            if attempt.succeeded or not overrides.retries(attempt):
                break
        return attempts

    async def _post(
        self, url: str, params: Params, *, token: str, event: str, left_s: float
    ) -> Attempt:
        overrides = Overrides.of(url)
        called = url.partition("#")[0]
        try:
            async with self._http.post(
                yarl.URL(called, encoded=True),
                data=urlencode(params).encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                    "User-Agent": "TwilioProxy/1.1",
                    "X-Twilio-Signature": sign(token, called, params),
                    "I-Twilio-Idempotency-Token": event,
                },
                timeout=aiohttp.ClientTimeout(
                    total=left_s,
                    sock_connect=overrides.ct / 1000,
                    sock_read=overrides.rt / 1000,
                ),
            ) as answer:
                await answer.read()
            return Attempt(url=called, status=answer.status)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Attempt(url=called, error="ct")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Attempt(url=called, error="rt")

    def _record(self, attempt: Attempt, params: Params, number: int) -> None:
        named = dict(params)
        self._ledger.record(
            Entry(
                at=self._clock(),
                kind="hook_answered" if attempt.status else "hook_failed",
                sid=named.get("MessageSid", ""),
                url=attempt.url,
                attempt=number,
                status=attempt.status or 0,
                error=attempt.error,
                text=named.get("MessageStatus", ""),
            )
        )
