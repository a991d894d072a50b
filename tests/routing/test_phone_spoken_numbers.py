"""Numbers told by recordings."""

import pytest

from routing.calls import spoken_numbers

ALL = {*map(str, range(21)), *map(str, range(20, 100, 10)), *map(str, range(100, 1000, 100))} | {
    "1000",
    "and",
}


@pytest.mark.parametrize(
    ("number", "pieces"),
    [
        (0, "0"),
        (19, "19"),
        (20, "20"),
        (23, "20 and 3"),
        (100, "100"),
        (115, "100 and 15"),
        (1000, "1000"),
        (1042, "1000 and 40 and 2"),
        (2026, "2 1000 and 20 and 6"),
        (123_456, "100 and 20 and 3 1000 and 400 and 50 and 6"),
        (1_000_000, "1 0 0 0 0 0 0"),
    ],
)
def test_a_number_is_made_of_what_is_recorded(number, pieces):
    assert spoken_numbers.known_pieces(number, ALL) == tuple(pieces.split())


def test_with_digits_alone_it_is_told_digit_by_digit():
    assert spoken_numbers.known_pieces(1042, set("0123456789")) == tuple("1042")


def test_a_recording_of_the_number_itself_is_best():
    assert spoken_numbers.known_pieces(23, {*ALL, "23"}) == ("23",)


def test_without_recordings_nothing_is_told():
    assert spoken_numbers.known_pieces(3, {"and", "1"}) == ()
