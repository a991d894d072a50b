"""The door for one provider: limits what comes, believes what is signed, stores, then answers.

Every answer is chosen for what the provider makes of it. What we cannot take now, or do not
believe, gets an answer after which it tries again: a key that is wrong in our settings must not
lose a mail. Only a recipient who is none of ours (404) and a body that no provider sends (413) are
refused for good; nothing is ever answered with 403 or 406, after which some never come again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import hdrs, web
from msgspec import Struct

from channels._base import Env, Inbox
from channels._email import addresses
from channels._email.hooks import bodies
from channels._email.hooks.alarm import Alarm
from channels._email.hooks.bodies import Rooms, TooLarge
from channels._email.hooks.payload import Payload, Posted, Provider
from channels._email.receiving import NAME, Receiver
from channels._failures import NotStored, Unavailable
from channels._listed import listed
from channels._mail import reader as mail_reader
from channels._messages import Inbound, Raw, Unreadable
from channels._problem import FORGED, problem

#: Which provider's hook took a payload in, among the headers kept with it.
PROVIDER: Final = "provider"
#: Larger bodies are taken apart in a thread, so that nobody else waits for it.
_LARGE_BYTES: Final = 256 * 1024
_LONGEST_CONTENT_TYPE: Final = 255
_MEGABYTE: Final = 1024 * 1024

log = structlog.get_logger()


class Deadlines(Struct, frozen=True, kw_only=True):
    """How long the steps of one request may take.

    A body may be thirty megabytes over a slow line; SNS waits 15 s for an answer, and what it sends
    is small. A mail that cannot be read in time goes to quarantine, so its reader's own deadline
    must be over before this one, or the mail would be sent again and again.
    Source: https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
    """

    body_s: float = 60.0
    understanding_s: float = mail_reader.DEADLINE_S + 0.4
    storing_s: float = 4.5
    storing_a_megabyte_s: float = 0.5


class Door:
    """One provider's hook."""

    def __init__(
        self,
        provider: Provider,
        *,
        env: Env,
        receiver: Receiver,
        inbox: Inbox,
        rooms: Rooms,
        deadlines: Deadlines,
    ) -> None:
        self._provider = provider
        self._env = env
        self._receiver = receiver
        self._inbox = inbox
        self._rooms = rooms
        self._deadlines = deadlines
        self.alarm = Alarm(provider.name, env.mailroom)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take one request in, and answer when what it brought is stored."""
        keys = self._every_key()
        if not keys:
            return self._again("provider_not_set_up", f"{self._provider.key} is not set.")
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not self._provider.may_be_authentic(headers, keys):
            return self._forged(())
        try:
            async with bodies.read(
                request,
                rooms=self._rooms,
                most_bytes=self._provider.most_bytes,
                deadline_s=self._deadlines.body_s,
            ) as body:
                return await self._taken(_posted(request, headers, body), keys)
        except TooLarge:
            detail = f"A body may have {self._provider.most_bytes} bytes."
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail)
        except (TimeoutError, web.RequestPayloadError, ConnectionError) as error:
            return self._again("body_not_read", f"The body did not come: {type(error).__name__}.")
        except Unavailable as error:
            return self._again("not_checked", f"It cannot be checked now: {error}")

    async def _taken(self, posted: Posted, keys: Sequence[str]) -> web.StreamResponse:
        payload = await _beside(self._provider.understood, posted)
        recipients = self._recipients(payload)
        believed = await self._believed(posted, payload, recipients, keys)
        if believed is None:
            return self._forged(tuple(recipients))
        answer = await self._provider.answered(posted, payload)
        if answer is not None:
            return answer
        if payload.recipients and not recipients:
            return self._refuse(
                HTTPStatus.NOT_FOUND, "unknown_recipient", "No recipient is an address of ours."
            )
        for entry_point in believed:
            self.alarm.authentic(entry_point)
        return await self._stored(posted, payload, believed)

    def _recipients(self, payload: Payload) -> Mapping[str, str]:
        """The recipients that are addresses of ours, by entry point.

        Raises ``Unavailable`` where one may be, and its secrets cannot be read.
        """
        found: dict[str, str] = {}
        for one in payload.recipients:
            entry_point = self._receiver.entry_point_of(one)
            if entry_point is not None:
                found.setdefault(entry_point, one.strip())
            else:
                self._check_readable(one)
        return found

    def _check_readable(self, recipient: str) -> None:
        for written in addresses.writings(recipient):
            self._env.own.of(NAME, written)

    async def _believed(
        self,
        posted: Posted,
        payload: Payload,
        recipients: Mapping[str, str],
        keys: Sequence[str],
    ) -> Mapping[str, str] | None:
        """The recipients for whom the request is authentic; None where it is for nobody.

        A key of an entry point's own speaks for that one alone. A request that names none of ours
        is believed by any key there is: nothing comes of it but an answer, or the quarantine.
        """
        if not recipients:
            return {} if await self._provider.is_authentic(posted, payload, keys) else None
        by_keys: dict[tuple[str, ...], dict[str, str]] = {}
        for entry_point, recipient in recipients.items():
            by_keys.setdefault(self._keys_of(entry_point), {})[entry_point] = recipient
        believed: dict[str, str] = {}
        for some, whose in by_keys.items():
            if some and await self._provider.is_authentic(posted, payload, some):
                believed |= whose
        return believed or None

    def _keys_of(self, entry_point: str) -> tuple[str, ...]:
        own = listed(self._env.own.of(NAME, entry_point).get(self._provider.key, ""))
        return own or self._general_keys()

    def _general_keys(self) -> tuple[str, ...]:
        return listed(self._env.settings.get(self._provider.key, ""))

    def _every_key(self) -> tuple[str, ...]:
        every = [self._env.own.of(NAME, at) for at in self._env.own.addresses(NAME)]
        own = [key for one in every for key in listed(one.get(self._provider.key, ""))]
        return tuple(dict.fromkeys([*self._general_keys(), *own]))

    async def _stored(
        self, posted: Posted, payload: Payload, recipients: Mapping[str, str]
    ) -> web.Response:
        size = len(posted.body) / _MEGABYTE
        try:
            async with asyncio.timeout(self._deadlines.understanding_s):
                # Shielded: the reader of mails must not be left in the middle of an answer.
                items = await asyncio.shield(self._items(posted, payload, recipients))
            async with asyncio.timeout(
                self._deadlines.storing_s + size * self._deadlines.storing_a_megabyte_s
            ):
                await self._inbox.receive(items)
        except (NotStored, TimeoutError) as error:
            name = type(error).__name__
            log.error("hook_not_stored", channel=NAME, way=self._provider.name, error=name)  # noqa: TRY400
            return _problem_again("not_stored", "It could not be stored; send it again.")
        self._provider.note_stored(payload)
        return web.Response(body=b"stored\n", content_type="text/plain")

    async def _items(
        self, posted: Posted, payload: Payload, recipients: Mapping[str, str]
    ) -> Sequence[Inbound | Unreadable]:
        """The mail for each of our addresses it was sent to, or why it cannot be had."""
        if payload.mail is None:
            return [unreadable(self._provider, posted, payload, next(iter(recipients), None))]
        return [
            await understood(self._receiver, payload, payload.mail, entry_point, recipient)
            for entry_point, recipient in recipients.items()
        ]

    def _forged(self, entry_points: Sequence[str]) -> web.Response:
        for entry_point in entry_points or (None,):
            self.alarm.forged(entry_point)
        answer = self._refuse(
            self._provider.forged, "forged", "The signature does not fit the request."
        )
        answer[FORGED] = True
        if self._provider.forged == HTTPStatus.UNAUTHORIZED:
            answer.headers[hdrs.WWW_AUTHENTICATE] = 'Basic realm="hooks"'
        return answer

    def _again(self, code: str, detail: str) -> web.Response:
        log.warning("hook_refused", channel=NAME, way=self._provider.name, code=code)
        return _problem_again(code, detail)

    def _refuse(self, status: HTTPStatus, code: str, detail: str) -> web.Response:
        log.warning("hook_refused", channel=NAME, way=self._provider.name, code=code)
        return problem(status, code, detail)


async def understood(
    receiver: Receiver, payload: Payload, mail: bytes, entry_point: str, recipient: str | None
) -> Inbound | Unreadable:
    """Read the mail that a request brought to one of our addresses."""
    return await receiver.understood(
        mail,
        entry_point=entry_point,
        recipient=recipient,
        envelope_sender=_reverse_path(payload.envelope_sender),
        received_at=payload.received_at,
    )


def unreadable(
    provider: Provider, posted: Posted, payload: Payload, entry_point: str | None
) -> Unreadable:
    """What an authentic request without a mail becomes; it is kept byte for byte."""
    kept = {PROVIDER: provider.name} | ({"entry_point": entry_point} if entry_point else {})
    raw = Raw(body=posted.body, content_type=posted.content_type, headers=kept)
    return Unreadable(channel=NAME, reason=payload.reason, detail=payload.detail, raw=raw)


async def again(provider: Provider, receiver: Receiver, raw: Raw) -> Inbound | Unreadable:
    """Look at a kept request as its hook would now; it was believed when it came."""
    posted = Posted(body=raw.body, content_type=raw.content_type)
    payload = await _beside(provider.understood, posted)
    entry_point = raw.headers.get("entry_point")
    known = {receiver.entry_point_of(one): one.strip() for one in payload.recipients}
    entry_point = entry_point or next((one for one in known if one), None)
    if payload.mail is None or entry_point is None:
        return unreadable(provider, posted, payload, entry_point)
    return await understood(receiver, payload, payload.mail, entry_point, known.get(entry_point))


def _posted(request: web.Request, headers: Mapping[str, str], body: bytes) -> Posted:
    content_type = request.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
    kept = "".join(c for c in content_type if c.isprintable())[:_LONGEST_CONTENT_TYPE]
    return Posted(body=body, content_type=kept, headers=headers)


async def _beside(understood: Callable[[Posted], Payload], posted: Posted) -> Payload:
    if len(posted.body) < _LARGE_BYTES:
        return understood(posted)
    return await asyncio.to_thread(understood, posted)


def _reverse_path(told: str | None) -> str | None:
    """One writing of an envelope's sender; empty for the null reverse path, None for no address."""
    if told is None:
        return None
    plain = told.strip().removeprefix("<").removesuffix(">").strip()
    return addresses.canonical(plain) if plain else ""


def _problem_again(code: str, detail: str) -> web.Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, code, detail)
