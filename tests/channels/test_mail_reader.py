"""Mails of strangers are read by a process that may be ended."""

import asyncio
import os
import resource
import signal

import pytest

from channels import Mail, MailReader, Refused


@pytest.fixture
async def reader():
    async with MailReader() as made:
        await made.start()
        yield made


async def test_a_mail_is_read_and_what_is_none_is_refused(reader):
    read = await reader.read(b"Subject: hello\nDate: Tue, 3 Feb 2026 10:00:00 +0330\n\nwords")
    refused = await reader.read(b"no mail")

    assert isinstance(read, Mail)
    assert (read.subject, read.text, read.date) == ("hello", "words", "2026-02-03T10:00:00+03:30")
    assert isinstance(refused, Refused)
    assert refused.reason == "not_a_mail"


@pytest.mark.parametrize("charset", ["utf-7", "raw_unicode_escape", "unicode_escape"])
async def test_half_letters_that_a_charset_spells_are_no_reason_to_refuse_a_mail(reader, charset):
    half = {"utf-7": "+2AA-"}.get(charset, r"\ud800")
    raw = f"Subject: =?{charset}?Q?{half}?=\nContent-Type: text/plain; charset={charset}\n\n{half}b"

    read = await reader.read(raw.encode())

    assert isinstance(read, Mail), read
    assert (read.subject, read.text) == ("\ufffd", "\ufffdb")


async def test_several_at_once_get_each_their_own_answer(reader):
    answers = await asyncio.gather(*(reader.read(f"Subject: {n}\n\n".encode()) for n in range(50)))

    assert [answer.subject for answer in answers] == [str(n) for n in range(50)]


async def test_one_that_takes_too_long_is_refused_and_the_next_is_read(reader):
    os.kill(reader._process.pid, signal.SIGSTOP)
    reader._deadline_s = 0.2
    slow = await reader.read(b"Subject: x\n\n")
    reader._deadline_s = 10.0

    assert isinstance(slow, Refused)
    assert slow.reason == "took_too_long"
    assert isinstance(await reader.read(b"Subject: x\n\n"), Mail)


async def test_one_that_kills_its_reader_is_refused_and_the_next_is_read(reader):
    first = reader._process.pid
    os.kill(first, signal.SIGSTOP)
    asked = asyncio.create_task(reader.read(b"Subject: x\n\n"))
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)

    answer = await asked
    assert answer == Refused(reason="reader_died", detail="The process that read it ended.")
    assert isinstance(await reader.read(b"Subject: y\n\n"), Mail)
    assert reader._process.pid != first


async def test_one_that_takes_too_much_memory_is_refused_and_the_next_is_read(reader):
    resource.prlimit(reader._process.pid, resource.RLIMIT_AS, (150_000_000, 150_000_000))
    answer = await reader.read(b"Content-Type: application/x\n\n" + b"x" * 55_000_000)

    assert isinstance(answer, Refused)
    assert answer.reason in {"too_much_memory", "reader_died"}
    assert isinstance(await reader.read(b"Subject: y\n\n"), Mail)


async def test_an_answer_nobody_waits_for_is_not_given_to_the_next(reader):
    asked = asyncio.create_task(reader.read(b"Subject: first\n\n" + b"x" * 100_000))
    while not reader._turn.locked():
        await asyncio.sleep(0)
    await asyncio.sleep(0.005)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)

    answer = await reader.read(b"Subject: second\n\n")

    assert isinstance(answer, Mail)
    assert answer.subject == "second"
