"""Scenarios and histories are decided by the dispatcher, in a database, as by the router in memory."""

import json
import os
from pathlib import Path

import pytest
from database_plays import both, scenario_of
from histories import histories
from hypothesis import HealthCheck, Phase, given, settings

from contactcenter.scenarios.reading import read

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(f.stem for f in FOLDER.glob("*.json") if not f.stem.endswith(".expected"))
FEW = settings(
    max_examples=int(os.environ.get("DATABASE_HISTORIES", "12")),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # to make one smaller takes long
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=500)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_both_engines_print_what_is_written(stage, name):
    reading = read((FOLDER / f"{name}.json").read_bytes())
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))

    decided, remembered = await both(stage, reading.scenario, reading.unit)

    assert decided == remembered
    assert {key: decided[key] for key in expected} == expected


@FEW
@given(history=histories())
async def test_random_histories_are_decided_alike(stage, history):
    decided, remembered = await both(stage, scenario_of(history))

    assert decided == remembered


@pytest.mark.full
@pytest.mark.timeout(1200)
@MANY
@given(history=histories())
async def test_hundreds_of_histories_are_decided_alike(stage, history):
    decided, remembered = await both(stage, scenario_of(history))

    assert decided == remembered
