"""SMS and MMS on Twilio.

Point the number's messaging webhook at ``<public url>/hooks/sms/message`` by POST; add
``#rc=3&rp=all&ct=2000&rt=4000&tt=15000`` and Twilio tries again by itself for a few seconds.
Reports on what we send come to ``<public url>/hooks/sms/status``; each message asks for them.

Twilio calls the number's fallback address when the webhook fails, and does not come back later: let
``<another address>/hooks/sms/message`` lead to another process or machine of this service, and put
that address into ``twilio_fallback_url``, since Twilio signs the address it calls. The same handler
answers there, and a message that came both ways has one id. What neither takes, the list has:
``backfill``.

An entry point may have a Twilio account of its own, such as a sub-account: its secrets
``twilio_account_sid``, ``twilio_auth_tokens`` and, if it has one, ``twilio_messaging_service_sid``
then replace those of the settings altogether, in what it sends and in who may sign for it.

What WhatsApp, RCS and others on Twilio's messaging send is not spoken: it goes to quarantine.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from channels import _gsm, _phone_number
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
from channels._sms_backfill import backfill
from channels._sms_form import NAME, message, status
from channels._sms_search import find
from channels._twilio_account import SETTINGS, Account, Accounts, files
from channels._twilio_errors import kind_of
from channels._twilio_hook import Payload, TwilioHook, taken, understood
from channels._twilio_keys import RECEIVER, SENDER, Choice, Verifiers
from channels._twilio_list import TwilioList

if TYPE_CHECKING:
    from channels._twilio import Twilio

#: One whole request to Twilio.
SEND_DEADLINE_S = 10.0
#: Looking through a list, which may have several pages.
SEARCH_DEADLINE_S = 30.0

#: What cannot be stored is refused within 5 s, so that Twilio can try its fallback address; it
#: waits 15 s for an answer (https://www.twilio.com/docs/api/errors/11205).
HOOK_DEADLINE_S = 4.5

#: The largest message with files that Twilio takes.
#: Source: https://www.twilio.com/docs/messaging/guides/accepted-mime-types
MAX_FILES_BYTES = 5 * 1024 * 1024

#: Source: https://www.twilio.com/docs/api/errors/21617
MAX_CHARACTERS = 1600
_TOO_LONG = "21617"
_EMPTY = "21602"  # https://www.twilio.com/docs/api/errors/21602


def create(env: Env) -> Channel:
    """Build the channel; without its settings it exists and refuses.

    With them the SDK is loaded now: it takes about a second, which no first message should wait.
    """
    sms = Sms(env)
    if not sms.missing:
        sms.connect()
    return sms


class Sms:
    """Text messages in and out over one Twilio account."""

    has_threads = False
    repeats_safely = False
    valid_s: int | None = None
    patience_s: float | None = None
    max_files_bytes = MAX_FILES_BYTES
    telephony: Telephony | None = None

    def __init__(
        self,
        env: Env,
        *,
        send_deadline_s: float = SEND_DEADLINE_S,
        hook_deadline_s: float = HOOK_DEADLINE_S,
    ) -> None:
        self._env = env
        self._send_deadline_s = send_deadline_s
        self._hook_deadline_s = hook_deadline_s
        self._accounts = Accounts(env, NAME)
        self._fetcher = files(env)
        self._clients: dict[str, tuple[Account, Twilio]] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """The account, and an address Twilio can call."""
        return _missing(self._env)

    def listeners(self, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG002  as in Channel
        """None: Twilio calls our hooks."""
        return ()

    def readers(self, inbox: Inbox) -> Sequence[Task]:  # noqa: ARG002  as in Channel
        """None: what hooks missed the list has."""
        return ()

    async def hang_up(self) -> None:
        """Nothing is open: a hook answers and is done."""

    async def close(self) -> None:
        """Nothing is held: requests go over the app's own connections."""

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """Two hooks: a message came; something became of a message we sent."""
        keys = Verifiers(
            self._accounts,
            public_url=self._env.public_url,
            fallback_url=self._env.settings.get("twilio_fallback_url"),
            region=self._env.region,
        )
        on_message = partial(self._on_message, self._hook(keys.by(RECEIVER)), inbox)
        on_status = partial(self._on_status, self._hook(keys.by(SENDER)), inbox)
        return [
            web.post("/hooks/sms/message", on_message),
            web.post("/hooks/sms/status", on_status),
        ]

    def address(self, text: str) -> Address:
        """Read a customer's number as a person wrote it."""
        return _phone_number.typed(text, self._env.region)

    async def read(self, purpose: Purpose, raw: Raw) -> Inbound | StatusUpdate | Unreadable | None:
        """Translate what one of the two hooks took in earlier."""
        payload = understood(NAME, raw)
        if isinstance(payload, Unreadable):
            return payload
        if purpose == "message":
            return message(payload, self._env.region)
        return status(payload)

    async def with_remote_images(self, raw: Raw) -> str | None:  # noqa: ARG002  as in Channel
        """Nothing: texts have no HTML."""
        return None

    def size(self, text: str) -> Size:
        """Count segments as Twilio bills them."""
        return _gsm.size(text)

    async def send(self, outbound: Outbound) -> Receipt:
        """Send one message; what Twilio would refuse for certain is refused without asking it."""
        self._check_ready()
        _check_sendable(outbound)
        return await self._client(self._accounts.usable(outbound.entry_point)).send(outbound)

    def sender(self, entry_point: str) -> str:
        """The Messaging Service where one sends: who stops one of its numbers stops all."""
        return self._accounts.of(entry_point).messaging_service_sid or entry_point

    def account(self, entry_point: str) -> str:
        """The account's SID."""
        return self._accounts.of(entry_point).sid

    def failure(self, code: str) -> FailureKind | None:
        """By the table of Twilio's codes."""
        return kind_of(code)

    def autoresponse(self, entry_point: str, language: str | None) -> str | None:  # noqa: ARG002
        """Nothing: a message costs money, and the provider answers STOP and HELP."""
        return None

    async def find(self, outbound: Outbound, since: datetime) -> Sequence[Listed]:
        """Look through all messages with this customer; those up to 5 s older count as well."""
        self._check_ready()
        listing = self._listing(self._accounts.usable(outbound.entry_point))
        try:
            async with asyncio.timeout(SEARCH_DEADLINE_S):
                return await find(listing, outbound, since, region=self._env.region)
        except TimeoutError as error:
            raise Unavailable("Twilio's list took too long.") from error

    async def backfill(self, inbox: Inbox, since: datetime) -> int:
        """Read the lists of every account; a message to a number nobody set up comes along too.

        An account that cannot be read is told of at the end: the others are read all the same.
        """
        self._check_ready()
        new, failures = 0, list[Unavailable]()
        for account in self._accounts.every():
            try:
                new += await backfill(self._listing(account), inbox, since, region=self._env.region)
            except Unavailable as failure:
                failures.append(failure)
        if failures:
            raise failures[0]
        return new

    async def fetch(self, media: Media) -> Fetched:
        """Fetch it with the key of the account its address names."""
        self._check_ready()
        account = self._accounts.named_in(media.url)
        key = aiohttp.encode_basic_auth(account.sid, account.tokens[0])
        return await self._fetcher.fetch(media.url, authorization=key)

    def connect(self, account: Account | None = None) -> "Twilio":
        """Load Twilio's SDK and make a client of the account, the settings' if none is named."""
        from channels._twilio import Twilio  # noqa: PLC0415 -- slow; not all need it

        account = account or self._accounts.general
        self._clients[account.sid] = (
            account,
            Twilio(
                account=account,
                http=self._env.http,
                status_url=f"{self._env.public_url}/hooks/sms/status",
                api_base=self._env.settings.get("twilio_api_base"),
                deadline_s=self._send_deadline_s,
            ),
        )
        return self._clients[account.sid][1]

    def _hook(self, choice: Choice) -> TwilioHook:
        return TwilioHook(
            channel=NAME, choice=choice, missing=self.missing, deadline_s=self._hook_deadline_s
        )

    def _client(self, account: Account) -> "Twilio":
        known, client = self._clients.get(account.sid, (None, None))
        return client if client and known == account else self.connect(account)

    def _listing(self, account: Account) -> TwilioList:
        return TwilioList(
            account,
            http=self._env.http,
            api_base=self._env.settings.get("twilio_api_base"),
            deadline_s=self._send_deadline_s,
        )

    def _check_ready(self) -> None:
        if self.missing:
            raise Unavailable(f"SMS is not set up; it needs {', '.join(self.missing)}.")

    async def _on_message(
        self, hook: TwilioHook, inbox: Inbox, request: web.Request
    ) -> web.StreamResponse:
        payload = await hook.read(request)
        if isinstance(payload, web.Response):
            return payload
        item = message(payload, self._env.region) if isinstance(payload, Payload) else payload
        return await hook.stored(inbox.receive([item]))

    async def _on_status(
        self, hook: TwilioHook, inbox: Inbox, request: web.Request
    ) -> web.StreamResponse:
        payload = await hook.read(request)
        if isinstance(payload, web.Response):
            return payload
        update = status(payload) if isinstance(payload, Payload) else payload
        if update is None:
            return taken()
        return await hook.stored(inbox.status(update))


def _check_sendable(outbound: Outbound) -> None:
    if outbound.recipient.kind != "phone":
        raise Undeliverable(f"An SMS cannot be sent to a {outbound.recipient.kind} address.")
    if not outbound.text.strip() and not outbound.media_urls:
        raise Undeliverable("The message is empty.", code=_EMPTY)
    if len(outbound.text) > MAX_CHARACTERS:
        raise Undeliverable(
            f"The message has {len(outbound.text)} characters; an SMS may have {MAX_CHARACTERS}.",
            code=_TOO_LONG,
        )


def _missing(env: Env) -> tuple[str, ...]:
    lacking = [s.key for s in SETTINGS if s.required and not listed(env.settings.get(s.key, ""))]
    if not env.public_url:
        lacking.append("public_url")
    return tuple(f"CONTACTCENTER_{key.upper()}" for key in lacking)
