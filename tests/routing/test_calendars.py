"""Calendars: examples with the instants written out, and laws that hold for any hours anywhere."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing import calendars
from routing.calendars import (
    ALWAYS_OPEN,
    Calendar,
    InvalidHours,
    NeverOpens,
    OpeningHours,
    Span,
    Version,
    unchanging,
)

TEHRAN = ZoneInfo("Asia/Tehran")
KABUL = ZoneInfo("Asia/Kabul")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
MINUTE = timedelta(minutes=1)


def span(text):
    """``22:00-06:00``; what closes at or before it opens closes the day after."""
    opens, closes = (int(t[:2]) * 60 + int(t[3:]) for t in text.split("-"))
    return Span(opens_min=opens, closes_min=closes if closes > opens else closes + 1440)


def spans(text):
    return tuple(span(part) for part in text.split())


def hours(zone, *, sat_wed="", thu="", fri="", mon_fri="", daily="", exceptions=None):
    """Hours of a Persian week, of a western one, or the same each day."""
    if daily:
        week = (spans(daily),) * 7
    elif mon_fri:
        week = (spans(mon_fri),) * 5 + ((), ())
    else:
        week = (*(spans(sat_wed),) * 3, spans(thu), spans(fri), *(spans(sat_wed),) * 2)
    made = {date.fromisoformat(day): spans(text) for day, text in (exceptions or {}).items()}
    return OpeningHours(zone=zone, week=week, exceptions=made)


def calendar(zone, **given_hours):
    return unchanging(hours(zone, **given_hours))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opened(what, begin, end):
    """The open intervals, as ``03-21 04:30 / 03-21 13:30`` in UTC."""
    found = calendars.open_intervals(what, utc(begin), utc(end))
    return [f"{a:%m-%d %H:%M} / {b:%m-%d %H:%M}" for a, b in found]


def took(what, begin, end):
    return calendars.business_time(what, utc(begin), utc(end))


OFFICE = calendar(TEHRAN, sat_wed="08:00-17:00", thu="08:00-13:00", fri="")


def test_a_persian_week_has_a_short_thursday_and_no_friday():
    assert opened(OFFICE, "2026-11-18", "2026-11-22") == [
        "11-18 04:30 / 11-18 13:30",  # Wednesday
        "11-19 04:30 / 11-19 09:30",  # Thursday
        "11-21 04:30 / 11-21 13:30",  # Saturday
    ]


def test_it_is_open_at_the_opening_and_closed_at_the_closing():
    at = {t: calendars.is_open(OFFICE, utc(f"2026-11-18T{t}")) for t in ("04:30", "13:30")}

    assert at == {"04:30": True, "13:30": False}
    assert calendars.is_open(OFFICE, utc("2026-11-18T13:29:59.999999"))
    assert not calendars.is_open(OFFICE, utc("2026-11-18T04:29:59.999999"))


def test_several_intervals_a_day():
    two = calendar(KABUL, daily="08:00-12:00 13:00-16:30")

    assert opened(two, "2026-06-01", "2026-06-02") == [
        "06-01 03:30 / 06-01 07:30",
        "06-01 08:30 / 06-01 12:00",
    ]


def test_a_night_belongs_to_the_day_it_begins_on():
    # Thursday has a night that ends on Friday; one Thursday is a holiday.
    night = calendar(TEHRAN, sat_wed="", thu="22:00-06:00", exceptions={"2026-05-07": ""})

    assert opened(night, "2026-04-30", "2026-05-16") == [
        "04-30 18:30 / 05-01 02:30",
        "05-14 18:30 / 05-15 02:30",
    ]


def test_a_closed_date_does_not_end_the_night_before():
    nights = calendar(KABUL, daily="22:00-06:00", exceptions={"2026-06-02": ""})

    assert opened(nights, "2026-06-01T06:00", "2026-06-04T00:00") == [
        "06-01 17:30 / 06-02 01:30",
        "06-03 17:30 / 06-04 00:00",
    ]


def test_a_date_has_other_hours():
    ramadan = calendar(TEHRAN, sat_wed="08:00-17:00", exceptions={"2026-11-18": "09:00-14:00"})

    assert opened(ramadan, "2026-11-18", "2026-11-19") == ["11-18 05:30 / 11-18 10:30"]


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (NEW_YORK, "2026-07-04", 24),
        (LONDON, "2026-03-29", 23),
        (LONDON, "2026-10-25", 25),
        (TEHRAN, "2022-03-22", 23),  # midnight itself was skipped
        (TEHRAN, "2022-09-21", 25),
        (TEHRAN, "2023-03-22", 24),
        (TEHRAN, "2026-09-21", 24),
        (KABUL, "2026-03-29", 24),
    ],
)
def test_a_whole_day_is_as_long_as_it_is_there(zone, day, length):
    only = hours(zone, daily="00:00-24:00", exceptions={})
    begin = datetime.fromisoformat(day).replace(tzinfo=zone)
    end = begin + timedelta(days=1)  # the next midnight on the wall

    measured = calendars.business_time(unchanging(only), begin, end)

    assert measured == timedelta(hours=length)
    one_day = OpeningHours(
        zone=zone, week=((),) * 7, exceptions={date.fromisoformat(day): spans("00:00-24:00")}
    )
    around = (begin - timedelta(days=3), begin + timedelta(days=4))
    assert calendars.business_time(unchanging(one_day), *around) == timedelta(hours=length)


@pytest.mark.parametrize(
    ("day", "text", "begins", "ends"),
    [
        ("2026-03-08", "22:00-06:00", "03-09 02:00", "03-09 10:00"),
        ("2026-03-07", "22:00-06:00", "03-08 03:00", "03-08 10:00"),  # a night of seven hours
        ("2026-10-31", "22:00-06:00", "11-01 02:00", "11-01 11:00"),  # and of nine
        ("2026-03-08", "02:15-05:00", "03-08 07:00", "03-08 09:00"),  # it begins when 3 is shown
        ("2026-03-08", "00:00-02:30", "03-08 05:00", "03-08 07:00"),
        ("2026-11-01", "01:30-03:00", "11-01 05:30", "11-01 08:00"),  # it does not close again
        ("2026-11-01", "00:00-01:30", "11-01 04:00", "11-01 05:30"),  # and does not open again
        ("2026-11-01", "01:00-02:00", "11-01 05:00", "11-01 07:00"),
    ],
)
def test_hours_that_the_clock_of_new_york_skips_or_shows_twice(day, text, begins, ends):
    only = OpeningHours(
        zone=NEW_YORK, week=((),) * 7, exceptions={date.fromisoformat(day): spans(text)}
    )
    begin = utc(day) - timedelta(days=1)

    found = list(calendars.open_intervals(unchanging(only), begin, begin + timedelta(days=4)))

    assert [(f"{a:%m-%d %H:%M}", f"{b:%m-%d %H:%M}") for a, b in found] == [(begins, ends)]


def test_an_hour_that_is_skipped_belongs_to_nothing():
    lost = calendar(NEW_YORK, daily="02:10-02:50")

    assert opened(lost, "2026-03-07", "2026-03-10") == [
        "03-07 07:10 / 03-07 07:50",
        "03-09 06:10 / 03-09 06:50",
    ]


def test_a_day_that_has_begun_is_not_undone_by_a_clock_put_back_over_midnight():
    # At one minute past midnight it was 23:01 again; the seventh had begun, and stays begun.
    early = calendar(ZoneInfo("America/St_Johns"), daily="00:00-06:00")

    assert calendars.is_open(early, utc("2010-11-07T02:30"))
    assert calendars.is_open(early, utc("2010-11-07T03:00")), "half past eleven again"
    assert opened(early, "2010-11-07T02:00", "2010-11-07T03:15") == ["11-07 02:30 / 11-07 03:15"]


def test_tehran_had_summer_time_until_2022():
    assert opened(OFFICE, "2022-06-15", "2022-06-16") == ["06-15 03:30 / 06-15 12:30"]
    assert opened(OFFICE, "2023-06-14", "2023-06-15") == ["06-14 04:30 / 06-14 13:30"]
    assert opened(OFFICE, "2022-09-21", "2022-09-23") == [
        "09-21 03:30 / 09-21 12:30",
        "09-22 04:30 / 09-22 09:30",
    ]


def test_a_target_of_ten_hours_runs_on_over_the_weekend():
    wednesday = utc("2026-11-18T10:30")  # three hours before closing

    due = calendars.instant_after(OFFICE, wednesday, timedelta(hours=10))

    assert due == utc("2026-11-21T06:30")  # five on Thursday, two on Saturday
    assert calendars.business_time(OFFICE, wednesday, due) == timedelta(hours=10)


def test_time_that_ends_with_the_day_is_over_at_the_closing():
    nine = timedelta(hours=9)

    assert calendars.instant_after(OFFICE, utc("2026-11-18T04:30"), nine) == utc("2026-11-18T13:30")
    assert calendars.instant_after(OFFICE, utc("2026-11-17T20:00"), nine) == utc("2026-11-18T13:30")


def test_no_time_is_over_at_once_open_or_not():
    friday = utc("2026-11-20T12:00")

    assert calendars.instant_after(OFFICE, friday, timedelta()) == friday
    with pytest.raises(ValueError, match="negative"):
        calendars.instant_after(OFFICE, friday, -MINUTE)


def test_openings_and_closings_lie_after_the_instant():
    asked = {
        "2026-11-19T09:00": ("2026-11-21T04:30", "2026-11-19T09:30"),  # open
        "2026-11-19T09:30": ("2026-11-21T04:30", "2026-11-21T13:30"),  # just closed
        "2026-11-21T04:30": ("2026-11-22T04:30", "2026-11-21T13:30"),  # just opened
        "2026-11-20T00:00": ("2026-11-21T04:30", "2026-11-21T13:30"),  # Friday
    }

    for at, expected in asked.items():
        found = calendars.next_opening(OFFICE, utc(at)), calendars.next_closing(OFFICE, utc(at))
        assert found == tuple(map(utc, expected)), at


def test_what_never_closes_has_no_opening_and_no_closing():
    at = utc("2026-11-18T10:30")

    assert calendars.is_open(ALWAYS_OPEN, at)
    assert calendars.next_opening(ALWAYS_OPEN, at) is None
    assert calendars.next_closing(ALWAYS_OPEN, at) is None
    assert calendars.instant_after(ALWAYS_OPEN, at, timedelta(days=30)) == utc("2026-12-18T10:30")
    assert took(ALWAYS_OPEN, "2026-01-01", "2026-01-02") == timedelta(days=1)


def test_what_never_opens_says_so():
    never = unchanging(OpeningHours(zone=TEHRAN, week=((),) * 7))

    with pytest.raises(NeverOpens, match="not open for 0:01:00 in the ten years from 2026-11-18"):
        calendars.instant_after(never, utc("2026-11-18"), MINUTE)
    assert calendars.next_opening(never, utc("2026-11-18")) is None
    assert calendars.next_closing(never, utc("2026-11-18")) is None


def test_past_time_is_measured_by_the_hours_of_the_past():
    short = hours(TEHRAN, daily="08:00-12:00")
    long = hours(TEHRAN, daily="08:00-16:00")
    changed = Calendar(
        versions=(
            Version(from_at=utc("2026-01-01"), hours=short),
            Version(from_at=utc("2026-11-18T06:30"), hours=long),  # ten o'clock
        )
    )

    assert opened(changed, "2026-11-17", "2026-11-20") == [
        "11-17 04:30 / 11-17 08:30",
        "11-18 04:30 / 11-18 12:30",
        "11-19 04:30 / 11-19 12:30",
    ]
    assert took(changed, "2025-01-01", "2025-01-02") == timedelta(hours=4)
    assert changed.in_force(utc("2026-11-18T06:29")) is short
    assert changed.in_force(utc("2026-11-18T06:30")) is long
    assert changed.in_force(utc("2020-01-01")) is short


def test_a_due_time_under_way_moves_with_the_hours_and_a_past_one_stays():
    before = hours(TEHRAN, daily="08:00-12:00")
    change = Version(from_at=utc("2026-11-18T08:30"), hours=hours(TEHRAN, daily="08:00-16:00"))
    old = unchanging(before)
    new = Calendar(versions=(*old.versions, change))
    begun = utc("2026-11-18T06:30")  # two hours before the closing

    under_way, past = timedelta(hours=5), timedelta(hours=1)

    assert calendars.instant_after(old, begun, under_way) == utc("2026-11-19T07:30")
    assert calendars.instant_after(new, begun, under_way) == utc("2026-11-18T11:30")
    assert calendars.instant_after(old, begun, past) == calendars.instant_after(new, begun, past)


def test_one_calendar_after_another_each_for_its_own_time():
    morning, day = hours(KABUL, daily="08:00-12:00"), hours(KABUL, daily="08:00-16:00")
    edited_twice = Calendar(
        versions=(
            Version(from_at=utc("2026-01-01"), hours=morning),
            Version(from_at=utc("2026-06-01"), hours=day),
            Version(from_at=utc("2026-07-05"), hours=hours(KABUL, daily="08:00-14:00")),
        )
    )

    spliced = calendars.spliced(
        [
            (utc("2026-05-01"), edited_twice),
            (utc("2026-07-01"), ALWAYS_OPEN),
            (utc("2026-08-01"), edited_twice),
        ]
    )

    a_day_in = {
        month: took(spliced, f"2026-{month}-10", f"2026-{month}-11") / timedelta(hours=1)
        for month in ("04", "05", "06", "07", "08")
    }
    assert a_day_in == {"04": 24, "05": 4, "06": 8, "07": 24, "08": 6}
    assert calendars.spliced([]) == ALWAYS_OPEN


def test_an_instant_needs_its_offset():
    naive = datetime(2026, 11, 18)  # noqa: DTZ001  that is the point

    for ask in (calendars.is_open, calendars.next_opening, calendars.next_closing):
        with pytest.raises(ValueError, match="offset"):
            ask(OFFICE, naive)
    with pytest.raises(ValueError, match="offset"):
        calendars.instant_after(OFFICE, naive, MINUTE)
    with pytest.raises(ValueError, match="offset"):
        Calendar(versions=(Version(from_at=naive, hours=hours(TEHRAN, daily="08:00-12:00")),))


def test_the_versions_of_a_calendar_come_in_order():
    one = Version(from_at=utc("2026-01-02"), hours=hours(TEHRAN, daily="08:00-12:00"))
    other = Version(from_at=utc("2026-01-01"), hours=one.hours)

    with pytest.raises(ValueError, match="oldest first"):
        Calendar(versions=(one, other))
    with pytest.raises(ValueError, match="at least one"):
        Calendar(versions=())


@pytest.mark.parametrize(
    ("given_hours", "place"),
    [
        ({"sat_wed": ""}, "week"),
        ({"daily": "08:00-12:00 11:00-13:00"}, "week.monday[1]"),
        ({"daily": "12:00-13:00 08:00-09:00"}, "week.monday[1]"),
        ({"daily": "05:00-06:00 22:00-05:30"}, "week.tuesday[0]"),
        (
            {"daily": "08:00-12:00", "exceptions": {"2026-01-01": "09:00-10:00 09:30-11:00"}},
            "exceptions.2026-01-01[1]",
        ),
    ],
)
def test_hours_that_cannot_be_meant_are_refused_by_place(given_hours, place):
    with pytest.raises(InvalidHours) as refused:
        calendars.check(hours(TEHRAN, **given_hours))
    assert refused.value.place == place


@pytest.mark.parametrize(
    ("opens", "closes"), [(-1, 5), (1440, 1500), (60, 60), (60, 59), (60, 1501)]
)
def test_a_span_lies_within_a_day_of_its_opening(opens, closes):
    odd = (Span(opens_min=opens, closes_min=closes),)

    with pytest.raises(InvalidHours):
        calendars.check(OpeningHours(zone=TEHRAN, week=(odd,) + ((),) * 6))


def test_hours_that_touch_at_midnight_are_taken_and_one_piece():
    night = hours(TEHRAN, daily="00:00-06:00 18:00-24:00")
    calendars.check(night)

    assert opened(unchanging(night), "2026-11-18T08:00", "2026-11-19T20:00") == [
        "11-18 14:30 / 11-19 02:30",
        "11-19 14:30 / 11-19 20:00",
    ]


# Laws -------------------------------------------------------------------------------------------

#: Days on which a clock was changed, at midnight, over midnight and by half an hour; and one on
#: which nothing happened.
CHANGES = [
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Europe/London", "2026-03-29"),
    ("Europe/London", "2026-10-25"),
    ("Asia/Tehran", "2022-03-22"),
    ("Asia/Tehran", "2022-09-21"),
    ("Asia/Tehran", "2026-03-22"),
    ("Asia/Kabul", "2026-03-20"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("America/St_Johns", "2010-11-07"),
    ("Pacific/Apia", "2011-12-30"),  # a day that never was
]


@st.composite
def days(draw):
    """The spans of a day: none, or some that do not overlap, the last perhaps into the night."""
    cuts = sorted(draw(st.sets(st.integers(0, 95), max_size=6)))
    made = [
        Span(opens_min=a * 15, closes_min=b * 15)
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    if made and draw(st.booleans()):
        last = made.pop()
        made.append(
            Span(opens_min=last.opens_min, closes_min=last.opens_min + draw(st.integers(1, 1440)))
        )
    return tuple(made)


@st.composite
def places(draw):
    """Hours in a zone, and an instant near a change of its clock."""
    name, day = draw(st.sampled_from(CHANGES))
    middle = utc(day)
    dates = st.integers(-2, 3).map(lambda n: middle.date() + timedelta(days=n))
    made = OpeningHours(
        zone=ZoneInfo(name),
        week=tuple(draw(st.tuples(*[days()] * 7))),
        exceptions=draw(st.dictionaries(dates, days(), max_size=3)),
    )
    return made, middle + timedelta(minutes=draw(st.integers(-2880, 2880)))


@st.composite
def edited(draw):
    """A calendar that was perhaps edited, and an instant near a change of its clock."""
    first, at = draw(places())
    versions = [Version(from_at=at - timedelta(days=400), hours=first)]
    for after in sorted(draw(st.lists(st.integers(-3000, 3000), max_size=2))):
        week = tuple(draw(st.tuples(*[days()] * 7)))
        versions.append(
            Version(
                from_at=at + timedelta(minutes=after),
                hours=OpeningHours(zone=first.zone, week=week),
            )
        )
    return Calendar(versions=tuple(versions)), at


def minute_by_minute(hours_there, begin, end):
    """Whether it is open at each minute, by looking at a clock that is never put back."""
    shown = None
    at = begin - timedelta(days=4)
    found = []
    while at < end:
        wall = at.astimezone(hours_there.zone).replace(tzinfo=None)
        shown = wall if shown is None else max(shown, wall)
        if at >= begin:
            found.append(any(covers(hours_there, shown, ago) for ago in (0, 1, 2)))
        at += MINUTE
    return found


def covers(hours_there, wall, days_ago):
    day = wall.date() - timedelta(days=days_ago)
    minute = wall.hour * 60 + wall.minute + days_ago * 1440
    own = hours_there.exceptions.get(day, hours_there.week[day.weekday()])
    return any(s.opens_min <= minute < s.closes_min for s in own)


@settings(deadline=None)
@given(places(), st.integers(1, 3000))
def test_it_is_open_when_a_clock_that_is_never_put_back_says_so(place, minutes):
    there, begin = place
    what, end = unchanging(there), begin + minutes * MINUTE

    expected = minute_by_minute(there, begin, end)
    found = [False] * minutes
    for opens, closes in calendars.open_intervals(what, begin, end):
        for minute in range((opens - begin) // MINUTE, (closes - begin) // MINUTE):
            found[minute] = True

    assert found == expected
    assert calendars.business_time(what, begin, end) == sum(expected) * MINUTE
    assert [calendars.is_open(what, begin + n * MINUTE) for n in range(0, minutes, 97)] == expected[
        ::97
    ]


@settings(deadline=None)
@given(edited(), st.integers(0, 5000), st.integers(0, 5000))
def test_the_parts_of_an_interval_add_up(case, first_min, second_min):
    what, begin = case
    middle = begin + first_min * MINUTE
    end = middle + second_min * MINUTE

    parts = calendars.business_time(what, begin, middle) + calendars.business_time(
        what, middle, end
    )

    assert parts == calendars.business_time(what, begin, end) <= end - begin


@settings(deadline=None)
@given(edited(), st.integers(1, 400_000_000), st.integers(0, 400_000_000))
def test_time_added_is_time_measured_and_more_time_ends_later(case, amount_ms, more_ms):
    what, begin = case
    assume(any(what.versions[-1].hours.week))
    amount, more = timedelta(milliseconds=amount_ms), timedelta(milliseconds=more_ms)

    end = calendars.instant_after(what, begin, amount)
    later = calendars.instant_after(what, begin, amount + more)

    assert calendars.business_time(what, begin, end) == amount
    assert calendars.is_open(what, end - timedelta(microseconds=1)), "and not a moment later"
    assert end <= later
    assert calendars.instant_after(what, end, more) == (later if more else end)


@settings(deadline=None)
@given(edited(), st.integers(0, 9000))
def test_intervals_are_in_order_apart_and_inside(case, minutes):
    what, begin = case
    end = begin + minutes * MINUTE

    edges = [edge for pair in calendars.open_intervals(what, begin, end) for edge in pair]

    assert edges == sorted(set(edges))
    assert all(begin <= edge <= end for edge in edges)


@settings(deadline=None)
@given(edited())
def test_between_now_and_the_next_change_it_stays_as_it_is(case):
    what, at = case
    opening, closing = calendars.next_opening(what, at), calendars.next_closing(what, at)
    assume(opening is not None and closing is not None)
    instant = timedelta(microseconds=1)

    assert calendars.is_open(what, opening)
    assert not calendars.is_open(what, opening - instant)
    assert not calendars.is_open(what, closing)
    assert calendars.is_open(what, closing - instant)
    is_open = calendars.is_open(what, at)
    assert (closing < opening) == is_open
    expected = min(opening, closing) - at if is_open else timedelta()
    assert calendars.business_time(what, at, min(opening, closing)) == expected
