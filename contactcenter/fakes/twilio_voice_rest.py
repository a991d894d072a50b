"""Twilio's REST API for calls and queues, as far as the product uses it.

Source: https://www.twilio.com/docs/voice/api
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web

from contactcenter.fakes import twilio_voice_twiml as twiml
from contactcenter.fakes.twilio_refusal import Refusal, authorize, not_found
from contactcenter.fakes.twilio_voice_calls import Calls, Wanted
from contactcenter.fakes.twilio_voice_forms import (
    Asked,
    gone,
    known_leg,
    page,
    shown_leg,
    shown_member,
)
from contactcenter.fakes.twilio_voice_leg import OVER, Leg, Moved
from contactcenter.fakes.twilio_voice_state import Network

BASE: Final = "/2010-04-01/Accounts/{account}"
_CALLABLE: Final = re.compile(r"\+[1-9]\d{6,14}|sips?:[^\s@]+@[^\s@]+|client:[^\s]+")
_PROGRESS: Final = {"StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"}
_CREATE: Final = _PROGRESS | {
    *("To", "From", "Url", "Twiml", "Method", "FallbackUrl", "FallbackMethod", "Timeout"),
    *("SendDigits", "CallerId", "CallReason", "TimeLimit"),
}
_UPDATE: Final = _PROGRESS - {"StatusCallbackEvent"} | {
    *("Url", "Twiml", "Method", "FallbackUrl", "FallbackMethod", "Status", "TimeLimit"),
}
_EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Lets the account's requests in. ``requests`` are all there were; ``failing`` may refuse."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.requests: list[str] = []
        self.failing: Callable[[web.Request], Refusal | None] = lambda _: None

    def of(self, handler: Handler) -> Handler:
        """The same handler behind the gate; refusals become Twilio's answers."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                authorize(request, self._network.account_sid, self._network.auth_token)
                self.requests.append(f"{request.method} {request.path}")
                refusal = self.failing(request)
                if refusal is not None:
                    raise refusal
                return await handler(request)
            except Refusal as refusal:
                return refusal.response()

        return guarded


