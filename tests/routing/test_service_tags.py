"""Service tags in free text: written in any way, spelled out in two languages, and nothing else."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import service_tags
from routing.service_tags import ANY, DEFAULT, Format, canonical, find, is_tag
from routing.spelled_characters import SPELLED
from routing.text import fold

SAMPLES = Path(__file__).parent / "samples" / "service_tags.jsonl"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
#: Letter by letter, then the digits.
RADIO = {
    "en": (
        "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november"
        " oscar papa quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu"
        " zero one two three four five six seven eight nine"
    ),
    "fa": (
        "آلفا براوو چارلی دلتا اکو فاکسترات گلف هتل ایندیا جولیت کیلو لیما مایک نوامبر اسکار پاپا"
        " کبک رومئو سیرا تانگو یونیفرم ویکتور ویسکی ایکس‌ری یانکی زولو"
        " صفر یک دو سه چهار پنج شش هفت هشت نه"
    ),
    "fa letters": (
        "ای بی سی دی ای اف جی اچ آی جی کی ال ام ان او پی کیو آر اس تی یو وی دبلیو ایکس وای زد"
        " صفر یک دو سه چهار پنج شش هفت هشت نه"
    ),
}
SAID = {
    how: dict(zip(LETTERS + DIGITS, words.split(), strict=True)) for how, words in RADIO.items()
}
tags = st.text(LETTERS + DIGITS, min_size=7, max_size=7).filter(is_tag)


def samples() -> list[dict[str, Any]]:
    lines = SAMPLES.read_text(encoding="utf-8").splitlines()
    return [{"others": False} | json.loads(line) for line in lines]


def test_the_hand_made_lines_are_read_as_people_read_them() -> None:
    """What is found is right, always; what is missed are words that were heard wrongly."""
    hits = wrong = missed = hints = false_hints = missed_hints = 0
    for line in samples():
        found = find(line["text"], line["own"])
        own, wanted = set(found.own), set(line["finds"])
        hits, wrong, missed = (
            hits + len(own & wanted),
            wrong + len(own - wanted),
            missed + len(wanted - own),
        )
        hints += bool(found.others) and line["others"]
        false_hints += bool(found.others) and not line["others"]
        missed_hints += line["others"] and not found.others

    assert (wrong, false_hints, missed_hints) == (0, 0, 0)
    assert missed == 2
    assert hits > 55 and hints > 10  # noqa: PT018


@given(tags, st.sampled_from(["", " ", "-", ". ", " - ", "\n", "‌", "_"]), st.booleans())
def test_a_tag_is_found_in_any_writing(tag: str, between: str, persian: bool) -> None:
    written = between.join(tag.lower())
    if persian:
        written = written.translate(str.maketrans(DIGITS, "۰۱۲۳۴۵۶۷۸۹"))

    assert find(f"سلام، {written} را ببینید.", [tag]).own == (tag,)


@given(tags, st.sampled_from(sorted(SAID)))
def test_a_tag_is_found_when_it_is_spelled_out(tag: str, how: str) -> None:
    spelled = " ".join(SAID[how][character] for character in tag)

    assert find(f"… {spelled} …", [tag]).own == (tag,)
    if how != "fa letters":  # which say too little
        assert find(f"tag {spelled}").others == (tag,)


@given(tags, st.sets(tags, max_size=3))
def test_what_is_found_was_asked_for(tag: str, own: set[str]) -> None:
    found = find(f"service tag {tag} please", own)

    assert set(found.own) <= own
    assert not set(found.others) & own


@given(st.text(max_size=300))
def test_nothing_is_found_where_nothing_is_written(text: str) -> None:
    own = [tag for tag in ("7J4KLMN", "GH52X9T") if tag not in canonical(text)]

    assert find(text, own).own == ()


def test_what_looks_alike_is_taken_only_where_one_tag_fits() -> None:
    assert find("BOIT452", ["B0IT452"]).own == ("B0IT452",)
    assert find("BOIT452", ["B0IT452", "BO1T452"]).own == ()
    assert find("B0IT452", ["B0IT452", "BOIT452"]).own == ("B0IT452",)
    # «جی» is G or J.
    assert find("هفت جی چهار کی ال ام ان", ["7J4KLMN", "7G4KLMN"]).own == ()


def test_part_of_a_longer_number_is_no_tag() -> None:
    numbers = [Format(mask="########")]

    assert find("call 0912 3456 7890", ["34567890"], numbers).own == ()
    assert find("tag 3456 7890", ["34567890"], numbers).own == ("34567890",)


def test_a_house_has_formats_of_its_own() -> None:
    house = [Format(mask="MX@####"), Format(mask="??####", mixed=True)]

    assert is_tag("MXA1234", house)
    assert is_tag("4B1234", house)
    assert not is_tag("MX11234", house)
    assert not is_tag("441234", house)
    assert not is_tag("MXA12345", house)
    assert find("our tag is mxb 4471", [], house).others == ()
    assert find("our tag is mxb4471", [], house).others == ("MXB4471",)
    assert find("our tag is mxb-4471", ["MXB4471"], house).own == ("MXB4471",)


@pytest.mark.parametrize(
    ("mask", "mixed"),
    [("abc", False), ("A" * 25, False), ("", False), ("@@@@", True), ("1234", True)],
)
def test_a_mask_that_fits_nothing_is_refused(mask: str, mixed: bool) -> None:
    with pytest.raises(ValueError, match=r"mask|letter and a digit"):
        Format(mask=mask, mixed=mixed)


@pytest.mark.parametrize(
    ("written", "tag"),
    [(" 7j4-klmn ", "7J4KLMN"), ("۷J۴ KLMN", "7J4KLMN"), ("7J4.KLM_N", "7J4KLMN"), ("", "")],
)
def test_a_tag_has_one_form(written: str, tag: str) -> None:
    assert canonical(written) == tag
    assert is_tag(canonical(written)) == bool(tag)


@pytest.mark.parametrize(
    "written", ["7J4KLM", "7J4KLMNN", "ABCDEFG", "1234567", "7J4KLM!", "۷ج۴کلمن"]
)
def test_what_is_no_tag_is_none(written: str) -> None:
    assert not is_tag(canonical(written), DEFAULT)


def test_every_word_for_a_character_is_written_as_it_is_compared() -> None:
    for word, readings in SPELLED.items():
        assert word == fold(word)
        assert " " not in word
        assert all(canonical(meant) == meant for meant, _ in readings)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        "ای " * 5_000,
        "7J4KLM " * 3_000,
        "1-" * 10_000,
        "دو تا " * 3_000,
        "😀" * 10_000,
        "\0\x1b\ufffd" * 5_000,
    ],
)
def test_twice_the_text_takes_twice_the_steps(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    below = service_tags._below

    def counted(*args: Any) -> Any:
        nonlocal steps
        steps += 1
        return below(*args)

    monkeypatch.setattr(service_tags, "_below", counted)
    own = ["7J4KLMN", "A1I1E1A", "AE1IEAI"]

    assert "7J4KLMN" in find(f"{text} tag 7 J 4 K L M N", own).own
    once = steps
    find(f"{text} {text} tag 7 J 4 K L M N", own)
    assert steps - once <= 2.1 * once + 100


def test_what_can_be_read_in_too_many_ways_names_nothing() -> None:
    own = ["".join(one) for one in itertools.product("AEI", repeat=7)]

    assert find("ای " * 7, own).own == ()
    assert find("A E I A E I A", own).own == ("AEIAEIA",)


def test_what_looks_alike_is_not_looked_at_in_every_combination() -> None:
    tag = "0" * 13 + "A"

    assert find("O " * 13 + "A", [tag], [Format(mask=ANY * 14)]).own == (tag,)
