from collections import Counter
from pathlib import Path

import pytest

from contactcenter.training.lines import (
    Line,
    UnfitLines,
    is_latin_persian,
    near_duplicates,
    read_lines,
    written,
)
from routing.temperament import LABELS

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "routing" / "samples" / "temperament-held-out"
LINE = (
    '{"id":"a","lang":"en","channel":"sms","messages":[{"role":"customer","text":"Where is it?"}],'
    '"behaviour":{"contacts_30d":1},"label":"unknown","trade":"post","archetype":"unknown/plain"}'
)


@pytest.fixture(scope="module")
def lines() -> tuple[Line, ...]:
    return read_lines(ROOT / "training" / "temperament")


def test_there_are_lines_enough_of_every_label_in_both_languages(lines: tuple[Line, ...]) -> None:
    labels = Counter((line.lang, line.label) for line in lines)
    channels = Counter(line.channel for line in lines)

    assert len(lines) >= 3500
    assert min(labels[lang, label] for lang in ("en", "fa") for label in LABELS) >= 100
    assert sum(map(is_latin_persian, lines)) >= 350
    assert min(channels[one] for one in ("sms", "email", "phone", "chat", "multi")) >= 100


def test_a_good_part_of_the_lines_are_decoys_of_many_kinds(lines: tuple[Line, ...]) -> None:
    decoys = [line for line in lines if line.label == "unknown"]

    assert len(decoys) >= 1500
    assert len(decoys) * 3 >= len(lines)
    assert len({line.archetype for line in decoys}) >= 100


def test_lines_come_from_many_trades_and_kinds_of_people(lines: tuple[Line, ...]) -> None:
    assert len({line.trade for line in lines}) >= 200
    assert len({line.archetype for line in lines}) >= 300
    assert all(line.archetype.partition("/")[0] == line.label for line in lines)


def test_no_archetype_kept_for_tests_is_learned_from(lines: tuple[Line, ...]) -> None:
    kept = {line.archetype for line in read_lines(SAMPLES)}

    assert kept
    assert kept.isdisjoint(line.archetype for line in lines)


@pytest.mark.slow
def test_no_line_is_written_twice(lines: tuple[Line, ...]) -> None:
    assert near_duplicates(lines) == []


def test_lines_that_share_most_of_their_letters_are_found(tmp_path: Path) -> None:
    nearly = LINE.replace('"a"', '"b"').replace("Where is it?", "where is it??")
    other = LINE.replace('"a"', '"c"').replace("Where is it?", "Your van is late")
    (tmp_path / "x.jsonl").write_text(f"{LINE}\n{nearly}\n{other}\n", encoding="utf-8")

    found = near_duplicates(read_lines(tmp_path))

    assert [(one.id, earlier.id) for one, earlier in found] == [("b", "a")]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{", "x.jsonl:2"),
        (LINE, "'a' is there twice"),
        (LINE.replace('"a"', '"b"').replace('"unknown","trade"', '"cross","trade"'), "label"),
        (LINE.replace('"a"', '"b"').replace("Where is it?", "  "), "the customer says nothing"),
        (LINE.replace('"a"', '"b"').replace('"trade"', '"gender":"f","trade"'), "gender"),
    ],
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, wrong: str, why: str) -> None:
    (tmp_path / "x.jsonl").write_text(f"{LINE}\n{wrong}\n", encoding="utf-8")

    with pytest.raises(UnfitLines, match=why) as raised:
        read_lines(tmp_path)

    assert "x.jsonl:2" in str(raised.value)


def test_a_line_is_written_as_it_was_read(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(f"{LINE}\n", encoding="utf-8")
    (line,) = read_lines(tmp_path)
    (tmp_path / "x.jsonl").write_text(f"{written(line)}\n", encoding="utf-8")

    assert read_lines(tmp_path) == (line,)


def test_a_directory_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitLines, match="no lines"):
        read_lines(tmp_path)
