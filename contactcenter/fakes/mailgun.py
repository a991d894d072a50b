"""A Mailgun for demos and tests: receives mails and posts them as a route of Mailgun does."""

import asyncio
import hashlib
import hmac
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import aiohttp

from contactcenter.fakes.ledger import Entry, Ledger

#: How long Mailgun waits before each time it tries again.
#: Source: https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
WAITS_S: Final = (600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0)
_TOKEN_CHARACTERS: Final = 50
_TIMEOUT_S: Final = 60
_HEXADECIMAL: Final = "0123456789abcdef"


class FakeMailgun:
    """Posts to ``route_url``, signed with ``signing_key``; remembers every try in its ledger.

    It signs once for a mail and not anew at each try, which is the harder of what Mailgun may do.
    ``waits_s`` lie between the tries.
    """

    def __init__(
        self,
        *,
        route_url: str,
        signing_key: str,
        clock: Callable[[], datetime],
        chance: random.Random,
        waits_s: Sequence[float] = WAITS_S,
    ) -> None:
        self.route_url = route_url
        self.ledger = Ledger()
        self._key = signing_key
        self._clock = clock
        self._chance = chance
        self._waits_s = waits_s

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def customer_writes(self, sender: str, recipient: str, raw: bytes) -> int | None:
        """Take a mail and post it until it is taken, or Mailgun would give up.

        The last status that was answered; None if nothing was.
        """
        fields = self._fields(sender, recipient, raw)
        status = None
        for attempt, wait_s in enumerate((0.0, *self._waits_s), start=1):
            await asyncio.sleep(wait_s)
            status = await self._post(fields, attempt)
            if status in {HTTPStatus.OK, HTTPStatus.NOT_ACCEPTABLE}:
                break
        return status

    def _fields(self, sender: str, recipient: str, raw: bytes) -> dict[str, bytes]:
        timestamp = str(int(self._clock().timestamp()))
        token = "".join(self._chance.choices(_HEXADECIMAL, k=_TOKEN_CHARACTERS))
        signed = hmac.new(self._key.encode(), (timestamp + token).encode(), hashlib.sha256)
        return {
            "recipient": recipient.encode(),
            "sender": sender.encode(),
            "timestamp": timestamp.encode(),
            "token": token.encode(),
            "signature": signed.hexdigest().encode(),
            "body-mime": raw,
        }

    async def _post(self, fields: dict[str, bytes], attempt: int) -> int | None:
        boundary = "".join(self._chance.choices(_HEXADECIMAL, k=32))
        status, error = None, ""
        try:
            async with self._http.post(
                self.route_url,
                data=_form(fields, boundary.encode()),
                headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
            ) as answer:
                await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            error = type(failure).__name__
        self.ledger.record(
            Entry(
                at=self._clock(),
                kind="hook_answered" if status else "hook_failed",
                sid=fields["token"].decode(),
                from_=fields["sender"].decode(),
                to=fields["recipient"].decode(),
                url=self.route_url,
                attempt=attempt,
                status=status or 0,
                error=error,
            )
        )
        return status


def _form(fields: dict[str, bytes], boundary: bytes) -> bytes:
    parts = [
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (boundary, name.encode(), value)
        for name, value in fields.items()
    ]
    return b"".join(parts) + b"--" + boundary + b"--\r\n"
