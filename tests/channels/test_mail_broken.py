"""Mails that keep to no rule: one of every kind on which Python's own parser raises.

Each was found by breaking mails at random and reading them with ``email.policy.default`` (Python
3.11), touching every field, body, file and the mail as bytes; its name is the exception and where
it is raised, shortened as far as it still is.
"""

import contextlib
from pathlib import Path

import pytest

from channels._mail.understanding import understand
from channels._mail.values import MailAddress, NotUnderstood

BROKEN = sorted((Path(__file__).parent / "samples" / "broken").glob("*.eml"))
#: Whose author is what is broken.
NOT_ANN = {"indexerror_header_value_parser_startswith_fws"}


def test_there_are_some():
    assert len(BROKEN) > 30


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_mail_on_which_pythons_parser_raises_is_understood(path):
    raw = path.read_bytes()

    read = understand(raw)

    if raw.startswith(b"From: Ann <ann@example.com>\n") and path.stem not in NOT_ANN:
        assert read.author == MailAddress("Ann", "ann@example.com")
    if raw.endswith(b"\n\nthe words\n"):
        assert read.text.endswith("the words")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_wherever_such_a_mail_is_cut_off_it_is_a_mail_or_refused(path):
    raw = path.read_bytes()

    for end in range(len(raw)):
        with contextlib.suppress(NotUnderstood):
            understand(raw[:end])
