"""Answers the provider's hooks about calls: authenticates, understands, asks the app what is next.

A telephone is answered within a second, whatever the app does: as long as it cannot say what comes
next, the telephone waits a moment and asks again, and in the end it apologises and takes a message.
Who only tells us something is refused until it is stored, and tells it again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web
from msgspec.structs import replace

from channels import _phone_number
from channels._base import Env, Inbox
from channels._call_steps import Play, Script
from channels._calls import CallHook, ForeignHook, HookName
from channels._failures import BadAddress, NotStored
from channels._messages import Unreadable
from channels._phone import documents, form_values, forms, repeats
from channels._phone.addresses import ANSWERED, PATHS, Addresses, path
from channels._phone.settings import music
from channels._problem import problem
from channels._twilio_account import Accounts
from channels._twilio_hook import Payload, TwilioHook, taken
from channels._twilio_keys import Verifiers

NAME: Final = "phone"
#: Of the second in which a telephone is answered, the app has this much.
ANSWER_WITHIN_S: Final = 0.8
#: How long a body may take to arrive.
BODY_WITHIN_S: Final = 4.5

log = structlog.get_logger()


def _now() -> datetime:
    return datetime.now(UTC)


class Hooks:
    """All hooks of the telephone; ``missing`` are the settings without which none is believed."""

    def __init__(
        self,
        env: Env,
        accounts: Accounts,
        addresses: Addresses,
        *,
        missing: Sequence[str],
        answer_within_s: float = ANSWER_WITHIN_S,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._env = env
        self._accounts = accounts
        self._addresses = addresses
        self._answer_within_s = answer_within_s
        self._clock = clock
        self._under_way: set[asyncio.Future[Script]] = set()
        keys = Verifiers(
            accounts,
            public_url=env.public_url,
            fallback_url=addresses.fallback_url,
            region=env.region,
        )
        self._door = TwilioHook(
            channel=NAME, choice=keys.by_account(), missing=missing, deadline_s=BODY_WITHIN_S
        )

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """One address a hook."""
        return [web.post(at, partial(self._on, name, inbox)) for name, at in PATHS.items()]

    async def finish(self) -> None:
        """Let what was asked of the app come to its end, if it does so soon."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=BODY_WITHIN_S)

    def call_off(self) -> None:
        """Wait for nothing any more."""
        for taking in self._under_way:
            taking.cancel()

    async def _on(self, name: HookName, inbox: Inbox, request: web.Request) -> web.StreamResponse:
        payload = await self._door.read(request)
        if isinstance(payload, web.Response):
            return payload
        if isinstance(payload, Payload):
            if not self._is_of_its_account(payload.form):
                return _forged("The number or the file is not one of this account's.")
            received_at = repeats.first_received(payload, self._clock())
            hook = forms.hook(name, repeats.restored(payload), received_at)
            if isinstance(hook, CallHook):
                return await self._on_hook(replace(hook, answers=name in ANSWERED), payload)
            payload = hook
        return await self._kept(name, inbox, payload)

    async def _on_hook(self, hook: CallHook, payload: Payload) -> web.Response:
        if self._env.switchboard is None:
            detail = "Nobody here knows calls."
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "channel_not_ready", detail)
        try:
            if not hook.answers:
                return await self._noted(hook)
            return _document(await self._answer(hook, payload))
        except ForeignHook:
            return _forged("The call is not one of this account's.")

    async def _answer(self, hook: CallHook, payload: Payload) -> str:
        """The document with what the telephone does next."""
        name, options = hook.name, self._options(payload.form)
        addresses = self._addresses.carrying(hook.query, _parties(payload.form))
        if name == "fallback":
            addresses = addresses.from_now_on_second()
        try:
            script = await self._take(hook)
            if name == "fallback" and not script:
                script = repeats.given_up(name, hook.query, options)
            return documents.document(script, addresses, options)
        except NotStored as error:
            asked, why = repeats.count(payload), _why(error)
            log.error(  # noqa: TRY400
                "call_not_answered", hook=name, asked_again=asked, call_sid=hook.leg, error=why
            )
        except documents.TooLong as error:
            log.error("call_document_too_long", hook=name, error=str(error))  # noqa: TRY400
            asked = len(repeats.PAUSES_S)
        if name == "wait":  # is asked again by itself, as long as he waits
            return documents.document((Play(url=music(options)),), addresses, options)
        if name == "fallback" or asked >= len(repeats.PAUSES_S):
            script = repeats.given_up(name, hook.query, options)
            return documents.document(script, addresses, options)
        again = path(name, repeats.query(payload, hook.received_at))
        return documents.once_more(addresses.public_url + again, after_s=repeats.PAUSES_S[asked])

    async def _noted(self, hook: CallHook) -> web.Response:
        """Answer who only tells us something."""
        try:
            await self._take(hook)
        except NotStored as error:
            log.error("hook_not_stored", channel=NAME, hook=hook.name, error=_why(error))  # noqa: TRY400
            detail = "It could not be stored; send it again."
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_stored", detail)
        return taken()

    async def _take(self, hook: CallHook) -> Script:
        """Ask the app, in time; raises ``NotStored``.

        What takes longer goes on by itself: it may be stored yet, and then the repeat is its copy.
        To call it off could take as long as it takes: a database has to be told, too.
        """
        switchboard = self._env.switchboard
        assert switchboard is not None, "asked for before"
        taking = asyncio.ensure_future(switchboard.take(hook))
        self._under_way.add(taking)
        taking.add_done_callback(self._done)
        done, _ = await asyncio.wait({taking}, timeout=self._answer_within_s)
        if not done:
            raise NotStored("It takes too long.")
        return taking.result()

    def _done(self, taking: asyncio.Future[Script]) -> None:
        self._under_way.discard(taking)
        if not taking.cancelled():
            taking.exception()  # seen: whoever waited for it was told something already

    async def _kept(self, name: HookName, inbox: Inbox, item: Unreadable) -> web.Response:
        """Keep what makes no sense; a telephone that waits for an answer takes a message."""
        try:
            async with asyncio.timeout(self._answer_within_s):
                await inbox.receive([item])
        except (NotStored, TimeoutError) as error:
            log.error("hook_not_stored", channel=NAME, hook=name, error=_why(error))  # noqa: TRY400
            detail = "It could not be stored; send it again."
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_stored", detail)
        if name not in ANSWERED:
            return taken()
        options = self._env.settings
        script = repeats.given_up(name, {}, options)
        return _document(documents.document(script, self._addresses, options))

    def _is_of_its_account(self, form: Mapping[str, str]) -> bool:
        """Whether our number, and what was recorded, belong to the account that signed.

        Whose call it is, is for the app to see.
        """
        if not self._accounts.may_differ:
            return True
        signed = form.get("AccountSid", "")
        recorded = form.get("RecordingUrl")
        if recorded and self._accounts.named_in(recorded).sid != signed:
            return False
        ours = self._entry_point(form)
        return not ours or self._accounts.of(ours).sid == signed

    def _options(self, form: Mapping[str, str]) -> Mapping[str, str]:
        return {**self._env.settings, **self._env.own.of(NAME, self._entry_point(form))}

    def _entry_point(self, form: Mapping[str, str]) -> str:
        """Which of our numbers a call came to, or is made from."""
        is_ours = form_values.direction(form.get("Direction")) == "outbound"
        ours = form.get("From" if is_ours else "To", "")
        try:
            return _phone_number.entry_point(ours, self._env.region)
        except BadAddress:
            return ours


def _parties(form: Mapping[str, str]) -> dict[str, str]:
    given = {"caller": form.get("From", ""), "called": form.get("To", "")}
    return {name: text for name, text in given.items() if text}


def _forged(detail: str) -> web.Response:
    log.warning("hook_refused", channel=NAME, code="forged")
    return problem(HTTPStatus.FORBIDDEN, "forged", detail)


def _why(error: Exception) -> str:
    """What kept it from being stored: no database, a deadline, an error of the database's."""
    return type(error.__cause__ or error).__name__


def _document(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/xml")
