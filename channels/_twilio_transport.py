"""Twilio's SDK over the app's own HTTP session, and what its failures mean.

Imports the SDK, which takes a third of a second: import this module only where something is asked.
"""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp
import structlog
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels._failures import (
    AccountRefused,
    FailureKind,
    OptedOut,
    OutcomeUnknown,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from channels._retry_after import wait_of
from channels._twilio_account import Account
from channels._twilio_errors import kind_of
from channels._twilio_list import API

#: The part of the deadline that connecting may take, so that a provider who cannot be reached is
#: told apart from one who does not answer.
_CONNECTING = 0.4

#: Codes of Twilio's own have five digits; a smaller one is the SDK's copy of the HTTP status,
#: and the answer came from something that stands between us and Twilio.
_FIRST_TWILIO_CODE = 10000

#: What fails before the first byte of the request is written.
_NOT_CONNECTED = (
    aiohttp.ClientConnectorError,  # refused, no such host, TLS
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)

#: What a success names: the thing itself, or the telephone of who is in a queue or a room.
_IDS = ("sid", "call_sid")

log = structlog.get_logger()


def client(
    account: Account, *, http: aiohttp.ClientSession, api_base: str | None, deadline_s: float
) -> Client:
    """The SDK's client of an account; ``api_base`` replaces https://api.twilio.com."""
    return Client(
        account.sid,
        account.tokens[0],
        http_client=Transport(http, (api_base or API).rstrip("/"), deadline_s),
        # Not the process environment, where TWILIO_EDGE would send us to another host.
        environment={"TWILIO_ACCOUNT_SID": account.sid},
    )


class Transport(AsyncHttpClient):
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
        raise Unavailable(detail, code=code_of(text), kind="transient", retry_after_s=wait_s)
    if method == "POST" and answer.ok and answer.status < HTTPStatus.MULTIPLE_CHOICES:
        made = _json(text)
        if not any(made.get(name) for name in _IDS):
            raise OutcomeUnknown(f"Twilio answered {answer.status} without an id.")


def failure(
    status: int,
    code: object,
    detail: str,
    *,
    kind_of: Callable[[object], FailureKind | None] = kind_of,
) -> SendFailure:
    """Say what a refusal means for what was asked; ``code`` is the SDK's guess at Twilio's.

    An error of the server says nothing of it, whatever its code: it may be on its way.
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


def code_of(text: str) -> str | None:
    """Twilio's code in an answer, if there is one."""
    code = _json(text).get("code")
    return None if code is None else str(code)


def _json(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
