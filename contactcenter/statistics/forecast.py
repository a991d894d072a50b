"""What comes in per half hour of a day to come, with how sure that is.

The mean of the last four same weekdays at the same time of day, times a factor for what kind of day
it is. The interval is that of counts which scatter as much as ours did around such means.

Half hours are those of real time. On the day on which clocks go forward there are fewer, on the day
on which they go back there are more; past days are asked for the same time on the clock, and a time
that was there twice gives the mean of both. Nothing counts in years, so 29 February is a day like
any other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import exp, isfinite, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Final

from contactcenter.statistics.intervals import USUAL_LEVEL, Interval

#: The length of a slot.
HALF_HOUR: Final = timedelta(minutes=30)
#: So many same weekdays are taken,
WEEKS: Final = 4
#: from at most so many weeks back, where some are missing or were closed.
FURTHEST_WEEKS: Final = 8

_WEEK: Final = timedelta(weeks=1)
_DAY: Final = timedelta(days=1)
#: From this mean on a negative binomial distribution is a normal one to any eye.
_MANY: Final = 100.0
#: A chance too small to change a sum of chances.
_NOTHING: Final = 1e-17
#: Counts that scatter less than chance would make them are not trusted to.
_LEAST: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What came in.

    Args:
        counts: contacts by the beginning of their half hour, an aware time in any zone; what is not
            there is 0.
        days: the local dates that were observed from end to end; others count for nothing.
        factors: by local date, how much a day differs from a usual one of its weekday: 0 where it
            is closed, 1 where nothing is said. Past counts are divided by it, coming ones
            multiplied.
    """

    counts: Mapping[datetime, int]
    days: Collection[date]
    factors: Mapping[date, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """One half hour of the day asked for.

    Args:
        starts_at: aware, in the zone asked for.
        expected: contacts; ``None`` where no past day says anything.
        likely: the interval in which a count lies with the level asked for; ``None`` likewise.
        weeks: the mean of how many days ``expected`` is.
    """

    starts_at: datetime
    expected: float | None
    likely: Interval | None
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All half hours of a day, its factor, and how much more than chance counts scattered (φ)."""

    factor: float
    phi: float
    half_hours: tuple[HalfHour, ...]


def forecast(day: date, history: History, *, zone: tzinfo, level: float = USUAL_LEVEL) -> Day:
    """The half hours of a local day.

    φ is ``Σ (x - m)² / m`` over ``Σ (weeks - 1)``, of all half hours of the days taken (Pearson's
    statistic; McCullagh and Nelder, Generalized Linear Models, 1989, section 6.2.3), 1 at least.
    The interval has variance ``φ m (1 + 1/weeks)``, the last part for the mean's being an estimate,
    and the shape of a negative binomial distribution.

    Args:
        day: the local date.
        history: what came in before it; what is of that day or later is not looked at.
        zone: where days and times of day are those of the calendar.
        level: of the interval; above 0 and below 1.

    Raises:
        ValueError: ``level``, a factor or a count is outside its range, or a time in ``counts`` is
            not aware or not the beginning of a half hour.
    """
    _check(history, level)
    by_clock = _by_clock(history.counts, zone)
    factor = history.factors.get(day, 1.0)
    taken = _days_taken(day, history)
    slots = [(at, _past(at.time(), taken, history, by_clock, zone)) for at in half_hours(day, zone)]
    phi = _phi([past for _, past in slots])
    found = []
    for at, past in slots:
        expected = sum(past) / len(past) * factor if past else None
        likely = None
        if expected is not None:
            likely = _likely(expected, phi * (1 + 1 / len(past)), level)
        found.append(HalfHour(starts_at=at, expected=expected, likely=likely, weeks=len(past)))
    return Day(factor=factor, phi=phi, half_hours=tuple(found))


def half_hours(day: date, zone: tzinfo) -> list[datetime]:
    """The beginnings of the half hours of a local day, in ``zone``; 48, but where clocks change."""
    # By way of UTC: arithmetic within a zone would be that of the clock, not of time.
    at = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
    starts = []
    while at < end:
        starts.append(at.astimezone(zone))
        at += HALF_HOUR
    return starts


def holiday_factor(days: Sequence[tuple[int, float]]) -> float | None:
    """How much days of one kind differ from usual ones: all that came by all that was expected.

    Args:
        days: for each such day in the past what came in, and what would have on a usual one.

    Returns:
        0 or more; ``None`` where nothing was expected.

    Raises:
        ValueError: a number in ``days`` is below 0.
    """
    if any(came < 0 or not expected >= 0 for came, expected in days):
        raise ValueError("days must have no numbers below 0")
    expected = sum(one for _, one in days)
    return sum(came for came, _ in days) / expected if expected else None


def _by_clock(counts: Mapping[datetime, int], zone: tzinfo) -> dict[datetime, list[int]]:
    """The counts by time on the clock, of which one may have been there twice."""
    by_clock: dict[datetime, list[int]] = {}
    for at in sorted(counts):
        clock = at.astimezone(zone).replace(tzinfo=None)
        if (clock - datetime.combine(clock, time())) % HALF_HOUR:
            raise ValueError(f"counts must begin with half hours of the zone, not at {clock}")
        by_clock.setdefault(clock, []).append(counts[at])
    return by_clock


def _days_taken(day: date, history: History) -> list[date]:
    """The last same weekdays that were observed and open, the latest first."""
    before = (day - n * _WEEK for n in range(1, FURTHEST_WEEKS + 1))
    known = [one for one in before if one in history.days and history.factors.get(one, 1.0) > 0]
    return known[:WEEKS]


def _past(
    clock: time,
    taken: Sequence[date],
    history: History,
    by_clock: Mapping[datetime, list[int]],
    zone: tzinfo,
) -> list[float]:
    """What came at this time on the clock on each day taken on which it was there at all."""
    past = []
    for one in taken:
        at = datetime.combine(one, clock.replace(fold=0))
        there = _times(at, zone)
        if there:
            past.append(sum(by_clock.get(at, ())) / there / history.factors.get(one, 1.0))
    return past


def _times(at: datetime, zone: tzinfo) -> int:
    """How often a clock in ``zone`` shows this time: once, twice, or not at all."""
    first, second = (at.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at:
        return 0
    return 1 if first.utcoffset() == second.utcoffset() else 2


def _phi(slots: Sequence[Sequence[float]]) -> float:
    squares, free = 0.0, 0
    for past in slots:
        mean = sum(past) / len(past) if past else 0.0
        if mean > 0:
            squares += sum((x - mean) ** 2 for x in past) / mean
            free += len(past) - 1
    return max(squares / free, _LEAST) if free else _LEAST


def _likely(mean: float, wider: float, level: float) -> Interval:
    """Whole numbers between which a count with this mean and ``wider`` times its variance lies."""
    if not mean:
        return Interval(0.0, 0.0)
    low, high = (1 - level) / 2, (1 + level) / 2
    if mean > _MANY:
        normal = NormalDist(mean, sqrt(mean * wider))
        return Interval(max(round(normal.inv_cdf(low)), 0), round(normal.inv_cdf(high)))
    return Interval(_quantile(mean, wider, low), _quantile(mean, wider, high))


def _quantile(mean: float, wider: float, chance: float) -> float:
    """The lowest count not exceeded with ``chance``.

    Of a negative binomial distribution with variance ``wider * mean``.
    """
    size, so_far, count = mean / (wider - 1), 0.0, 0
    while True:
        ways = lgamma(size + count) - lgamma(size) - lgamma(count + 1)
        exactly = exp(ways - size * log(wider) + count * log1p(-1 / wider))
        so_far += exactly
        # Next to 1 a sum of floats may never come to ``chance``.
        if so_far >= chance or (count > mean and exactly < _NOTHING):
            return float(count)
        count += 1


def _check(history: History, level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must be above 0 and below 1, not {level}")
    if any(at.tzinfo is None for at in history.counts):
        raise ValueError("counts must have aware times")
    if any(n < 0 for n in history.counts.values()):
        raise ValueError("counts must not be below 0")
    if any(not (isfinite(one) and one >= 0) for one in history.factors.values()):
        raise ValueError("factors must be finite and not below 0")
