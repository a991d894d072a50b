"""Brings in what Twilio took while its calls did not reach us.

Twilio keeps a message whose webhook failed, and does not call again. Its list tells everything but
the customer's place and Twilio's own word for consent.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from channels._base import Inbox
from channels._failures import Unavailable
from channels._messages import Inbound, Media, Raw, StatusUpdate, Unreadable
from channels._signature import FORM
from channels._sms_form import NAME, SENT_AT, message, status
from channels._twilio_hook import PATH_HEADER, Payload, understood
from channels._twilio_list import Page, Resource, TwilioList
from channels._twilio_status import STATUS

#: Messages handed over at once.
BATCH = 100

#: A day of one account: 100 000 messages in and out.
_MOST_PAGES = 500

#: A report on a message may come long after it was sent; those of the last hours are looked
#: through again. Days are what Twilio's list can be asked for.
_REPORTS_COME_WITHIN = timedelta(hours=6)

_FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})


async def backfill(listing: TwilioList, inbox: Inbox, since: datetime, *, region: str) -> int:
    """Hand over what came since, day by day, the oldest day first; returns how many were new.

    Whatever was handed over stays when a later page fails. Raises ``Unavailable``, ``NotStored``.
    """
    since = since.astimezone(UTC).replace(microsecond=0)
    new = 0
    async for page in _days(listing, (since - _REPORTS_COME_WITHIN).date()):
        items = [
            await _received(listing, one, region)
            for one in reversed(page.messages)
            if one.direction == "inbound" and _is_since(one.created_at, since)
        ]
        for start in range(0, len(items), BATCH):
            outcomes = await inbox.receive(items[start : start + BATCH])
            new += sum(outcome == "stored" for outcome in outcomes)
        for one in reversed(page.messages):
            if one.is_ours and _is_since(one.updated_at, since):
                await _report(inbox, one)
    return new


async def _days(listing: TwilioList, day: date) -> AsyncIterator[Page]:
    """All pages of each day until Twilio's own today, each day's newest first.

    Day by day, because a page is newest first: so a long outage is made up for in order, roughly,
    and what fails half-way has not been in vain.
    """
    today: date | None = None
    while today is None or day <= today:
        filters = {"DateSent": day.isoformat()}
        async for page in listing.pages(filters, at_most=_MOST_PAGES):
            if page.answered_at is None:
                raise Unavailable("Twilio's list does not tell the time.")
            today = page.answered_at.date()
            yield page
        day += timedelta(days=1)


def _is_since(at: datetime | None, since: datetime) -> bool:
    return at is not None and at >= since


async def _received(listing: TwilioList, one: Resource, region: str) -> Inbound | Unreadable:
    """What the webhook of this message would have become, and when it was written."""
    has_files = (one.num_media or "0") != "0"
    media: Sequence[Media] = await listing.media(one) if has_files else ()
    form = {
        "MessageSid": one.sid,
        "AccountSid": one.account_sid,
        "MessagingServiceSid": one.messaging_service_sid,
        "From": one.from_,
        "To": one.to,
        "Body": one.body or "",
        "NumSegments": one.num_segments,
        "NumMedia": one.num_media,
        SENT_AT: one.created_at.isoformat() if one.created_at else None,
    }
    for place, file in enumerate(media):
        form[f"MediaUrl{place}"] = file.url
        form[f"MediaContentType{place}"] = file.content_type
    payload = _payload(one, form)
    return message(payload, region) if isinstance(payload, Payload) else payload


async def _report(inbox: Inbox, one: Resource) -> None:
    """Say what became of a message of ours, if that is settled."""
    if STATUS.get(one.status) not in _FINAL:
        return
    code = None if one.error_code is None else str(one.error_code)
    form = {"MessageSid": one.sid, "MessageStatus": one.status, "ErrorCode": code}
    payload = _payload(one, form)
    update = status(payload) if isinstance(payload, Payload) else payload
    if isinstance(update, (StatusUpdate, Unreadable)):
        await inbox.status(update)


def _payload(one: Resource, form: Mapping[str, str | None]) -> Payload | Unreadable:
    """The form Twilio would have posted; kept under the address it was read from instead."""
    given = [(name, value) for name, value in form.items() if value is not None]
    raw = Raw(
        body=urlencode(given).encode(),
        content_type=FORM,
        headers={PATH_HEADER: one.uri} if one.uri else {},
    )
    return understood(NAME, raw)
