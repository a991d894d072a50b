"""What bands are worth: tickets handed out while they counted beside those while they did not.

Kinds of customers differ in how often they can be helped, and an arm may have had more of one kind:
so the shares are compared within each kind and then weighed by how many there were of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

from routing.wording import Language, digits

Verdict = Literal["too_few", "no_difference", "on_is_better", "off_is_better"]

#: With fewer tickets than this in either arm nothing is said.
LEAST: Final = 30
#: A normal deviate exceeds this in either direction once in twenty times.
_Z: Final = 1.96

_SAID: Final[Mapping[Verdict, Mapping[Language, str]]] = {
    "too_few": {
        "en": "Too few tickets to tell: {on} while bands counted and {off} while they did not;"
        " at least {least} of each are needed, of the same kinds of customers.",
        "fa": "برای داوری کم است: {on} درخواست هنگامی که رسته‌ها به حساب می‌آمدند و {off} درخواست"
        " هنگامی که نمی‌آمدند؛ دست‌کم {least} از هر کدام، از همان گونه مشتریان، لازم است.",
    },
    "no_difference": {
        "en": "No difference is shown: with bands {difference} of 100 more were solved, but it may"
        " as well be anything from {low} to {high}. Without a gain, leave them off.",
        "fa": "تفاوتی دیده نمی‌شود: با رسته‌ها از هر ۱۰۰ درخواست {difference} بیشتر حل شد، ولی شاید"
        " هر چیزی از {low} تا {high} باشد. تا سودی پیدا نیست، خاموش بمانند.",
    },
    "on_is_better": {
        "en": "With bands {difference} of 100 more were solved (likely {low} to {high}).",
        "fa": "با رسته‌ها از هر ۱۰۰ درخواست {difference} بیشتر حل شد (به احتمال زیاد {low} تا"
        " {high}).",
    },
    "off_is_better": {
        "en": "With bands {difference} of 100 fewer were solved (likely {low} to {high}).",
        "fa": "با رسته‌ها از هر ۱۰۰ درخواست {difference} کمتر حل شد (به احتمال زیاد {low} تا"
        " {high}).",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the tickets of one kind in one arm."""

    handled: int
    solved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One kind of customers in both arms."""

    on: Outcome
    off: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How much larger the solved share was with bands, and between what it likely lies.

    ``difference``, ``low`` and ``high`` are None where there are too few tickets; ``on`` and
    ``off`` are how many could be compared.
    """

    verdict: Verdict
    on: int
    off: int
    difference: float | None
    low: float | None
    high: float | None


def compared(strata: Sequence[Stratum]) -> Compared:
    """The arms beside one another, kind by kind; a kind that one arm never had tells nothing.

    The interval is that of Agresti and Caffo for each kind, joined by the kinds' weights.
    Source: https://doi.org/10.1080/00031305.2000.10474560
    """
    both = [one for one in strata if one.on.handled and one.off.handled]
    on, off = sum(one.on.handled for one in both), sum(one.off.handled for one in both)
    if min(on, off) < LEAST:
        return Compared(verdict="too_few", on=on, off=off, difference=None, low=None, high=None)
    difference = centre = variance = 0.0
    for one in both:
        weight = (one.on.handled + one.off.handled) / (on + off)
        difference += weight * (_share(one.on) - _share(one.off))
        centre += weight * (_drawn(one.on) - _drawn(one.off))
        variance += weight**2 * (_variance(one.on) + _variance(one.off))
    low, high = centre - _Z * sqrt(variance), centre + _Z * sqrt(variance)
    verdict: Verdict = "no_difference"
    if low > 0:
        verdict = "on_is_better"
    elif high < 0:
        verdict = "off_is_better"
    return Compared(verdict=verdict, on=on, off=off, difference=difference, low=low, high=high)


def statement(result: Compared, language: Language) -> str:
    """What may be said of it, in a sentence."""
    bounds = (result.difference, result.low, result.high)
    if result.verdict == "off_is_better":  # so many fewer
        bounds = (_less(bounds[0]), _less(bounds[2]), _less(bounds[1]))
    names = ("difference", "low", "high")
    known = {name: _points(b, language) for name, b in zip(names, bounds, strict=True)}
    numbers = {"on": result.on, "off": result.off, "least": LEAST}
    known |= {name: digits(str(number), language) for name, number in numbers.items()}
    return _SAID[result.verdict][language].format_map(known)


def _share(outcome: Outcome) -> float:
    return outcome.solved / outcome.handled


def _drawn(outcome: Outcome) -> float:
    """The share with one success and one failure more."""
    return (outcome.solved + 1) / (outcome.handled + 2)


def _variance(outcome: Outcome) -> float:
    share = _drawn(outcome)
    return share * (1 - share) / (outcome.handled + 2)


def _less(share: float | None) -> float | None:
    return None if share is None else -share


def _points(share: float | None, language: Language) -> str:
    """Percentage points, with a word for what is below nothing in Persian."""
    if share is None:
        return ""
    minus = {"en": "-", "fa": "منفی "}[language] if share < 0 else ""
    return minus + digits(f"{abs(100 * share):.1f}", language)
