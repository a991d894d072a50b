"""Strata of tickets, merged until each is large enough to expect something of.

A stratum has a key such as (temperament, channel, category), the part that matters most first.
Small strata are merged with what is nearest, and never further than needed:

1. Strata of fewer than ``least`` tickets that differ in the last part alone are put together.
2. If they are enough now, they are one stratum. If not, they join the smallest large one that
   differs from them in that part alone; if there is none, they go on as one to the part before it.
3. So on to the first part. What is left when there is no larger stratum at all stays as it is.

The smallest is the one with the fewest tickets, among equals the first by key. What comes out
depends on keys and counts only, not on their order. So difficult customers are compared with
difficult customers as long as there are 50 tickets of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

Key = tuple[str, ...]

#: Fewer tickets say too little of what to expect.
LEAST: Final = 50


def merged(counts: Mapping[Key, int], *, least: int = LEAST) -> dict[Key, Key]:
    """The stratum into which each one goes, named by its first key.

    Args:
        counts: tickets of all agents by key; all keys of the same length.
        least: how many tickets a stratum should have.

    Returns:
        For each key the smallest of the keys that are one stratum with it.

    Raises:
        ValueError: keys of different lengths, a count below 0, or ``least`` below 1.
    """
    if len({len(key) for key in counts}) > 1:
        raise ValueError("counts must have keys of one length")
    if any(n < 0 for n in counts.values()):
        raise ValueError("counts must not be below 0")
    if least < 1:
        raise ValueError(f"least must be 1 or more, not {least}")
    large = [[key] for key in sorted(counts) if counts[key] >= least]
    small = [[key] for key in sorted(counts) if counts[key] < least]
    for shared in range(len(next(iter(counts), ())) - 1, -1, -1):
        small = _joined(large, small, counts, shared=shared, least=least)
    return {key: min(keys) for keys in large + small for key in keys}


def _joined(
    large: list[list[Key]],
    small: list[list[Key]],
    counts: Mapping[Key, int],
    *,
    shared: int,
    least: int,
) -> list[list[Key]]:
    """Merge what is small and has the first ``shared`` parts in common; what remains small."""
    alike: dict[Key, list[Key]] = defaultdict(list)
    for keys in small:
        alike[keys[0][:shared]] += keys

    def size(keys: list[Key]) -> tuple[int, Key]:
        return sum(counts[key] for key in keys), min(keys)

    remaining, grown = [], []
    for prefix, keys in sorted(alike.items()):
        near = [one for one in large if one[0][:shared] == prefix]
        if size(keys)[0] >= least:
            grown.append(keys)
        elif near:
            min(near, key=size).extend(keys)
        else:
            remaining.append(keys)
    large += grown
    return remaining
