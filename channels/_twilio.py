"""Sends through Twilio's SDK, over the app's own HTTP session.

Imports the SDK, which takes a third of a second: import this module only when something is to be
sent.
"""

from typing import Any
from urllib.parse import quote

import aiohttp
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from channels._messages import Outbound, Receipt
from channels._twilio_account import Account
from channels._twilio_status import STATUS
from channels._twilio_transport import client, failure

#: How long a message may wait in Twilio's queue; the longest is what it does unasked.
#: Source: https://www.twilio.com/docs/messaging/api/message-resource (ValidityPeriod)
_LEAST_VALID_S, _MOST_VALID_S = 1, 36000


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
        self._client = client(account, http=http, api_base=api_base, deadline_s=deadline_s)
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
            raise failure(refusal.status, refusal.code, detail) from refusal
        except TwilioServiceException as refusal:
            detail = refusal.detail or refusal.title
            raise failure(refusal.status, refusal.code, detail) from refusal
        segments = str(message.num_segments)
        return Receipt(
            external_id=str(message.sid),
            status=STATUS.get(str(message.status), "queued"),
            segments=int(segments) if segments.isdecimal() else None,
        )
