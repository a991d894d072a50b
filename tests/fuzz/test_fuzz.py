"""What is fuzzed holds for the seeds, and a short run of each target finds nothing."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from targets import TARGETS  # this folder is no package

HERE = Path(__file__).parent
SEEDS = [*(HERE / "seeds").glob("*"), *(HERE.parent / "channels/samples/broken").glob("*.eml")]


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_holds(target):
    assert len(SEEDS) > 30
    for path in SEEDS:
        TARGETS[target](path.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
def test_a_short_run_finds_nothing(target, tmp_path):
    command = [
        sys.executable,
        str(HERE / "fuzz_mail.py"),
        target,
        str(tmp_path),
        "-max_total_time=8",
    ]

    run = subprocess.run(  # noqa: S603  our own program
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr[-4000:]
    assert [path.name for path in tmp_path.glob("crash-*")] == []
