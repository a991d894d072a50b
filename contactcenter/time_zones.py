"""Time zones by name, from the data that is installed with the app.

Not from the machine's own: an old one still gives Tehran the summer time that ended in 2022, and
two machines that differ would count one deadline differently.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

#: How alike two names must be (0 to 1) for the one to be meant by the other.
_LIKENESS: Final = 0.8
_LONGEST: Final = 60


class UnknownTimeZone(ValueError):
    """There is no time zone of this name."""


@lru_cache(maxsize=600)
def zone_of(name: str) -> ZoneInfo:
    """The zone, such as ``Asia/Tehran``; raises ``UnknownTimeZone``."""
    if name not in _names():
        raise UnknownTimeZone(_refusal(name))
    file = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with file.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _refusal(name: str) -> str:
    near = _near(name[:_LONGEST])
    if near:
        return f"There is no time zone {name}; did you mean {' or '.join(near)}?"
    return f"There is no time zone {name}; one is written like Asia/Tehran."


def _near(name: str) -> Iterable[str]:
    """Up to three zones that might be meant: of this city, written like this, of such a city."""
    wanted = name.casefold().replace(" ", "_")
    city = wanted.rpartition("/")[2]
    whole = {known.casefold(): known for known in _names()}
    cities = {known.rpartition("/")[2].casefold(): known for known in sorted(_names())}
    found = [
        *(cities[one] for one in (city,) if one in cities),
        *(whole[one] for one in get_close_matches(wanted, whole, n=3, cutoff=_LIKENESS)),
        *(cities[one] for one in get_close_matches(city, cities, n=1, cutoff=_LIKENESS)),
    ]
    return list(dict.fromkeys(found))[:3]


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text().split())