class CallsApi:
    """Calls and the queues they wait in."""

    def __init__(self, network: Network, calls: Calls) -> None:
        self._network = network
        self._calls = calls

    def routes(self, gate: Gate) -> Sequence[web.RouteDef]:
        """Everything below ``Calls`` and ``Queues``."""
        calls, queues = f"{BASE}/Calls", f"{BASE}/Queues"
        return [
            web.post(f"{calls}.json", gate.of(self._create)),
            web.get(f"{calls}.json", gate.of(self._list)),
            web.get(f"{calls}/{{sid}}.json", gate.of(self._fetch)),
            web.post(f"{calls}/{{sid}}.json", gate.of(self._update)),
            web.get(f"{queues}.json", gate.of(self._queues)),
            web.get(f"{queues}/{{queue}}/Members.json", gate.of(self._members)),
            web.get(f"{queues}/{{queue}}/Members/{{sid}}.json", gate.of(self._member)),
            web.post(f"{queues}/{{queue}}/Members/{{sid}}.json", gate.of(self._dequeue)),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        asked = await Asked.of(request, _CREATE)
        url, document = asked.address("Url"), asked.get("Twiml").encode()
        if not url and not document:
            raise Refusal(HTTPStatus.BAD_REQUEST, 21205, "Url parameter is required.")
        if document:
            _check(document)
        wanted = Wanted(
            to=callable_address(asked.get("To")),
            from_=own_number(self._network, asked.get("From")),
            url=url,
            document=document,
            fallback_url=asked.address("FallbackUrl", code=21219),
            status_url=asked.address("StatusCallback", code=21609),
            status_events=progress_events(asked, "StatusCallbackEvent"),
            timeout_s=timeout_s(asked),
        )
        return web.json_response(shown_leg(self._calls.place(wanted)), status=HTTPStatus.CREATED)

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        found = list(reversed(self._network.legs.values()))
        for name, attribute in (("To", "to"), ("From", "from_"), ("Status", "status")):
            if query.get(name):
                found = [leg for leg in found if getattr(leg, attribute) == query[name]]
        if since := query.get("StartTime>") or query.get("StartTimeAfter"):
            after = datetime.fromisoformat(since)
            after = after if after.tzinfo else after.replace(tzinfo=self._network.now().tzinfo)
            found = [leg for leg in found if leg.created_at >= after]
        return page(request, "calls", [shown_leg(leg) for leg in found])

    async def _fetch(self, request: web.Request) -> web.Response:
        return web.json_response(shown_leg(known_leg(self._network, request.match_info["sid"])))

    async def _update(self, request: web.Request) -> web.Response:
        asked = await Asked.of(request, _UPDATE)
        leg = known_leg(self._network, request.match_info["sid"])
        if leg.status in OVER or leg.is_ending():
            raise gone()
        status = asked.get("Status")
        if status not in ("", "completed", "canceled"):
            raise Refusal(HTTPStatus.BAD_REQUEST, 21218, f"Invalid call state: {status}")
        if status:
            leg.hang_up("completed" if leg.status == "in-progress" else "canceled", by_person=False)
            return web.json_response(shown_leg(leg))
        if not leg.is_live():
            raise gone()
        document = asked.get("Twiml").encode()
        if document:
            _check(document)
        if asked.has("FallbackUrl"):
            leg.fallback_url = asked.address("FallbackUrl")
        if not document and not asked.get("Url"):
            raise Refusal(HTTPStatus.BAD_REQUEST, 21205, "Url parameter is required.")
        leg.move(Moved(asked.address("Url"), document))
        return web.json_response(shown_leg(leg))

    async def _queues(self, request: web.Request) -> web.Response:
        shown = [
            {
                "sid": queue.sid,
                "friendly_name": queue.name,
                "current_size": len(queue.members),
                "max_size": queue.most,
                "average_wait_time": queue.average_s,
            }
            for queue in self._network.queues.values()
        ]
        return page(request, "queues", shown)

    async def _members(self, request: web.Request) -> web.Response:
        queue = self._network.queues.get(request.match_info["queue"])
        if queue is None:
            raise not_found()
        network = self._network
        shown = [shown_member(network, queue.sid, member.leg) for member in queue.members]
        return page(request, "queue_members", shown)

    async def _member(self, request: web.Request) -> web.Response:
        leg, queue_sid = self._waiting(request)
        return web.json_response(shown_member(self._network, queue_sid, leg))

    async def _dequeue(self, request: web.Request) -> web.Response:
        asked = await Asked.of(request, {"Url", "Method"})
        if not asked.address("Url"):
            raise Refusal(HTTPStatus.BAD_REQUEST, 21205, "Url parameter is required.")
        leg, queue_sid = self._waiting(request)
        shown = shown_member(self._network, queue_sid, leg)
        leg.move(Moved(asked.get("Url")))
        return web.json_response(shown)

    def _waiting(self, request: web.Request) -> tuple[Leg, str]:
        queue = self._network.queues.get(request.match_info["queue"])
        sid = request.match_info["sid"]
        members = [] if queue is None else queue.members
        if sid == "Front" and members:
            sid = members[0].leg.sid
        for member in members:
            if member.leg.sid == sid and not member.leg.is_ending():
                assert queue is not None
                return member.leg, queue.sid
        raise not_found()


def callable_address(text: str) -> str:
    """An address that may be called; raises ``Refusal``.

    Source: https://www.twilio.com/docs/api/errors/21201, 21211
    """
    if not text:
        raise Refusal(HTTPStatus.BAD_REQUEST, 21201, "No 'To' number is specified")
    if not _CALLABLE.fullmatch(text):
        detail = f"The phone number you are attempting to call, {text}, is not valid."
        raise Refusal(HTTPStatus.BAD_REQUEST, 21211, detail)
    return text


def own_number(network: Network, text: str) -> str:
    """A number of the account to call from; raises ``Refusal``."""
    if not text:
        raise Refusal(HTTPStatus.BAD_REQUEST, 21213, "'From' phone number is required")
    if network.numbers and text not in network.numbers:
        detail = f"The source phone number provided, {text}, is not yet verified for your account."
        raise Refusal(HTTPStatus.BAD_REQUEST, 21210, detail)
    return text


def progress_events(asked: Asked, name: str) -> Sequence[str]:
    """Which changes of a telephone are to be told; raises ``Refusal`` for words there are not."""
    events = asked.all(name) or ["completed"]
    for event in events:
        if event not in _EVENTS:
            raise Refusal(HTTPStatus.BAD_REQUEST, 21626, f"Invalid status callback event: {event}")
    return events


def timeout_s(asked: Asked) -> int:
    """How long it may ring, up to ten minutes; raises ``Refusal``."""
    text = asked.get("Timeout", "60")
    if not text.isdecimal() or not 1 <= int(text) <= 600:  # noqa: PLR2004
        raise Refusal(HTTPStatus.BAD_REQUEST, 21216, f"Invalid timeout: {text}")
    return int(text)


def _check(document: bytes) -> None:
    try:
        twiml.parse("text/xml", document)
    except twiml.Broken as broken:
        raise Refusal(HTTPStatus.BAD_REQUEST, broken.code, str(broken)) from broken
