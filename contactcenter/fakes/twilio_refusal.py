"""What Twilio refuses, and how it says so.

Source: https://www.twilio.com/docs/api/errors
"""

import base64
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from aiohttp import web

_MAX_CHARACTERS = 1600
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST_VALID_S = 36000


class Refusal(Exception):
    """A request Twilio refuses, with its own code."""

    def __init__(
        self, status: HTTPStatus, code: int, detail: str, *, retry_after: str | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self._retry_after = retry_after

    def response(self) -> web.Response:
        """The answer in Twilio's form."""
        body = {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": int(self.status),
        }
        wait = self._retry_after
        headers = {} if wait is None else {"Retry-After": wait}
        return web.json_response(body, status=self.status, headers=headers)


def refusal_of(
    to: str, sender: str, text: str, media_urls: Sequence[str], service_sid: str | None
) -> Refusal | None:
    """Say why Twilio refuses such a message, whoever sends it.

    Source: https://www.twilio.com/docs/api/errors
    """
    bad = HTTPStatus.BAD_REQUEST
    if not to:
        return Refusal(bad, 21604, "A 'To' phone number is required.")
    if not sender and not service_sid:
        return Refusal(bad, 21603, "A 'From' phone number is required.")
    if not text and not media_urls:
        return Refusal(bad, 21602, "Message body is required.")
    if len(text) > _MAX_CHARACTERS:
        detail = "The concatenated message body exceeds the 1600 character limit."
        return Refusal(bad, 21617, detail)
    if not _NUMBER.fullmatch(to):
        return Refusal(bad, 21211, f"Invalid 'To' Phone Number: {to}")
    return None


def invalid_validity(text: str) -> Refusal | None:
    """Say why a message may not wait as long as it asks to.

    Source: https://www.twilio.com/docs/api/errors/90007
    """
    if text.isdecimal() and 1 <= int(text) <= _LONGEST_VALID_S:
        return None
    return Refusal(HTTPStatus.BAD_REQUEST, 90007, f"Invalid validity period value: {text}")


def authorize(request: web.Request, account_sid: str, auth_token: str) -> None:
    """Raise unless the request carries the account's key and is about the account."""
    wanted = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
    if request.headers.get("Authorization") != f"Basic {wanted}":
        raise Refusal(HTTPStatus.UNAUTHORIZED, 20003, "Authenticate")
    if request.match_info["account"] != account_sid:
        raise not_found()


def retry_after(now: datetime, wait_s: int, *, as_date: bool) -> str:
    """The wait as the header says it, in seconds or as a date."""
    return format_datetime(now + timedelta(seconds=wait_s), usegmt=True) if as_date else str(wait_s)


def not_found() -> Refusal:
    """No such thing in this account."""
    return Refusal(HTTPStatus.NOT_FOUND, 20404, "The requested resource was not found")


def broken() -> Refusal:
    """Twilio has failed."""
    return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, 20500, "Internal Server Error")
