"""Sends through Twilio's SDK, over the app's own HTTP session.

The one module that imports the SDK, which takes a third of a second: import this module only when
something is to be sent.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import structlog
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels._failures import (
    AccountRefused,
    OptedOut,
    OutcomeUnknown,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from channels._messages import Outbound, Receipt
from channels._retry_after import wait_of
from channels._twilio_account import Account
from channels._twilio_errors import kind_of
from channels._twilio_list import API
from channels._twilio_status import STATUS

#: The part of the deadline that connecting may take, so that a provider who cannot be reached is
#: told apart from one who does not answer.
_CONNECTING = 0.4

#: Codes of Twilio's own have five digits; a smaller one is the SDK's copy of the HTTP status,
#: and the answer came from something that stands between us and Twilio.
_FIRST_TWILIO_CODE = 10000

#: How long a message may wait in Twilio's queue; the longest is what it does unasked.
#: Source: https://www.twilio.com/docs/messaging/api/message-resource (ValidityPeriod)
_LEAST_VALID_S, _MOST_VALID_S = 1, 36000

#: What fails before the first byte of the request is written.
_NOT_CONNECTED = (
    aiohttp.ClientConnectorError,  # refused, no such host, TLS
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)

log = structlog.get_logger()


class Twilio:
    """Hands messages to one Twilio account.

    ``api_base`` replaces https://api.twilio.com. ``status_url`` is where Twilio reports what
    became of a message. ``deadline_s`` is for one whole request.
    """

    def __init__(
        self,
        *,
        account: Account,
        http: aiohttp.ClientSession,
        status_url: str,
        api_base: str | None,
        deadline_s: float,
    ) -> None:
        self._status_url = status_url
        self._messaging_service_sid = account.messaging_service_sid
        self._client = Client(
            account.sid,
            account.tokens[0],
            http_client=_Transport(http, (api_base or API).rstrip("/"), deadline_s),
            # Not the process environment, where TWILIO_EDGE would send us to another host.
            environment={"TWILIO_ACCOUNT_SID": account.sid},
        )
        self._messages = self._client.messages  # loads the SDK's part for messages, half a second

    async def send(self, outbound: Outbound) -> Receipt:
        """Create one message, once.

        Our ``correlation_id`` travels as the parameter ``c`` of the status callback's address,
        which Twilio signs and sends back with every report: so a message whose answer was lost
        is known again by its first report.
        """
        wanted: dict[str, Any] = {
            "to": outbound.recipient.value,
            "from_": outbound.entry_point,
            "status_callback": f"{self._status_url}?c={quote(outbound.correlation_id, safe='')}",
        }
        if outbound.text:
            wanted["body"] = outbound.text
        if outbound.media_urls:
            wanted["media_url"] = list(outbound.media_urls)
        if outbound.valid_s is not None:
            wanted["validity_period"] = min(max(outbound.valid_s, _LEAST_VALID_S), _MOST_VALID_S)
        if self._messaging_service_sid:
            wanted["messaging_service_sid"] = self._messaging_service_sid
        try:
            message = await self._messages.create_async(**wanted)
        except TwilioRestException as refusal:
            detail = refusal.msg.removeprefix("Unable to create record: ")
            raise _failure(refusal.status, refusal.code, detail) from refusal
        except TwilioServiceException as refusal:
            detail = refusal.detail or refusal.title
            raise _failure(refusal.status, refusal.code, detail) from refusal
        segments = str(message.num_segments)
        return Receipt(
            external_id=str(message.sid),
            status=STATUS.get(str(message.status), "queued"),
            segments=int(segments) if segments.isdecimal() else None,
        )


class _Transport(AsyncHttpClient):
    """The SDK's HTTP over a session it does not own.

    Failures of the connection leave here as what they mean for the message, since only here it is
    known whether the request was written.
    """

    def __init__(self, session: aiohttp.ClientSession, base: str, deadline_s: float) -> None:
        super().__init__(log, is_async=True, timeout=deadline_s)
        self._session = session
        self._base = base
        self._timeout = aiohttp.ClientTimeout(
            total=deadline_s, connect=deadline_s * _CONNECTING, sock_connect=None
        )

    async def request(  # type: ignore[override] # noqa: PLR0917 -- the SDK's own signature
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 -- the SDK never gives one
        allow_redirects: bool = False,
    ) -> Response:
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = aiohttp.encode_basic_auth(*auth)
        try:
            async with self._session.request(
                method,
                self._base + uri.removeprefix(API),
                params=params or None,
                data=urlencode(data or {}, doseq=True).encode() if data else None,
                headers=sent,
                timeout=self._timeout,
                allow_redirects=allow_redirects,
            ) as answer:
                text = (await answer.read()).decode(errors="replace")
        except _NOT_CONNECTED as error:
            raise Unavailable(f"Twilio cannot be reached: {type(error).__name__}.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown(f"Twilio's answer was lost: {type(error).__name__}.") from error
        _check(method, answer, text)
        return Response(answer.status, text, answer.headers)


def _check(method: str, answer: aiohttp.ClientResponse, text: str) -> None:
    """Raise for what the SDK does not see: a wait asked for, or a success without an id."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        detail = f"Twilio asks to wait (HTTP {answer.status})."
        wait_s = wait_of(answer.headers)
        raise Unavailable(detail, code=_code(text), kind="transient", retry_after_s=wait_s)
    if method == "POST" and answer.ok and answer.status < HTTPStatus.MULTIPLE_CHOICES:
        created = _json(text)
        if not created.get("sid"):
            raise OutcomeUnknown(f"Twilio answered {answer.status} without the message's id.")


def _failure(status: int, code: object, detail: str) -> SendFailure:
    """Say what a refusal means for the message; ``code`` is the SDK's guess at Twilio's.

    An error of the server says nothing of this message, whatever its code: it may be on its way.
    """
    number = int(str(code)) if str(code).isdecimal() else 0
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.BAD_REQUEST:
        return OutcomeUnknown(f"Twilio answered HTTP {status}.", code=str(code))
    kind = kind_of(number)
    if status == HTTPStatus.UNAUTHORIZED or kind == "account":
        log.error("twilio_account_refused", code=code, http_status=status)
        detail = f"Twilio refuses our account: {detail}"
        return AccountRefused(detail, code=str(code), kind="account")
    if kind == "transient":
        return Unavailable(f"Twilio cannot take it now: {detail}", code=str(code), kind=kind)
    if number < _FIRST_TWILIO_CODE:
        log.error("twilio_not_reached", http_status=status)
        return Unavailable(f"Not Twilio but something before it answered HTTP {status}.")
    refusal = OptedOut if kind == "consent" else Undeliverable
    return refusal(detail, code=str(code), kind=kind)


def _code(text: str) -> str | None:
    code = _json(text).get("code")
    return None if code is None else str(code)


def _json(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
