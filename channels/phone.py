"""Calls on Twilio: its hooks under ``<public url>/hooks/phone/``, and what it is asked to do.

Point the number's voice webhook at ``<public url>/hooks/phone/voice``, its fallback at
``<public url>/hooks/phone/fallback`` (better: of ``twilio_fallback_url``), and its call status
changes at ``<public url>/hooks/phone/status``, all by POST. Everything else we tell Twilio
ourselves, call by call. docs/phone.md says it step by step.

The account is that of SMS, or an entry point's own; see ``channels.sms``. What a call does next is
the app's ``Switchboard``'s to say. Nobody is written to by telephone.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

import aiohttp
from aiohttp import web

from channels import _phone_number
from channels._base import Channel, Env, Inbox, Task
from channels._calls import Telephony
from channels._failures import FailureKind, Unavailable, Undeliverable
from channels._listed import listed
from channels._messages import (
    Address,
    Fetched,
    Inbound,
    Listed,
    Media,
    Outbound,
    Purpose,
    Raw,
    Receipt,
    Size,
    StatusUpdate,
    Unreadable,
)
from channels._phone import forms, settings
from channels._phone.addresses import PATHS, Addresses
from channels._phone.backfill import backfill
from channels._phone.hooks import ANSWER_WITHIN_S, NAME, Hooks
from channels._phone.refusals import kind_of
from channels._phone.telephony import TwilioTelephony
from channels._twilio_account import Account, Accounts, files
from channels._twilio_hook import PATH_HEADER, understood

__all__ = ["NAME", "SETTINGS", "Phone", "create"]

SETTINGS: Final = settings.SETTINGS

#: One whole request to Twilio.
ASK_DEADLINE_S: Final = 10.0
#: Looking through lists, which may have many pages, and handing over what is in them.
SEARCH_DEADLINE_S: Final = 240.0
#: An hour of sound on two tracks as Twilio keeps it (8 kHz, 16 bit) has 115 MB.
#: Source: https://www.twilio.com/docs/voice/api/recording#fetch-a-recording-media-file
MOST_RECORDED_BYTES: Final = 128 * 1024 * 1024


def create(env: Env) -> Channel:
    """Build the channel; without its settings it exists and refuses.

    With them the SDK is loaded now: it takes about a second, which no first call should wait.
    """
    phone = Phone(env)
    if not phone.missing:
        phone.connect()
    return phone


class Phone:
    """Calls in and out over Twilio."""

    has_threads = False
    repeats_safely = False
    valid_s: int | None = None
    patience_s: float | None = None
    max_files_bytes = 0
    telephony: Telephony | None

    def __init__(
        self,
        env: Env,
        *,
        ask_deadline_s: float = ASK_DEADLINE_S,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._env = env
        self._accounts = Accounts(env, NAME)
        addresses = Addresses(
            public_url=env.public_url, fallback_url=env.settings.get("twilio_fallback_url")
        )
        self._calls = TwilioTelephony(
            env,
            self._accounts,
            addresses,
            missing=lambda: self.missing,
            deadline_s=ask_deadline_s,
        )
        self.telephony = self._calls
        self._hooks = Hooks(
            env,
            self._accounts,
            addresses,
            missing=self.missing,
            answer_within_s=answer_within_s,
        )
        self._fetcher = files(env, most_bytes=MOST_RECORDED_BYTES)

    @property
    def missing(self) -> tuple[str, ...]:
        """The account, and an address Twilio can call."""
        have = self._env.settings
        lacking = [s.key for s in SETTINGS if s.required and not listed(have.get(s.key, ""))]
        if not self._env.public_url:
            lacking.append("public_url")
        return tuple(f"CONTACTCENTER_{key.upper()}" for key in lacking)

    def connect(self) -> None:
        """Load Twilio's SDK and make a client of the settings' account."""
        self._calls.connected(self._accounts.general)

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """What happens on a call, and what it does next."""
        return self._hooks.routes(inbox)

    def listeners(self, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG002  as in Channel
        """None: Twilio calls our hooks."""
        return ()

    def readers(self, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG002  as in Channel
        """None: what hooks missed the lists have."""
        return ()

    async def hang_up(self) -> None:
        """Let the app store what it was told just now; other processes answer for the calls."""
        await self._hooks.finish()

    async def close(self) -> None:
        """Requests go over the app's own connections; nothing is waited for any more."""
        self._hooks.call_off()

    def address(self, text: str) -> Address:
        """Read a number as a person wrote it."""
        return _phone_number.typed(text, self._env.region)

    async def read(self, purpose: Purpose, raw: Raw) -> Inbound | StatusUpdate | Unreadable | None:  # noqa: ARG002
        """Nothing to do about what is understood: a call that is over cannot be answered."""
        payload = understood(NAME, raw)
        if isinstance(payload, Unreadable):
            return payload
        path = raw.headers.get(PATH_HEADER, "").partition("?")[0]
        name = next((name for name, known in PATHS.items() if path.endswith(known)), None)
        if name is None:
            return None
        hook = forms.hook(name, payload, datetime.now(UTC))
        return hook if isinstance(hook, Unreadable) else None

    async def with_remote_images(self, raw: Raw) -> str | None:  # noqa: ARG002  as in Channel
        """Nothing: calls have no HTML."""
        return None

    def size(self, text: str) -> Size | None:  # noqa: ARG002  as in Channel
        """Nothing: nobody is written to."""
        return None

    async def send(self, outbound: Outbound) -> Receipt:  # noqa: ARG002  as in Channel
        """Nobody is written to by telephone."""
        raise Undeliverable("Nobody can be written to by telephone; call, or send an SMS.")

    def sender(self, entry_point: str) -> str:
        """The number itself."""
        return entry_point

    def account(self, entry_point: str) -> str:
        """The account's SID."""
        return self._accounts.of(entry_point).sid

    def failure(self, code: str) -> FailureKind | None:
        """By the table of Twilio's codes."""
        return kind_of(code)

    def autoresponse(self, entry_point: str, language: str | None) -> str | None:  # noqa: ARG002
        """Nothing: what callers hear is their menu's to say."""
        return None

    async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:  # noqa: ARG002
        """Nothing was ever sent."""
        return ()

    async def backfill(self, inbox: Inbox, since: datetime) -> int:  # noqa: ARG002  as in Channel
        """Read the lists of every account, for calls and recordings that nobody told us of.

        Of numbers that are set up: an account may be there for messages alone, its calls answered
        elsewhere. Returns 0: what is new the app knows, which is asked call by call. An account
        that cannot be read is told of at the end: the others are read all the same.
        """
        self._check_ready()
        if not self._env.own.addresses(NAME):
            return 0
        switchboard = self._env.switchboard
        if switchboard is None:
            raise Unavailable("Nobody here knows calls.")
        failures = list[Unavailable]()
        for account in self._accounts.every():
            try:
                async with asyncio.timeout(SEARCH_DEADLINE_S):
                    rest = self._calls.connected(account)
                    await backfill(
                        rest, switchboard, since, is_ours=partial(self._is_ours, account)
                    )
            except Unavailable as failure:
                failures.append(failure)
            except TimeoutError as error:
                raise Unavailable("Twilio's lists took too long.") from error
        if failures:
            raise failures[0]
        return 0

    async def fetch(self, media: Media) -> Fetched:
        """Fetch a recording with the key of the account its address names."""
        self._check_ready()
        account = self._accounts.named_in(media.url)
        key = aiohttp.encode_basic_auth(account.sid, account.tokens[0])
        return await self._fetcher.fetch(media.url, authorization=key)

    def _is_ours(self, account: Account, number: str) -> bool:
        """Whether a number is set up as an entry point, in this account."""
        known = number in self._env.own.addresses(NAME)
        return known and self._accounts.of(number).sid == account.sid

    def _check_ready(self) -> None:
        if self.missing:
            raise Unavailable(f"The telephone is not set up; it needs {', '.join(self.missing)}.")
