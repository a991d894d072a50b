"""What is fuzzed holds for the seeds, and a short run of each target finds nothing."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from targets import TARGETS  # this folder is no package

HERE = Path(__file__).parent
SEEDS = [*(HERE / "seeds").glob("*"), *(HERE.parent / "channels/samples/broken").glob("*.eml")]


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_holds(target):
    assert len(SEEDS) > 30
    for path in SEEDS:
        TARGETS[target](path.read_bytes())


RAW = [path.read_bytes() for path in sorted(SEEDS)]
BREAKAGE = st.one_of(
    st.binary(max_size=4),
    st.sampled_from(
        [b"\n", b"\r\n\r\n", b"\x00", b"=?utf-8?b?", b"<a href=", b"--b\n", b"\xff\xfe", b'"', b"<"]
    ),
)
CUT = st.tuples(st.integers(0, 3_000), st.integers(0, 8), BREAKAGE)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=60, deadline=None)
@given(seed=st.sampled_from(RAW), cuts=st.lists(CUT, min_size=1, max_size=6))
def test_a_seed_that_is_broken_at_random_holds(target, seed, cuts):
    for place, size, instead in cuts:
        start = place % (len(seed) + 1)
        seed = seed[:start] + instead + seed[start + size :]

    TARGETS[target](seed)


@pytest.mark.full
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
def test_a_short_run_finds_nothing(target, tmp_path):
    command = [
        sys.executable,
        str(HERE / "fuzz_mail.py"),
        target,
        str(tmp_path),
        "-max_total_time=3",
    ]

    run = subprocess.run(  # noqa: S603  our own program
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr[-4000:]
    assert [path.name for path in tmp_path.glob("crash-*")] == []
