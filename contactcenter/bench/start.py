"""How long ``serve`` takes until it is ready, and what memory it takes then.

The first start makes the embedded database and its schema; the later ones find it.
"""

from collections.abc import Callable

from msgspec import Struct

from contactcenter.bench import figures
from contactcenter.bench.consumption import Memory, memory_of
from contactcenter.bench.served import served
from contactcenter.postgres import throwaway_data_dir


class Result(Struct, frozen=True, kw_only=True):
    """The last line: seconds to the first 200 of /readyz, and the application's memory then."""

    first_s: float
    later_s: float
    starts: int
    rss_mb: float | None
    pss_mb: float | None


async def measure(starts: int, say: Callable[[str], None]) -> Result:
    """Start once on an empty folder, then ``starts`` times on what is there."""
    with throwaway_data_dir() as folder:
        settings = {"data_dir": str(folder)}
        async with served(folder, settings) as first:
            first_s = first.ready_s
            say(f"first start: {first_s:.2f} s")
        later_s: list[float] = []
        found: list[Memory] = []
        for _ in range(starts):
            async with served(folder, settings) as later:
                later_s.append(later.ready_s)
                found.append(memory_of(later.pid))
                say(f"later start: {later.ready_s:.2f} s")
    return Result(
        first_s=round(first_s, 2),
        later_s=round(figures.median(later_s), 2),
        starts=starts,
        rss_mb=_middle([one.rss_mb for one in found]),
        pss_mb=_middle([one.pss_mb for one in found]),
    )


def _middle(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return figures.median(known) if known else None
