"""Who may be called: the guard against toll fraud.

Stolen accounts, and callers who ask to be called back, are used to run up calls to expensive
numbers of which the thief has a share. So only what is allowed is dialled, premium numbers never,
and nobody calls without end.
Source: https://www.twilio.com/docs/usage/anti-fraud-developer-guide
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

#: Limits count what was dialled in so long before now.
WINDOW_S: Final = 24 * 3600

Refusal = Literal["destination_not_allowed", "premium_number", "agent_limit", "house_limit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What may be dialled, and how often in a day.

    ``prefixes`` are beginnings of numbers such as ``+44``, or ``@host`` of an address in the
    network; one with a ``!`` before it is forbidden. The longest that fits counts. Where it allows
    no number, those of the country we call from are, and nothing else. Raises ``ValueError``.
    """

    prefixes: Sequence[str] = ()
    per_agent: int
    per_house: int

    def __post_init__(self) -> None:
        for prefix in self.prefixes:
            rest = prefix.removeprefix("!")
            is_number = rest.startswith("+") and rest[1:].isascii() and rest[1:].isdigit()
            if not (is_number or (rest.startswith("@") and len(rest) > 1)):
                msg = f"{prefix} is neither + and digits nor @ and a host"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An address outside; ``country`` is None where it is no number, or of no country."""

    address: str
    country: str | None
    is_premium: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """What was dialled within the window, by this person and by all."""

    by_agent: int
    by_house: int


def refused_place(guard: Guard, number: Number, *, home: str | None) -> Refusal | None:
    """Why it may not be dialled wherever it is from; None where it may.

    ``home`` is the country of the number that calls; several countries may share a calling code.
    """
    if number.is_premium:
        return "premium_number"
    fitting = [one for one in guard.prefixes if _fits(one.removeprefix("!"), number.address)]
    if fitting:
        longest = max(fitting, key=lambda one: (len(one.removeprefix("!")), one.startswith("!")))
        return "destination_not_allowed" if longest.startswith("!") else None
    is_home = not _allows_numbers(guard) and home is not None and number.country == home
    return None if is_home else "destination_not_allowed"


def refused_rate(guard: Guard, dialled: Dialled) -> Refusal | None:
    """Why nothing more may be dialled for now; None where it may."""
    if dialled.by_agent >= guard.per_agent:
        return "agent_limit"
    if dialled.by_house >= guard.per_house:
        return "house_limit"
    return None


def _allows_numbers(guard: Guard) -> bool:
    return any(one.startswith("+") for one in guard.prefixes)


def _fits(prefix: str, address: str) -> bool:
    if prefix.startswith("+"):
        return address.startswith(prefix)
    host = address.partition("@")[2].partition(";")[0].partition(":")[0]
    return host.casefold() == prefix[1:].casefold()
