"""The period that is meant by what was given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from contactcenter import periods
from contactcenter.errors import BadInput
from contactcenter.periods import Period

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_the_last_seven_days_are_meant_by_nothing():
    assert periods.period_of(MONDAY, None, None) == Period(
        from_at=MONDAY - timedelta(days=7), to_at=MONDAY
    )


def test_it_is_given_in_any_offset_and_told_in_utc():
    tehran = timezone(timedelta(hours=3, minutes=30))

    period = periods.period_of(MONDAY, datetime(2026, 3, 1, tzinfo=tehran), None)

    assert period.from_at == datetime(2026, 2, 28, 20, 30, tzinfo=UTC)
    assert period.from_at.tzinfo is UTC
    assert period.time_zone == "UTC"


def test_a_year_is_the_longest():
    periods.period_of(MONDAY, MONDAY - timedelta(days=366), None)


@pytest.mark.parametrize(
    ("from_at", "to_at", "field"),
    [
        (MONDAY, MONDAY, "query.from"),
        (MONDAY + timedelta(seconds=1), None, "query.from"),
        (MONDAY - timedelta(days=366, microseconds=1), MONDAY, "query.from"),
        (None, datetime.min.replace(tzinfo=UTC), "query.from"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), None, "query.from"),
        (None, datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), "query.to"),
    ],
)
def test_what_is_none_is_refused_by_name(from_at, to_at, field):
    with pytest.raises(BadInput) as refused:
        periods.period_of(MONDAY, from_at, to_at)

    assert refused.value.data["field"] == field
