"""Service levels and abandonment, by each definition that is in use.

The same calls give 81 to 86 %, so a report says which variant it shows.
Sources: ICMI, "Service level calculations" (2002),
http://www.icmi.com/Resources/QueueTips/2005/March/Service-Level-Calculations.aspx, which has five;
Cisco ICM, https://manualsdump.com/en/manuals/cisco_systems-icm_software_version_4.5/180829/143,
which has three.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class Share:
    """``numerator`` of ``denominator``; both are counts, so shares of parts can be added up."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; ``None`` of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.numerator + other.numerator, self.denominator + other.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What became of the contacts that were offered; counts, 0 or more.

    Args:
        answered: by a human.
        answered_in_time: of these, within the threshold.
        abandoned: who left the queue before that; callbacks that were taken are not among them.
        abandoned_in_time: of these, within the threshold.
        abandoned_short: of these, within the limit of short ones (5 s where nothing else is said).
        flowed_out: who left the queue for another one, a voicemail or a callback.

    Raises:
        ValueError: a count is below 0, or a part is larger than its whole.
    """

    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    abandoned_short: int
    flowed_out: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} must not be below 0")
        for part, whole in (
            ("answered_in_time", "answered"),
            ("abandoned_in_time", "abandoned"),
            ("abandoned_short", "abandoned"),
        ):
            if getattr(self, part) > getattr(self, whole):
                raise ValueError(f"{part} must not be more than {whole}")

    def __add__(self, other: "Answering") -> "Answering":
        names = [field.name for field in fields(self)]
        return Answering(**{name: getattr(self, name) + getattr(other, name) for name in names})


class Variant(StrEnum):
    """The definitions of a service level; the first is what is shown if nothing else is asked."""

    ABANDONED_IN_TIME_IGNORED = "abandoned_in_time_ignored"
    ABANDONED_IN_TIME_GOOD = "abandoned_in_time_good"
    ABANDONED_BAD = "abandoned_bad"
    ANSWERED_ONLY = "answered_only"
    SHORT_ABANDONED_IGNORED = "short_abandoned_ignored"
    FLOWED_OUT_BAD = "flowed_out_bad"


USUAL_VARIANT: Final = Variant.ABANDONED_IN_TIME_IGNORED

#: What each of them means, by language.
DEFINITIONS: Final[Mapping[str, Mapping[Variant, str]]] = {
    "en": {
        Variant.ABANDONED_IN_TIME_IGNORED: (
            "Answered in time / (answered + abandoned - abandoned in time). Who left within the "
            "threshold does not count. Cisco: abandoned calls ignored."
        ),
        Variant.ABANDONED_IN_TIME_GOOD: (
            "(Answered in time + abandoned in time) / (answered + abandoned). Who left within the "
            "threshold counts as answered in time. Cisco: positive impact."
        ),
        Variant.ABANDONED_BAD: (
            "Answered in time / (answered + abandoned). Whoever left counts as not answered in "
            "time. Cisco: negative impact."
        ),
        Variant.ANSWERED_ONLY: (
            "Answered in time / answered. Whoever left does not count, however long he waited."
        ),
        Variant.SHORT_ABANDONED_IGNORED: (
            "Answered in time / (answered + abandoned - short abandoned). Who left at once does "
            "not count."
        ),
        Variant.FLOWED_OUT_BAD: (
            "Answered in time / (answered + abandoned - short abandoned + flowed out). Who left "
            "at once does not count; who was sent elsewhere counts as not answered in time."
        ),
    },
    "fa": {
        Variant.ABANDONED_IN_TIME_IGNORED: (
            "پاسخ‌های به‌موقع ÷ (پاسخ‌ها + رهاشده‌ها − رهاشده‌های پیش از حد زمانی). "
            "کسی که پیش از حد زمانی رفته حساب نمی‌شود."
        ),
        Variant.ABANDONED_IN_TIME_GOOD: (
            "(پاسخ‌های به‌موقع + رهاشده‌های پیش از حد زمانی) ÷ (پاسخ‌ها + رهاشده‌ها). کسی که پیش از حد "
            "زمانی رفته، به‌موقع پاسخ‌گرفته حساب می‌شود."
        ),
        Variant.ABANDONED_BAD: (
            "پاسخ‌های به‌موقع ÷ (پاسخ‌ها + رهاشده‌ها). هر کس رفته، به‌موقع پاسخ نگرفته است."
        ),
        Variant.ANSWERED_ONLY: (
            "پاسخ‌های به‌موقع ÷ پاسخ‌ها. هر کس رفته حساب نمی‌شود، هر قدر هم منتظر مانده باشد."
        ),
        Variant.SHORT_ABANDONED_IGNORED: (
            "پاسخ‌های به‌موقع ÷ (پاسخ‌ها + رهاشده‌ها − رهاشده‌های کوتاه). کسی که همان اول رفته حساب "
            "نمی‌شود."
        ),
        Variant.FLOWED_OUT_BAD: (
            "پاسخ‌های به‌موقع ÷ (پاسخ‌ها + رهاشده‌ها − رهاشده‌های کوتاه + هدایت‌شده‌ها به جای دیگر). "
            "کسی که همان اول رفته حساب نمی‌شود؛ "
            "کسی که به جای دیگری فرستاده شده، به‌موقع پاسخ نگرفته است."
        ),
    },
}


def service_level(of: Answering, variant: Variant = USUAL_VARIANT) -> Share:
    """The share answered in time, by one of the definitions; see `DEFINITIONS`."""
    good, offered = of.answered_in_time, of.answered + of.abandoned
    match variant:
        case Variant.ABANDONED_IN_TIME_IGNORED:
            return Share(good, offered - of.abandoned_in_time)
        case Variant.ABANDONED_IN_TIME_GOOD:
            return Share(good + of.abandoned_in_time, offered)
        case Variant.ABANDONED_BAD:
            return Share(good, offered)
        case Variant.ANSWERED_ONLY:
            return Share(good, of.answered)
        case Variant.SHORT_ABANDONED_IGNORED:
            return Share(good, offered - of.abandoned_short)
        case Variant.FLOWED_OUT_BAD:
            return Share(good, offered - of.abandoned_short + of.flowed_out)


def abandonment(of: Answering, *, net: bool = False) -> Share:
    """Abandoned / (answered + abandoned); ``net`` leaves out the short ones on both sides."""
    short = of.abandoned_short if net else 0
    return Share(of.abandoned - short, of.answered + of.abandoned - short)
