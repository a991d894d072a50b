"""Every scenario beside this file is decided as it is written, to the tick."""

import json
from pathlib import Path

import pytest

from contactcenter.scenarios.answering import answer
from contactcenter.scenarios.reading import read
from routing.engine.playing import play

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(f.stem for f in FOLDER.glob("*.json") if not f.stem.endswith(".expected"))


def decided(name):
    reading = read((FOLDER / f"{name}.json").read_bytes())
    return json.loads(b"".join(answer(play(reading.scenario), reading.unit)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name):
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))

    printed = decided(name)

    assert {key: printed[key] for key in expected} == expected
    assert [[w["at"], w["ticket"], w["agent"]] for w in printed["why"]] == printed["offers"]


def test_every_scenario_is_named_as_a_sentence():
    assert len(SCENARIOS) > 40
    assert all(name.count("_") >= 2 for name in SCENARIOS)
