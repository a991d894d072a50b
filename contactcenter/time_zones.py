"""Time zones by name, from the data that is installed with the app.

Not from the machine's own: an old one still gives Tehran the summer time that ended in 2022, and
two machines that differ would count one deadline differently.
"""

from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo


class UnknownTimeZone(ValueError):
    """There is no time zone of this name."""


@lru_cache(maxsize=600)
def zone_of(name: str) -> ZoneInfo:
    """The zone, such as ``Asia/Tehran``; raises ``UnknownTimeZone``."""
    if name not in _names():
        raise UnknownTimeZone(f"There is no time zone {name}; one is written like Asia/Tehran.")
    file = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with file.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text().split())
