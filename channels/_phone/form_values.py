"""Reads single values of the forms that are posted about calls; what makes no sense is None."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from channels import _phone_number
from channels._calls import Attestation, LegEnding, Unparked
from channels._failures import BadAddress

#: No region: a number is whose its country code says.
_NO_REGION: Final = "ZZ"
_MOST_DIGITS: Final = 9
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
#: Of a telephone; longer ones are a stranger's joke.
_LONGEST_ADDRESS: Final = 255
#: What may be dialled and is no number.
_SCHEMES: Final = ("sip:", "sips:", "client:")

#: How a telephone's part ended. Source: https://www.twilio.com/docs/voice/api/call-resource
ENDINGS: Final[Mapping[str, LegEnding]] = {
    "completed": "completed",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "canceled",
}
#: How waiting ended; any other word is a failure of theirs. ``redirected`` is our own move.
#: Source: https://www.twilio.com/docs/voice/twiml/enqueue
_UNPARKED: Final[Mapping[str, Unparked]] = {
    "bridged": "connected",
    "bridging-in-process": "connected",
    "redirected": "connected",
    "redirected-from-bridged": "connected",
    "hangup": "hung_up",
    "leave": "left",
    "queue-full": "full",
}
#: What the provider found when it looked at what the caller's carrier had signed; more may follow,
#: such as ``-Diverted``. ``No-TN-Validation`` says nothing.
#: Source: https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
_ATTESTED: Final = re.compile(r"TN-Validation-(?:(Failed)|Passed-([ABC]))(?:-.*)?", re.ASCII)
_ATTESTATIONS: Final[Mapping[str, Attestation]] = {
    "Failed": "failed",
    "A": "full",
    "B": "partial",
    "C": "gateway",
}


def moment(text: str | None) -> datetime | None:
    """A time: RFC 2822 as the provider writes it, ISO 8601, or seconds since 1970; in UTC.

    One of another century is a mistake, and as none: databases keep the ends of time for infinity.
    """
    written = (text or "").strip()
    if not written:
        return None
    try:
        found = _moment(written).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return found if _FIRST <= found < _LAST else None


def count(text: str | None) -> int | None:
    """A whole number of seconds or places, not negative."""
    written = (text or "").strip()
    if not (written.isascii() and written.isdecimal() and len(written) <= _MOST_DIGITS):
        return None
    return int(written)


def share(text: str | None) -> float | None:
    """A number between 0 and 1, such as how sure the provider is of what it heard."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None


def is_true(text: str | None) -> bool:
    """Whether a flag is set."""
    return (text or "").strip().lower() == "true"


def direction(text: str | None) -> Literal["inbound", "outbound"] | None:
    """Who called whom: ``outbound-api`` and ``outbound-dial`` are both ours."""
    word = (text or "").lower()
    if word == "inbound":
        return "inbound"
    return "outbound" if word.startswith("outbound") else None


def unparked(text: str | None) -> Unparked:
    """How waiting ended."""
    return _UNPARKED.get((text or "").lower(), "failed")


def caller(text: str | None) -> str | None:
    """Who calls: E.164, ``sip:`` or ``client:``; None for who hides it or has no such number."""
    written = _address(text)
    if written.startswith(_SCHEMES):
        return written
    try:
        found = _phone_number.sender(written, _NO_REGION, "")
    except BadAddress:
        return None
    return found.value if found.kind == "phone" else None


def attestation(text: str | None) -> Attestation | None:
    """How surely the number is the caller's; None where nobody says."""
    found = _ATTESTED.fullmatch((text or "").strip())
    return _ATTESTATIONS[found[1] or found[2]] if found else None


def called(text: str | None) -> str | None:
    """Which number was called, in its one form; as it was written where it is no number."""
    written = _address(text)
    if not written or written.startswith(_SCHEMES):
        return written or None
    try:
        return _phone_number.entry_point(written, _NO_REGION)
    except BadAddress:
        return written


def _address(text: str | None) -> str:
    """What may be an address; whoever makes one up as long as a page has none."""
    written = (text or "").strip()
    return written if len(written) <= _LONGEST_ADDRESS else ""


def _moment(written: str) -> datetime:
    found: datetime
    if written.replace(".", "", 1).isdecimal():
        return datetime.fromtimestamp(float(written), UTC)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = parsedate_to_datetime(written)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
