"""Finds a message of ours in Twilio's list, when nobody knows whether it was sent."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from channels import _phone_number
from channels._failures import BadAddress
from channels._messages import Listed, Outbound
from channels._twilio_list import Resource, TwilioList
from channels._twilio_status import STATUS

#: Twilio's clock and ours may differ, and its times are cut to the second.
_CLOCKS_DIFFER = timedelta(seconds=5)

#: More messages with one customer than this are not looked through.
_MOST_PAGES = 25

#: What Twilio puts before every text of an account that is not paid for.
#: Source: https://help.twilio.com/articles/223183068
_TRIAL = "Sent from your Twilio trial account - "


async def find(
    listing: TwilioList, outbound: Outbound, since: datetime, *, region: str
) -> Sequence[Listed]:
    """Messages equal to ``outbound``, created since or up to 5 s before, oldest first.

    Twilio is asked for all messages to this customer, by ``To`` alone: a message still in the
    queue has no ``DateSent`` to be filtered by, and a Messaging Service may choose any of its
    numbers. The list is newest first by a time that a queued message lacks, so a page is only the
    last if nothing on it is new enough.
    """
    earliest = since.replace(microsecond=0) - _CLOCKS_DIFFER
    found: list[Listed] = []
    pages = listing.pages({"To": outbound.recipient.value}, at_most=_MOST_PAGES)
    async for page in pages:
        recent = [(at, one) for one in page.messages if (at := one.created_at) and at >= earliest]
        found += [
            _listed(one, at)
            for at, one in recent
            if _is_equal(one, outbound, listing.account.messaging_service_sid, region)
        ]
        if not recent:
            break
    return sorted(found, key=lambda one: one.created_at)


def _is_equal(one: Resource, outbound: Outbound, service_sid: str | None, region: str) -> bool:
    if not one.is_ours or one.to != outbound.recipient.value:
        return False
    if not _is_from(one, outbound.entry_point, service_sid, region):
        return False
    if outbound.media_urls and not (one.sid.startswith("MM") or (one.num_media or "0") != "0"):
        return False
    theirs, ours = (one.body or "").removeprefix(_TRIAL).strip(), outbound.text.strip()
    return theirs == ours or (service_sid is not None and _letters(theirs) == _letters(ours))


def _is_from(one: Resource, entry_point: str, service_sid: str | None, region: str) -> bool:
    if service_sid and one.messaging_service_sid == service_sid:
        return True
    try:
        return _phone_number.entry_point(one.from_ or "", region) == entry_point
    except BadAddress:
        return False


def _letters(text: str) -> str:
    """What Smart Encoding leaves as it is: it replaces quotes, dashes, spaces and the like.

    A Messaging Service has it switched on unless somebody switched it off.

    Source: https://www.twilio.com/docs/messaging/services#smart-encoding
    """
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if char.isalnum())


def _listed(one: Resource, created_at: datetime) -> Listed:
    segments = one.num_segments or ""
    return Listed(
        external_id=one.sid,
        status=STATUS.get(one.status, "queued"),
        created_at=created_at,
        segments=int(segments) if segments.isdecimal() else None,
        error_code=None if one.error_code is None else str(one.error_code),
    )
