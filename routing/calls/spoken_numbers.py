"""Numbers by recordings: which pieces, one after the other, are heard as a number.

Persian joins thousands, hundreds, tens and units by «و»: 1042 is «هزار و چهل و دو». A house that
records 0 to 20, the tens, the hundreds, 1000 and «و» has them all; with 0 to 9 alone a number is
told digit by digit.
"""

from collections.abc import Collection
from typing import Final

_TEENS: Final = 20
_TENS: Final = 10
_HUNDREDS: Final = 100
_THOUSAND: Final = 1000
#: Larger ones are told digit by digit.
LARGEST: Final = 999_999
AND: Final = "and"


def pieces(number: int) -> tuple[str, ...]:
    """The recordings a whole number is made of: 42 is ``("40", "and", "2")``."""
    if not 0 <= number <= LARGEST:
        return digits(number)
    if number < _TEENS:
        return (str(number),)
    thousands, rest = divmod(number, _THOUSAND)
    parts: list[tuple[str, ...]] = []
    if thousands:
        parts.append((*(pieces(thousands) if thousands > 1 else ()), str(_THOUSAND)))
    hundreds, rest = divmod(rest, _HUNDREDS)
    if hundreds:
        parts.append((str(hundreds * _HUNDREDS),))
    if rest >= _TEENS:
        parts.append((str(rest // _TENS * _TENS),))
        rest %= _TENS
    if rest:
        parts.append((str(rest),))
    joined = list(parts[0])
    for part in parts[1:]:
        joined += [AND, *part]
    return tuple(joined)


def digits(number: int) -> tuple[str, ...]:
    """The same, digit by digit."""
    return tuple(str(abs(number)))


def known_pieces(number: int, recorded: Collection[str]) -> tuple[str, ...]:
    """What of it can be told with these recordings: all of it, its digits, or nothing."""
    for wanted in ((str(number),), pieces(number), digits(number)):
        if all(piece in recorded for piece in wanted):
            return wanted
    return ()
