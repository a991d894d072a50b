"""Mails that keep to no rule: one of every kind on which Python's own parser raises.

Each was found by breaking mails at random and reading them with ``email.policy.default`` (Python
3.11), touching every field, body, file and the mail as bytes; its name is the exception and where
it is raised, shortened as far as it still is.
"""

import contextlib
from pathlib import Path

import msgspec
import pytest

from channels._mail.understanding import understand
from channels._mail.values import Mail, MailAddress, NotUnderstood

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


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: =?utf-7?Q?+2AA-?=\n\n",
        b"From: =?raw_unicode_escape?Q?\\ud800?= <a@b.example>\n\n",
        b"Content-Type: text/plain; charset=utf-7\n\na +2AA- b",
        b"Content-Type: text/html; charset=utf-7\n\n<p>a +2AA- b</p>",
        b"Content-Type: application/pdf; name*=utf-7''%2B2AA-.pdf\n\nx",
    ],
)
def test_half_a_letter_is_none_and_does_not_end_who_reads_it(raw):
    read = understand(raw)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(read), type=Mail) == read
    said = [read.subject, read.text, read.html, *(one.name for one in read.files)]
    assert any("\ufffd" in (text or "") for text in [*said, read.author and read.author.name])


def test_nothing_makes_a_name_run_backwards():
    read = understand(
        "From: \u202emoc.elpmaxe@troppus <evil@evil.example>\nSubject: a\u202db\n"
        'Content-Type: application/octet-stream; name="bill\u202efdp.exe"\n\nx'.encode()
    )

    assert read.author == MailAddress("moc.elpmaxe@troppus", "evil@evil.example")
    assert read.subject == "ab"
    assert [one.name for one in read.files] == ["billfdp.exe"]
