"""Credits: named reasons to be served as if one had waited longer; a ticket has their sum."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRow:
    """One reason and what it is worth, in microseconds; a debt is negative."""

    name: str
    credit_us: int
