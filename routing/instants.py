"""Instants as the rules count them: microseconds since 1970."""

from datetime import UTC, datetime, timedelta
from typing import Final

#: A second, in microseconds.
SECOND_US: Final = 1_000_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (at - _EPOCH) // _US


def from_us(at_us: int) -> datetime:
    """The instant so many microseconds after 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=at_us)
