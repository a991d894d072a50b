"""Reads Twilio's lists of messages and of their files, page by page.

Source: https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode

import aiohttp
import msgspec
import yarl
from msgspec import Struct, field

from channels._failures import AccountRefused, Unavailable
from channels._messages import Media
from channels._retry_after import wait_of
from channels._twilio_account import Account
from channels._twilio_errors import kind_of

API = "https://api.twilio.com"

#: Everything Twilio names as its next page lies below this.
_VERSION = "/2010-04-01/"
_NOT_FOUND = "20404"  # of an account, but also of a message
_PAGE_SIZE = 200  # of 1000 at most: a page is a few hundred kilobytes


class Resource(Struct, frozen=True, kw_only=True):
    """A message as Twilio lists it, in its own words; times are RFC 2822."""

    sid: str
    direction: str = ""
    status: str = ""
    from_: str | None = field(name="from", default=None)
    to: str | None = None
    body: str | None = None
    account_sid: str | None = None
    messaging_service_sid: str | None = None
    num_segments: str | None = None
    num_media: str | None = None
    error_code: int | str | None = None
    date_created: str | None = None
    date_updated: str | None = None
    uri: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether we sent it."""
        return self.direction.startswith("outbound")

    @property
    def created_at(self) -> datetime | None:
        """To the second, the rest cut off."""
        return moment(self.date_created)

    @property
    def updated_at(self) -> datetime | None:
        """When its status last changed."""
        return moment(self.date_updated)


class Page(Struct, frozen=True, kw_only=True):
    """One page, newest first; ``answered_at`` is Twilio's own time, if it told it."""

    messages: tuple[Resource, ...]
    answered_at: datetime | None


class TwilioList:
    """The lists of one account; ``deadline_s`` is for one request. Raises ``Unavailable``."""

    def __init__(
        self,
        account: Account,
        *,
        http: aiohttp.ClientSession,
        api_base: str | None,
        deadline_s: float,
    ) -> None:
        self.account = account
        self._http = http
        self._base = (api_base or API).rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=deadline_s)
        self._headers = {
            "Authorization": aiohttp.encode_basic_auth(account.sid, account.tokens[0]),
            "Accept": "application/json",
        }

    async def pages(self, filters: Mapping[str, str], *, at_most: int) -> AsyncIterator[Page]:
        """The messages that pass Twilio's ``filters``; more than ``at_most`` pages are too many.

        Whoever asks to the end has seen them all, or ``Unavailable`` was raised.
        """
        query = urlencode({**filters, "PageSize": str(_PAGE_SIZE)})
        uri: str | None = f"{_VERSION}Accounts/{self.account.sid}/Messages.json?{query}"
        for _ in range(at_most):
            body, answered_at = await self._get(uri)
            listed = _decoded(body, _MESSAGES)
            yield Page(messages=listed.messages, answered_at=answered_at)
            uri = listed.next_page_uri
            if not uri:
                return
        raise Unavailable(f"Twilio lists more than {at_most * _PAGE_SIZE} messages.")

    async def media(self, message: Resource) -> Sequence[Media]:
        """The files of a message, addressed as its webhook would have addressed them.

        None if the message was deleted meanwhile.
        """
        uri = f"{_VERSION}Accounts/{self.account.sid}/Messages/{message.sid}/Media.json"
        try:
            body, _ = await self._get(uri)
        except AccountRefused as refusal:
            if refusal.code == _NOT_FOUND:
                return []
            raise
        found = _decoded(body, _FILES)
        return [
            Media(
                url=self._base + _own(file.uri).removesuffix(".json"),
                content_type=file.content_type or "application/octet-stream",
            )
            for file in found.media_list
        ]

    async def _get(self, uri: str | None) -> tuple[bytes, datetime | None]:
        url = yarl.URL(self._base + _own(uri), encoded=True)
        try:
            async with self._http.get(
                url, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unavailable(f"Twilio's list was not read: {type(error).__name__}.") from error
        if answer.status != HTTPStatus.OK:
            raise _refusal(answer, body)
        return body, moment(answer.headers.get("Date"))


def moment(text: str | None) -> datetime | None:
    """A time as Twilio writes it, RFC 2822; None where there is none."""
    try:
        read = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


class _Messages(Struct, frozen=True, kw_only=True):
    messages: tuple[Resource, ...]
    next_page_uri: str | None = None


class _File(Struct, frozen=True, kw_only=True):
    uri: str
    content_type: str | None = None


class _Files(Struct, frozen=True, kw_only=True):
    media_list: tuple[_File, ...]


class _Refusal(Struct, frozen=True, kw_only=True):
    code: int | str | None = None


_MESSAGES = msgspec.json.Decoder(_Messages)
_FILES = msgspec.json.Decoder(_Files)
_REFUSAL = msgspec.json.Decoder(_Refusal)
_T = TypeVar("_T")


def _own(uri: str | None) -> str:
    """A path below Twilio's address; nothing else is ever asked with our key."""
    if not uri or not uri.startswith(_VERSION):
        raise Unavailable("Twilio's list names a next page that is not its own.")
    return uri


def _decoded(body: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable("Twilio's list cannot be read.") from error


def _refusal(answer: aiohttp.ClientResponse, body: bytes) -> Unavailable:
    try:
        code = _REFUSAL.decode(body).code
    except (msgspec.DecodeError, UnicodeDecodeError):
        code = None
    detail = f"Twilio's list is refused (HTTP {answer.status})."
    text = None if code is None else str(code)
    if answer.status == HTTPStatus.UNAUTHORIZED or kind_of(code) == "account":
        return AccountRefused(detail, code=text, kind="account")
    return Unavailable(detail, code=text, retry_after_s=wait_of(answer.headers))
