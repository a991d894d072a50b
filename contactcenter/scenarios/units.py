"""The unit of a scenario file's times: seconds, or ticks, each played as one microsecond."""

from typing import Literal

Unit = Literal["s", "ticks"]

_US_PER: dict[Unit, int] = {"s": 1_000_000, "ticks": 1}


def to_us(value: float, unit: Unit) -> int:
    """A time of the file in microseconds, rounded to the nearest."""
    return round(value * _US_PER[unit])


def from_us(value_us: int, unit: Unit) -> int | float:
    """Microseconds as a time of the file: whole where it is whole."""
    whole, rest = divmod(value_us, _US_PER[unit])
    return whole if rest == 0 else value_us / _US_PER[unit]
