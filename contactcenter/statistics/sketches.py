"""Percentiles of durations that are not kept: counts in buckets that grow by 2 % each.

A bucket holds the durations in ``(γ^(i-1), γ^i]`` with ``γ = (1 + α) / (1 - α)`` and α = 1 %, and
speaks for them with ``2 γ^i / (γ + 1)``, which is within α of each. So is every percentile.

Two sketches of different durations are merged by adding counts. Counts are whole numbers: merging
in any order and any grouping gives the very same sketch as counting all at once. A sketch merged
twice counts twice.

Source: Masson, Rim and Lee, "DDSketch: A fast and fully-mergeable quantile sketch with
relative-error guarantees", PVLDB 12 (2019), https://www.vldb.org/pvldb/vol12/p2195-masson.pdf
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, exp, floor, isfinite, log
from typing import Final

from contactcenter.statistics.percentiles import check_share

#: The largest relative error of a percentile.
RELATIVE_ERROR: Final = 0.01
#: Anything shorter counts as nothing. With it, the error of one percentile is a microsecond.
SHORTEST_S: Final = 1e-6
#: The bucket of durations shorter than that; buckets have numbers from -691 on.
NOTHING: Final = -32768

_GAMMA: Final = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GAMMA: Final = log(_GAMMA)
#: The first byte says how the others are to be read.
_FORM: Final = 1
_LOW: Final = 0x7F
_MORE: Final = 0x80


def bucket(seconds: float) -> int:
    """The number of the bucket of a duration.

    In SQL: ``ceil(ln(seconds) / ln(1.01 / 0.99))`` of doubles, `NOTHING` below `SHORTEST_S`.

    Args:
        seconds: 0 or more, and finite.

    Raises:
        ValueError: ``seconds`` is below 0 or not finite.
    """
    if not (isfinite(seconds) and seconds >= 0):
        raise ValueError(f"seconds must be finite and not below 0, not {seconds}")
    return NOTHING if seconds < SHORTEST_S else ceil(log(seconds) / _LOG_GAMMA)


def seconds_of(number: int) -> float:
    """The duration, in seconds, that speaks for a bucket."""
    return 0.0 if number == NOTHING else 2 * exp(number * _LOG_GAMMA) / (_GAMMA + 1)


@dataclass(frozen=True, slots=True)
class Sketch:
    """How many durations fell into each bucket, in ascending order; none is empty."""

    buckets: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, durations_s: Iterable[float]) -> "Sketch":
        """The sketch of some durations; see `bucket` for their range and errors."""
        return cls.from_counts(Counter(map(bucket, durations_s)))

    @classmethod
    def from_counts(cls, counts: Mapping[int, int]) -> "Sketch":
        """The sketch with these counts by bucket, as a roll-up may keep them in rows.

        Raises:
            ValueError: one of ``counts`` is below 0.
        """
        if any(n < 0 for n in counts.values()):
            raise ValueError("counts must not be below 0")
        return cls(tuple(sorted((number, n) for number, n in counts.items() if n)))

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Sketch":
        """What `to_bytes` wrote.

        Raises:
            ValueError: ``kept`` was not written by `to_bytes`, or not wholly.
        """
        if not kept or kept[0] != _FORM:
            raise ValueError("kept does not begin as a sketch does")
        numbers = list(_read(kept[1:]))
        if len(numbers) % 2:
            raise ValueError("kept ends within a sketch")
        counts, at = {}, NOTHING
        for step, n in zip(numbers[::2], numbers[1::2], strict=True):
            at += step
            counts[at] = n
        return cls.from_counts(counts)

    def to_bytes(self) -> bytes:
        """For a column of type ``bytea``: two or three bytes a bucket.

        The durations of a day fill some hundred buckets, those of any length less than 2,000.
        """
        written, before = bytearray([_FORM]), NOTHING
        for number, n in self.buckets:
            _write(written, number - before)
            _write(written, n)
            before = number
        return bytes(written)

    @property
    def n(self) -> int:
        """How many durations were counted."""
        return sum(n for _, n in self.buckets)

    def merged(self, *others: "Sketch") -> "Sketch":
        """All of these together; the order does not matter."""
        counts = Counter(dict(self.buckets))
        for other in others:
            counts.update(dict(other.buckets))
        return self.from_counts(counts)

    def without(self, other: "Sketch") -> "Sketch":
        """What is left when what ``other`` counted was counted by mistake.

        Raises:
            ValueError: ``other`` has durations that this one has not.
        """
        counts = Counter(dict(self.buckets))
        counts.subtract(dict(other.buckets))
        if any(n < 0 for n in counts.values()):
            raise ValueError("other has durations that were not counted here")
        return self.from_counts(counts)

    def percentile_s(self, share: float) -> float | None:
        """The percentile in seconds, within 1 % of `percentiles.continuous` of the durations.

        Both values between which that interpolates are known within 1 %, and so is any point
        between them.

        Args:
            share: between 0 and 1, both included.

        Returns:
            Seconds; ``None`` where nothing was counted.

        Raises:
            ValueError: ``share`` is outside its range.
        """
        check_share(share)
        if not self.buckets:
            return None
        place = share * (self.n - 1)
        low, high = self._at(floor(place)), self._at(ceil(place))
        return low + (high - low) * (place - floor(place))

    def _at(self, place: int) -> float:
        """The duration at a place, counted from 0 in ascending order."""
        found = NOTHING
        for number, n in self.buckets:
            found = number
            place -= n
            if place < 0:
                break
        return seconds_of(found)


def _write(written: bytearray, number: int) -> None:
    """Seven bits a byte, the lowest first; all but the last are marked (LEB128)."""
    while number > _LOW:
        written.append(number & _LOW | _MORE)
        number >>= 7
    written.append(number)


def _read(kept: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in kept:
        number |= (byte & _LOW) << shift
        shift += 7
        if not byte & _MORE:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("kept ends within a number")
