"""The measurement of mails: what it hands over, and that a small run of it counts."""

import json

import pytest
from click.testing import CliRunner

from contactcenter.bench import email, mails
from contactcenter.cli import main


def test_the_mails_are_the_same_in_every_run_and_no_two_are_equal():
    made = [mails.mail(n, "x") for n in range(40)]

    assert made == [mails.mail(n, "x") for n in range(40)]
    assert len(set(made)) == 40
    assert all(f"<{mails.message_id(n, 'x')}>".encode() in raw for n, raw in enumerate(made))


def test_the_mix_has_plain_letters_html_and_files_in_both_languages():
    made = [mails.mail(n, "x") for n in range(40)]

    assert 0 < sum(b"multipart/mixed" in raw for raw in made) < 10
    assert 10 < sum(b"text/html" in raw for raw in made) < 40
    assert sum(b"Auto-Submitted" in raw for raw in made) == 2
    assert {b"=?utf-8?" in raw.split(b"\r\n\r\n")[0] for raw in made} == {True, False}


def test_pythons_parser_reads_them_all():
    assert all(email._parsed(mails.mail(n, "x")) for n in range(20))
    assert not email._parsed(b"To: a@\n\n")


@pytest.mark.full
def test_a_small_run_counts():
    options = ["--mails", "40", "--clients", "2", "--slices", "1", "--paced", "12", "--bombs", "1"]

    ran = CliRunner().invoke(main, ["bench", "email", *options, "--json"])

    assert ran.exit_code == 0, ran.output
    result = json.loads(ran.output.splitlines()[-1])
    assert result["mails_per_s"] > 0
    assert result["parser_raised"] == 0
    assert result["p99_with_bombs_ms"] >= result["p50_ms"]
