"""Reads how long a server asks to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Nobody who asks for more is believed; he is asked again the next day.
_LONGEST_S = 86400.0
_MOST_DIGITS = 9


def wait_of(headers: Mapping[str, str]) -> float | None:
    """The seconds of ``Retry-After``; None where none is asked for or it cannot be read.

    A date is measured from the answer's own ``Date``, so that our clock does not matter.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdecimal():
        return min(float(asked[:_MOST_DIGITS]), _LONGEST_S)
    until, now = _moment(asked), _moment(headers.get("Date", ""))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_S)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
