"""Calendars in the database: the hours of a queue through all its time, and what never gets in."""

from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

from contactcenter import calendars, time_zones
from contactcenter.errors import BadInput, NotFound
from contactcenter.opening_hours import Hours, Week, exceptional
from routing import calendars as rules

MORNING = Week(**dict.fromkeys(rules.WEEKDAYS, (Hours(opens="08:00", closes="12:00"),)))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def written(conn, at, calendar_id, version, **changes):
    given = {
        "name_en": f"{calendar_id}",
        "name_fa": "ن",
        "time_zone": "Asia/Kabul",
        "week": MORNING,
        "exceptions": (),
    }
    await calendars.write(conn, utc(at), calendar_id, version, **given | changes)


def hours_a_day(calendar, *days):
    begins = [utc(day) for day in days]
    return [
        rules.business_time(calendar, at, at + timedelta(days=1)) / timedelta(hours=1)
        for at in begins
    ]


async def test_each_version_holds_for_its_own_time(world):
    calendar_id = await factories.calendar(world)
    await written(world, "2026-06-01", calendar_id, 2)
    await written(
        world,
        "2026-07-01",
        calendar_id,
        3,
        week=Week(monday=(Hours(opens="00:00", closes="24:00"),)),
    )

    found = await calendars.load(world, calendar_id)

    assert hours_a_day(found, "2025-05-03", "2026-05-03", "2026-06-03", "2026-07-05") == [
        9,
        9,
        4,
        4.5,
    ]
    assert (await calendars.find(world, calendar_id)).version == 3


async def test_a_queue_is_measured_by_the_calendars_it_had(world):
    queue_id = await factories.queue(world)
    one, other = await factories.calendar(world), await factories.calendar(world)
    await written(world, "2026-06-01", one, 2)
    await written(world, "2026-08-15", one, 3, time_zone="Asia/Tehran")
    for at, calendar_id in (
        ("2026-05-01", one),
        ("2026-07-01", other),
        ("2026-08-01", None),
        ("2026-09-01", one),
    ):
        await calendars.note_use(world, utc(at), calendar_id, queue_id=queue_id)

    found = await calendars.of_queue(world, queue_id)

    days = ("2026-04-04", "2026-05-03", "2026-06-03", "2026-07-05", "2026-08-20", "2026-09-05")
    assert hours_a_day(found, *days) == [24, 9, 4, 9, 24, 4]
    assert [str(v.hours.zone) for v in found.versions] == [
        "UTC",
        "Asia/Tehran",
        "Asia/Kabul",
        "Asia/Tehran",
        "UTC",
        "Asia/Tehran",
    ]


async def test_what_never_had_a_calendar_is_always_open(world):
    queue_id = await factories.queue(world)
    number = await factories.entry_point(world, queue_id=queue_id)

    assert await calendars.of_queue(world, queue_id) == rules.ALWAYS_OPEN
    assert await calendars.of_entry_point(world, number) == rules.ALWAYS_OPEN
    await calendars.note_use(
        world, utc("2026-01-01"), await factories.calendar(world), entry_point_id=number
    )
    found = await calendars.of_entry_point(world, number)
    assert hours_a_day(found, "2025-12-01", "2026-02-01") == [24, 9]
    assert await calendars.of_queue(world, queue_id) == rules.ALWAYS_OPEN


async def test_a_date_with_hours_comes_back(world):
    calendar_id = await factories.calendar(world)
    night = (Hours(opens="22:00", closes="06:00"),)
    day = exceptional(
        utc("2026-06-05").date(), name_en="Night", name_fa="شب", hours=night, source="staff"
    )

    await written(world, "2026-06-01", calendar_id, 2, exceptions=[day])

    assert (await calendars.find(world, calendar_id)).exceptions == (day,)
    found = await calendars.load(world, calendar_id)
    assert list(rules.open_intervals(found, utc("2026-06-05T08:00"), utc("2026-06-06T02:00"))) == [
        (utc("2026-06-05T17:30"), utc("2026-06-06T01:30"))
    ]


async def test_a_calendar_that_is_not_there_is_named(world):
    with pytest.raises(NotFound, match="no calendar 999"):
        await calendars.find(world, 999)
    with pytest.raises(NotFound, match="no calendar 999"):
        await calendars.load(world, 999)
    with pytest.raises(BadInput, match="no calendar 999"):
        await calendars.check_usable(world, 999)
    await calendars.check_usable(world, None)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO calendar_hours VALUES ($1, 1, 5, 480, 480)",
            "calendar_hours_close_within_a_day",
        ),
        (
            "INSERT INTO calendar_hours VALUES ($1, 1, 5, 480, 1921)",
            "calendar_hours_close_within_a_day",
        ),
        (
            "INSERT INTO calendar_hours VALUES ($1, 1, 5, 1440, 1500)",
            "calendar_hours_open_on_their_day",
        ),
        (
            "INSERT INTO calendar_hours VALUES ($1, 1, 8, 480, 500)",
            "calendar_hours_weekday_is_one_to_seven",
        ),
        (
            "INSERT INTO calendar_version VALUES ($1, 2, 'UTC', '2026-01-01 00:00Z')",
            "calendar_version_begins_at_an_instant_of_its_own",
        ),
        (
            "INSERT INTO calendar_exception VALUES ($1, 1, '2026-01-01', 'x', '', 'staff')",
            "calendar_exception_has_a_persian_name",
        ),
        (
            "INSERT INTO calendar_use (calendar_id, from_at) VALUES ($1, now())",
            "calendar_use_is_by_one_queue_or_entry_point",
        ),
        ("UPDATE calendar SET version = 7 WHERE id = $1", "calendar_has_the_hours_of_its_version"),
    ],
)
async def test_the_database_refuses_what_makes_no_sense(world, statement, constraint):
    calendar_id = await factories.calendar(world)
    await world.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await world.execute(statement, calendar_id)

    assert refused.value.constraint_name == constraint


def test_zones_are_those_that_were_installed_with_the_app():
    tehran = time_zones.zone_of("Asia/Tehran")

    assert utc("2026-07-01").astimezone(tehran).utcoffset() == timedelta(hours=3.5)
    assert utc("2022-07-01").astimezone(tehran).utcoffset() == timedelta(hours=4.5)
    assert time_zones.zone_of("Asia/Tehran") is tehran
    for name in ("Asia/Teheran", "", "../zones", "zones", "asia/tehran", "/etc/localtime"):
        with pytest.raises(time_zones.UnknownTimeZone):
            time_zones.zone_of(name)
