"""For how much something may be offered: between a list price and a floor, for everybody who asks.

Nothing here knows who asks: a band has prices and no people, so that there is one answer for all.
All prices are whole numbers of a currency's smallest unit.
"""

from dataclasses import dataclass
from typing import Literal

Refusal = Literal["below_floor", "above_list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBand:
    """What it costs, what is asked first, and below what it is never sold, from high to low."""

    list_minor: int
    opening_minor: int
    floor_minor: int

    def __post_init__(self) -> None:
        """Refuse a band that does not come down to its floor."""
        if not self.list_minor >= self.opening_minor >= self.floor_minor:
            raise ValueError("a band comes down from its list price to its floor")


def refusal(band: PriceBand, amount_minor: int) -> Refusal | None:
    """Why something may not be offered for this amount; None where it may, whatever was before.

    An offer that rises again is as good as any other.
    """
    if amount_minor < band.floor_minor:
        return "below_floor"
    return "above_list" if amount_minor > band.list_minor else None


def conceded(band: PriceBand, last_minor: int | None, off_minor: int) -> int:
    """What it costs after so much was let off the last offer, or off the opening price."""
    return (band.opening_minor if last_minor is None else last_minor) - off_minor
