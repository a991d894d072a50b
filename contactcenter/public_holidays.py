"""Public holidays of a country, from the ``holidays`` library, and how certain each of them is.

Feasts of the lunar calendar move by a day with the sighting of the moon, and a list may hold days
that it cannot name: so these are proposals, and a person decides. Iran's solar holidays are
computed here as well; they never move.
"""

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct

from routing.calendars import persian
from routing.wording import in_persian_digits

if TYPE_CHECKING:
    from types import ModuleType

Reckoning = Literal["gregorian", "persian"]
#: ``fixed``: it is on this day; ``movable``: perhaps a day off; ``unnamed``: the list does not say
#: what it is.
Certainty = Literal["fixed", "movable", "unnamed"]

#: Month and day in the Persian calendar.
#: Source: https://en.wikipedia.org/wiki/Public_holidays_in_Iran
_IRAN: Final = {
    (1, 1): ("Nowruz", "نوروز"),
    (1, 2): ("Nowruz Holiday", "عید نوروز"),
    (1, 3): ("Nowruz Holiday", "عید نوروز"),
    (1, 4): ("Nowruz Holiday", "عید نوروز"),
    (1, 12): ("Islamic Republic Day", "روز جمهوری اسلامی"),
    (1, 13): ("Nature's Day", "روز طبیعت"),
    (3, 14): ("Death of Imam Khomeini", "رحلت امام خمینی"),
    (3, 15): ("15 Khordad Uprising", "قیام ۱۵ خرداد"),
    (11, 22): ("Islamic Revolution Day", "پیروزی انقلاب اسلامی"),
    (12, 29): ("Oil Industry Nationalization Day", "روز ملی شدن صنعت نفت"),
}
_UNNAMED: Final = "Public Holiday"
_ESTIMATED: Final = " (estimated)"
_ESTIMATED_FA: Final = re.compile(r"\((?:تخمینی|برآورد شده)\)")


class UnknownCountry(ValueError):
    """The library has no holidays of this country."""


class PublicHoliday(Struct, frozen=True, kw_only=True):
    """One day; ``name_fa`` is None where the library knows no Persian name."""

    day: date
    name_en: str
    name_fa: str | None
    certainty: Certainty


def of_year(country: str, year: int, reckoning: Reckoning) -> list[PublicHoliday]:
    """The holidays of a year, in order; raises ``UnknownCountry``, ``ValueError`` for a far year.

    The first call takes half a second to read the library: call it in a thread.
    """
    first, last = _bounds(year, reckoning)
    found = {
        holiday.day: holiday
        for each in range(first.year, last.year + 1)
        for holiday in _listed(country, each)
        if first <= holiday.day <= last
    }
    if country == "IR":
        _add_solar(found, first, last)
    return [found[day] for day in sorted(found)]


def _bounds(year: int, reckoning: Reckoning) -> tuple[date, date]:
    if reckoning == "gregorian":
        return date(year, 1, 1), date(year, 12, 31)
    last = persian.gregorian_date(year, 12, 30 if persian.is_leap(year) else 29)
    return persian.gregorian_date(year, 1, 1), last


def _listed(country: str, year: int) -> list[PublicHoliday]:
    library = _library()
    if country not in library.list_supported_countries():
        raise UnknownCountry(f"No holidays are known of {country}.")
    known = library.country_holidays(country, years=[year], expand=False)
    tongues: tuple[str, ...] = known.supported_languages or ()
    english = _names(library, country, year, _tongue("en", tongues))
    farsi_tongue = _tongue("fa", tongues)
    farsi = {} if farsi_tongue is None else _names(library, country, year, farsi_tongue)
    return [_holiday(day, name, farsi.get(day)) for day, name in english.items()]


def _names(library: Any, country: str, year: int, tongue: str | None) -> dict[date, str]:
    found = library.country_holidays(country, years=[year], expand=False, language=tongue)
    return {day: found[day] for day in found}


def _tongue(prefix: str, known: tuple[str, ...]) -> str | None:
    """A language of the library: American English is what it translates everything to."""
    ours = sorted((t for t in known if t.startswith(prefix)), key=lambda t: (t != "en_US", t))
    return ours[0] if ours else None


def _holiday(day: date, name_en: str, name_fa: str | None) -> PublicHoliday:
    certainty: Certainty = "movable" if _ESTIMATED in name_en else "fixed"
    if name_en == _UNNAMED:
        certainty = "unnamed"
    return PublicHoliday(
        day=day,
        name_en=name_en.replace(_ESTIMATED, ""),
        name_fa=None if name_fa is None else _ours(name_fa),
        certainty=certainty,
    )


def _ours(name_fa: str) -> str:
    return in_persian_digits(_ESTIMATED_FA.sub("", name_fa).strip())


def _add_solar(found: dict[date, PublicHoliday], first: date, last: date) -> None:
    """Iran: the solar holidays are there whatever a list says, the others are lunar and move."""
    for day, holiday in found.items():
        if holiday.certainty == "fixed":
            found[day] = PublicHoliday(
                day=day, name_en=holiday.name_en, name_fa=holiday.name_fa, certainty="movable"
            )
    for year in range(persian.persian_date(first).year, persian.persian_date(last).year + 1):
        for (month, number), (name_en, name_fa) in _IRAN.items():
            day = persian.gregorian_date(year, month, number)
            if first <= day <= last:
                listed = found.get(day)
                found[day] = PublicHoliday(
                    day=day,
                    name_en=listed.name_en if listed else name_en,
                    name_fa=(listed.name_fa if listed else None) or name_fa,
                    certainty="fixed",
                )


@lru_cache(maxsize=1)
def _library() -> "ModuleType":
    """Imported when it is first needed: that takes a while, and most processes never need it."""
    import holidays  # noqa: PLC0415  see above

    return holidays
