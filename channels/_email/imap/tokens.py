"""Access tokens for mailboxes without passwords (OAuth 2.0), kept until shortly before their end.

Source: https://www.rfc-editor.org/rfc/rfc6749#section-6, …#section-4.4
"""

import asyncio
import time
from typing import Final

import aiohttp
import msgspec
from msgspec import Struct

from channels._email.imap.account import Account, OAuth
from channels._email.imap.failures import ServerFailed, SignInRefused

_WITHIN_S: Final = 20.0
_ANSWER_BYTES: Final = 65_536
#: A token that ends while it is used would be a refusal that is none.
_SPARE_S: Final = 60.0
#: As long as a token is taken to be good where the server does not say.
_GOOD_FOR_S: Final = 300.0
_OK: Final = 200
_SERVER_ERROR: Final = 500


class _Answer(Struct):
    access_token: str
    expires_in: float | str = _GOOD_FOR_S


class Tokens:
    """The access token of one account."""

    def __init__(self, account: Account, http: aiohttp.ClientSession) -> None:
        self._account = account
        self._http = http
        self._token: str | None = None
        self._good_until = 0.0

    async def token(self) -> str | None:
        """A token that is good now, None for an account with a password.

        Raises ``ServerFailed``; ``SignInRefused`` where the token server wants none of us.
        """
        if self._account.oauth is None:
            return None
        if self._token is None or time.monotonic() >= self._good_until:
            await self._ask(self._account.oauth)
        return self._token

    def forget(self) -> None:
        """The mail server did not take it: ask for a new one next time."""
        self._token = None

    async def _ask(self, oauth: OAuth) -> None:
        try:
            async with (
                asyncio.timeout(_WITHIN_S),
                self._http.post(oauth.url, data=_form(oauth), allow_redirects=False) as response,
            ):
                body = await response.content.read(_ANSWER_BYTES)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ServerFailed(f"The token server {_host(oauth)} cannot be reached.") from error
        if status != _OK:
            sentence = f"The token server {_host(oauth)} gives no token: it answers {status}."
            raise (ServerFailed if status >= _SERVER_ERROR else SignInRefused)(sentence)
        try:
            answer = msgspec.json.decode(body, type=_Answer)
            good_for_s = float(answer.expires_in)
        except (msgspec.DecodeError, ValueError) as error:
            raise ServerFailed(f"The token server {_host(oauth)} answers no token.") from error
        self._token = answer.access_token
        self._good_until = time.monotonic() + good_for_s - _SPARE_S


def _form(oauth: OAuth) -> dict[str, str]:
    form = {"client_id": oauth.client_id}
    if oauth.client_secret:
        form["client_secret"] = oauth.client_secret
    if oauth.scope:
        form["scope"] = oauth.scope
    if oauth.refresh_token:
        return form | {"grant_type": "refresh_token", "refresh_token": oauth.refresh_token}
    return form | {"grant_type": "client_credentials"}


def _host(oauth: OAuth) -> str:
    return oauth.url.partition("://")[2].partition("/")[0]
