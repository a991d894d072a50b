"""The report from the command line."""

import asyncio
import os
import sys

import pytest

from contactcenter.cli.named_report import in_words

pytestmark = pytest.mark.slow


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-03-02"), "'--from': '2026-03-02' has no offset"),
        (("--to", "today"), "'--to': 'today' is no time"),
        (("--format", "xlsx"), "say which by --output"),
        (("nothing",), "escalations"),
    ],
)
async def test_what_cannot_be_accepted_is_named(words, said):
    status, out = await _run(*words, dsn="postgresql://nobody@127.0.0.1:1/none")

    assert status == 2
    assert said in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2020-01-01T00:00Z"), "--from: The period is longer than 366 days."),
        (("--period", "fortnight"), "last_quarter"),
        (("waiting", "--zone", "Tehran"), "did you mean Asia/Tehran"),
    ],
)
async def test_what_the_report_refuses_is_named_by_its_option(dsn, words, said):
    status, out = await _run(*words, dsn=dsn)

    assert status == 2
    assert said in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (59.4, "59s"),
        (59.6, "1m00s"),
        (3599, "59m59s"),
        (3600, "1h00m"),
        (86399, "23h59m"),
        (90000, "1d01h"),
    ],
)
def test_durations_are_told_in_their_two_greatest_units(seconds, words):
    assert in_words(seconds) == words


async def _run(*words: str, dsn: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "contactcenter",
        "report",
        *words,
        env={**os.environ, "CONTACTCENTER_DATABASE_URL": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return process.returncode, (out + error).decode()
