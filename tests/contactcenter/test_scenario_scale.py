"""The times of a scenario in the database: whole seconds, exact both ways, and within its years."""

from datetime import UTC, datetime, timedelta

import pytest

from contactcenter.scenarios.reading import read
from contactcenter.scenarios.scale import Scale, TooLate, problems, scale_of

NOTHING_HALVES = b'{"config": {"offer_timeout": 20, "exclude_for": 60}, "events": []}'


def scaled(content: bytes) -> Scale:
    return scale_of(read(content).scenario)


@pytest.mark.parametrize(
    ("content", "slower"),
    [
        (NOTHING_HALVES, 1),
        (b'{"config": {"wrap_up": 0.5}}', 10),
        (b'{"config": {"exclude_for": 0.000001}}', 1_000_000),
        (b'{"unit": "ticks", "config": {"offer_timeout": 20, "exclude_for": 300}}', 100_000),
        (b'{"unit": "ticks", "config": {"offer_timeout": 7}}', 1_000_000),
        (b'{"agents": [{"id": "x", "members": [{"queue": "a", "handicap": -0.25}]}]}', 100),
        (b'{"events": [{"at": 0.001, "do": "advance"}]}', 1),
    ],
)
def test_a_scenario_is_played_as_much_slower_as_its_durations_need(content, slower):
    assert scaled(content) == Scale(slower)


def test_instants_and_spans_come_back_as_they_were():
    scale = Scale(100)

    assert scale.at(12_345_678) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1234.5678)
    assert scale.instant_us(scale.at(12_345_678)) == 12_345_678
    assert scale.seconds(-250_000) == -25
    assert scale.span_us(-25_000_000) == -250_000


def test_an_instant_after_all_years_is_refused():
    with pytest.raises(TooLate):
        Scale(1_000_000).at(10**13)


TOO_MUCH = [
    ('{"config": {"offer_timeout": 3000000000}}', "config.offer_timeout"),
    ('{"config": {"exclude_for": 3000000000}}', "config.exclude_for"),
    ('{"unit": "ticks", "config": {"wrap_up": 3000000001}}', "config.wrap_up"),
    (
        '{"agents": [{"id": "x", "members": [{"queue": "a", "delay": 3000000000}]}]}',
        "agents[0].members[0].delay",
    ),
    (
        '{"agents": [{"id": "x", "members": [{"queue": "a", "handicap": -3000000000}]}]}',
        "agents[0].members[0].handicap",
    ),
    ('{"events": [{"at": 1000000000000, "do": "advance"}]}', "events[0].at"),
    (
        '{"events": [{"at": 0, "do": "ticket", "id": 1, "queue": "a", "credit": 3000000000}]}',
        "events[0].credit",
    ),
    (
        (
            '{"events": [{"at": 0, "do": "ticket", "id": 1, "queue": "a", "credit": 2000000000},'
            ' {"at": 0, "do": "credit", "ticket": 1, "credit": -2000000000}]}'
        ),
        "events[1].credit",
    ),
    (
        (
            '{"tickets": [{"at": 0, "id": 1, "queue": "a", "service": [1, 1, 1], "escalate": ["b", "c"],'
            ' "escalation_credit": 2000000000}]}'
        ),
        "tickets[0].escalation_credit",
    ),
    (
        '{"events": [{"at": 0, "do": "ticket", "id": 9223372036854775808, "queue": "a"}]}',
        "events[0].id",
    ),
    (
        '{"events": [{"at": 0, "do": "ticket", "id": 1, "queue": "a", "patience": 9000000000000}]}',
        "events[0].patience",
    ),
    (
        (
            '{"events": [{"at": 0, "do": "ticket", "id": 1, "queue": "a",'
            ' "overflow": [[1, "b"], [9000000000000, "c"]]}]}'
        ),
        "events[0].overflow[1]",
    ),
]


@pytest.mark.parametrize(("content", "place"), TOO_MUCH, ids=[place for _, place in TOO_MUCH])
def test_what_the_database_has_no_room_for_is_named_with_its_place(content, place):
    reading = read(content.encode())

    told = list(problems(reading.file, scale_of(reading.scenario)))

    assert [line.partition(": ")[0] for line in told] == [place]


def test_of_an_ordinary_file_nothing_is_too_much():
    reading = read(NOTHING_HALVES)

    assert not list(problems(reading.file, scale_of(reading.scenario)))
