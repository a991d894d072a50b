"""Segments, against the figures of Twilio's own counter (npm sms-segments-calculator 1.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._gsm import BASIC, EXTENSION, size

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("a", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("a" * 1530, "GSM-7", 10),
        ("€" * 80, "GSM-7", 1),  # two places each
        ("€" * 81, "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 2),  # the euro does not fit the last place
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),
        ("\f" * 81, "GSM-7", 2),
        ("a\nb\r\n" * 40, "GSM-7", 2),
        ("ÇÄñ à@£", "GSM-7", 1),
        ("ç", "UCS-2", 1),  # only the capital is in the alphabet
        ("`", "UCS-2", 1),
        ("\t", "UCS-2", 1),
        ("it’s", "UCS-2", 1),
        ("a" * 69 + "’", "UCS-2", 1),
        ("a" * 70 + "’", "UCS-2", 2),
        ("س" * 70, "UCS-2", 1),
        ("س" * 71, "UCS-2", 2),
        ("س" * 134, "UCS-2", 2),
        ("س" * 135, "UCS-2", 3),
        ("می\u200cخواهم" * 9, "UCS-2", 2),  # the joiner counts
        ("سَ" * 70, "UCS-2", 3),  # and so does each vowel sign
        ("😀" * 35, "UCS-2", 1),  # two units each
        ("😀" * 36, "UCS-2", 2),
        ("😀" * 67, "UCS-2", 3),  # 33 a segment: a pair is not cut
        ("س" * 66 + "😀" + "س" * 65, "UCS-2", 2),
        ("س" * 66 + "😀" + "س" * 66, "UCS-2", 3),
        ("س" * 60 + FAMILY * 3, "UCS-2", 2),
    ],
)
def test_text_costs_what_twilio_counts(text, encoding, segments):
    counted = size(text)

    assert (counted.encoding, counted.segments) == (encoding, segments)


def test_empty_text_costs_nothing():
    assert size("").segments == 0


def test_alphabet_has_the_size_the_standard_gives_it():
    assert len(BASIC) == 127  # 128 places, one of them the escape
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@given(st.text(st.sampled_from([*sorted(BASIC | EXTENSION), "س", "۱", "\u200c", "😀"])))
def test_more_text_never_costs_less(text):
    for end in range(len(text)):
        assert size(text[: end + 1]).segments >= size(text[:end]).segments


@given(st.text(max_size=2000))
def test_segments_hold_the_text_and_waste_at_most_one_place_each(text):
    counted = size(text)
    if counted.encoding == "GSM-7":
        places = sum(2 if char in EXTENSION else 1 for char in text)
        single, joined = 160, 153
    else:
        places = len(text.encode("utf-16-le", "surrogatepass")) // 2
        single, joined = 70, 67

    if places <= single:
        assert counted.segments == (1 if text else 0)
    else:
        assert -(-places // joined) <= counted.segments <= -(-places // (joined - 1))
