"""Public holidays: Iran's solar ones always, all others as certain as they are."""

from datetime import date

import pytest

from contactcenter import public_holidays
from contactcenter.public_holidays import UnknownCountry


@pytest.mark.parametrize("year", [1400, 1403, 1405, 1420, 1499])
def test_the_ten_solar_holidays_of_iran_are_there_every_year(year):
    fixed = [h for h in public_holidays.of_year("IR", year, "persian") if h.certainty == "fixed"]

    assert len(fixed) == 10
    assert all(h.name_en and h.name_fa for h in fixed)


def test_what_is_uncertain_of_a_year_is_told():
    days = {h.day: h for h in public_holidays.of_year("IR", 2026, "gregorian")}

    assert days[date(2026, 2, 11)].certainty == "fixed"
    assert days[date(2026, 6, 25)].certainty == "movable"
    assert days[date(2026, 6, 25)].name_fa == "عاشورای حسینی"
    assert {d for d, h in days.items() if h.certainty == "unnamed"} == {
        date(2026, 3, n) for n in range(1, 8)
    }


def test_a_persian_year_begins_and_ends_at_nowruz():
    days = [h.day for h in public_holidays.of_year("IR", 1405, "persian")]

    assert (days[0], days[-1]) == (date(2026, 3, 21), date(2027, 3, 20))
    assert days == sorted(set(days))


def test_names_are_in_our_digits_and_say_nothing_of_estimates():
    found = [
        h for year in (2026, 2030) for h in public_holidays.of_year("IR", year, "gregorian")
    ] + public_holidays.of_year("AF", 2026, "gregorian")

    assert "قیام ۱۵ خرداد" in {h.name_fa for h in found}
    assert not [h for h in found if "(" in h.name_en and "estimated" in h.name_en]
    assert not [h for h in found if h.name_fa and ("تخمینی" in h.name_fa or "برآورد" in h.name_fa)]
    assert {h.certainty for h in public_holidays.of_year("AF", 2026, "gregorian")} == {
        "fixed",
        "movable",
    }


def test_a_country_without_persian_names_says_so():
    first, *_ = public_holidays.of_year("GB", 2026, "gregorian")

    assert (first.day, first.name_en, first.name_fa) == (date(2026, 1, 1), "New Year's Day", None)


def test_a_country_that_is_not_known_is_refused():
    with pytest.raises(UnknownCountry, match="XX"):
        public_holidays.of_year("XX", 2026, "gregorian")
