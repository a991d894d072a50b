from pathlib import Path
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner

from contactcenter.cli.train import train
from contactcenter.training import quality
from contactcenter.training.alterations import INVARIANT, altered
from contactcenter.training.fitting import Rows, fit, multiply, probabilities
from contactcenter.training.learning import learn
from contactcenter.training.lines import read_lines
from routing.temperament.weights import unpack

KEPT = Path(__file__).parents[1] / "routing" / "samples" / "temperament-held-out"


def test_learning_again_from_the_same_lines_gives_the_same_bytes() -> None:
    lines = read_lines(KEPT)[::6]
    told: list[str] = []

    first = learn(lines, 7, told.append)
    second = learn(lines, 7, told.append)
    other = learn(lines, 8, told.append)

    assert first.packed == second.packed
    assert first.packed != other.packed
    origin = unpack(first.packed).origin
    assert (origin["lines"], origin["seed"]) == (len(lines), 7)
    assert "macro_f1" in told[-1]


def test_the_command_writes_the_file_and_refuses_what_is_no_line(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")

    refused = CliRunner().invoke(
        train, ["temperament", "--lines", str(tmp_path), "--out", str(tmp_path / "out")]
    )

    assert refused.exit_code == 1
    assert "lines.jsonl:1" in refused.output
    assert not (tmp_path / "out").exists()


def test_a_fit_finds_the_weights_of_least_loss() -> None:
    # Three rows of one column each: with a penalty of 1 the weight w of a row of its own column
    # solves w = 1 - p(w), where the other label has -w: w = 1 / (1 + exp(2w)) → 0.2873.
    rows = Rows(
        columns=np.array([0, 1]),
        values=np.ones(2, dtype=np.float32),
        starts=np.array([0, 1]),
        width=3,
    )

    weights = fit(rows, np.eye(2), np.ones(2), decay=1.0, rounds=50)

    assert weights[0] == pytest.approx([0.3371, -0.3371], abs=1e-3)
    assert weights[2] == pytest.approx([0, 0])
    assert probabilities(multiply(rows, weights)).sum(axis=1) == pytest.approx([1, 1])


def test_labels_count_the_same_however_many_lines_they_have() -> None:
    labels = np.array([0, 5, 5, 5, 5])
    found = np.array([0, 0, 5, 5, 5])

    # warm: recall 1, precision 1 / 1.25; unknown: recall .75, precision 1
    assert quality.macro_f1(labels, found) == pytest.approx((2 / 2.25 + 2 * 0.75 / 1.75) / 2)
    assert quality.false_tag_rate(labels, found) == pytest.approx(0.25)


def test_calibration_compares_certainty_with_success() -> None:
    likely = np.array([[0.9, 0.1], [0.9, 0.1]])

    assert quality.calibration_error(np.array([0, 1]), likely) == pytest.approx(0.4)


def test_alterations_keep_the_words_that_carry_meaning() -> None:
    text = "Priya will not pay 1,250 unless you're fair, Tom. یک سؤال: ۱۲ تا می‌خواهم"

    changed = [alteration(text, Random(seed)) for alteration in INVARIANT for seed in range(9)]

    assert all("pay" in one.lower() and "fair" in one.lower() for one in changed)
    assert len(set(changed)) > 9
    assert altered(text, Random(1)) == altered(text, Random(1))
