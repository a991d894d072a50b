"""Every answer a mail server may give means one thing; nothing is lost, nothing goes out thrice."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from exim import needs_exim, running_exim
from msgspec.structs import replace
from smtp_scripts import CUT, HANG, ScriptedSmtp, scripted_smtp

from channels import (
    AccountRefused,
    Address,
    Deferred,
    Enclosure,
    Env,
    Outbound,
    OutboundMail,
    OutcomeUnknown,
    Receipt,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from channels._email.sending.pool import Patience
from channels._email.sending.sending import Sending
from channels._mail.understanding import understand

IMPATIENT = Patience(connect_s=0.4, command_s=0.4, end_s=0.4, place_s=0.4)
MAIL = OutboundMail(
    message_id="0123456789abcdef@desk.example",
    ticket_id=17,
    subject="Re: Where is it? [#17]",
    written_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    in_reply_to="q@customer.example",
    references=("p@customer.example", "q@customer.example"),
)
OUTBOUND = Outbound(
    correlation_id="0123456789abcdef",
    entry_point="support@desk.example",
    recipient=Address(kind="email", value="ali@customer.example"),
    text="سلام،\n.\n..two dots\nfrom us",
    mail=MAIL,
)
KEY = b"k" * 32


def env(http: aiohttp.ClientSession, port: int, **settings: str) -> Env:
    return Env(
        settings={
            "smtp_host": "127.0.0.1",
            "smtp_port": str(port),
            "smtp_security": "plain",
            **settings,
        },
        public_url="https://desk.example",
        region="IR",
        http=http,
        reply_keys=lambda: [KEY],
    )


@contextlib.asynccontextmanager
async def sending(
    http: aiohttp.ClientSession, port: int, *, patience: Patience | None = None, **settings: str
) -> AsyncIterator[Sending]:
    made = Sending(env(http, port, **settings), patience=patience)
    try:
        yield made
    finally:
        await made.close()


async def outcome(
    http: aiohttp.ClientSession, smtp: ScriptedSmtp, outbound: Outbound = OUTBOUND, **settings: str
) -> Receipt | SendFailure:
    """What becomes of one mail, within two seconds."""
    before = time.monotonic()
    async with sending(http, smtp.port, patience=IMPATIENT, **settings) as made:
        try:
            return await made.send(outbound)
        except SendFailure as failure:
            return failure
        finally:
            assert time.monotonic() - before < 2


async def test_a_mail_arrives_as_it_was_written(http: aiohttp.ClientSession) -> None:
    async with scripted_smtp() as smtp, sending(http, smtp.port) as made:
        receipt = await made.send(OUTBOUND)

    assert receipt == Receipt(external_id=MAIL.message_id, status="sent")
    [taken] = smtp.taken
    read = understand(taken.raw)
    assert taken.recipients == ["ali@customer.example"]
    assert taken.sender == read.reply_to[0].address
    assert taken.sender.startswith("support+17-")
    assert (read.message_id, read.subject) == (MAIL.message_id, MAIL.subject)
    assert read.text.rstrip() == OUTBOUND.text
    assert read.date == "2026-03-01T12:00:00+00:00"
    assert read.in_reply_to == ("q@customer.example",)
    assert read.references == ("p@customer.example", "q@customer.example")


async def test_the_same_mail_is_the_same_bytes_at_each_attempt(http: aiohttp.ClientSession) -> None:
    file = Enclosure(name="a.png", content_type="image/png", content=b"\x89PNG")
    mail = replace(OUTBOUND, mail=replace(MAIL, files=(file,)))
    async with scripted_smtp(end=[CUT, "250 ok"]) as smtp, sending(http, smtp.port) as made:
        with pytest.raises(OutcomeUnknown):
            await made.send(mail)
        await made.send(mail)

    one, two = smtp.heard
    assert one == two


@needs_exim
async def test_a_real_mail_server_takes_text_files_and_copies(http: aiohttp.ClientSession) -> None:
    content = bytes(range(256)) * 4_000
    mail = replace(
        MAIL,
        cc=("sara@customer.example",),
        files=(Enclosure(name="فاکتور.pdf", content_type="application/pdf", content=content),),
    )
    async with (
        running_exim(domains=["customer.example"], accounts={"desk": "a secret"}) as exim,
        sending(http, exim.port, smtp_username="desk", smtp_password="a secret") as made,
    ):
        await made.send(replace(OUTBOUND, mail=mail))
        taken = await exim.wait_for(2)

    assert {one.recipient for one in taken} == {"ali@customer.example", "sara@customer.example"}
    read = understand(taken[0].raw)
    assert [(file.name, file.content) for file in read.files] == [("فاکتور.pdf", content)]
    assert read.text.rstrip() == OUTBOUND.text
    assert [one.address for one in read.cc] == ["sara@customer.example"]


NOT_TAKEN = [
    ({"banner": "421 4.3.2 Try later"}, Unavailable, "4.3.2"),
    ({"banner": "554 5.3.2 No mail service here"}, Unavailable, "5.3.2"),
    ({"banner": CUT}, Unavailable, None),
    ({"banner": HANG}, Unavailable, None),
    ({"EHLO": "550 Go away", "HELO": "550 Go away"}, Unavailable, "550"),
    ({"MAIL": "421 Closing"}, Unavailable, "421"),
    ({"MAIL": "451 4.3.0 Busy"}, Unavailable, "4.3.0"),
    ({"MAIL": "452 4.3.1 Disk full"}, Unavailable, "4.3.1"),
    ({"MAIL": "550 5.7.1 Not this sender"}, Undeliverable, "5.7.1"),
    ({"MAIL": "530 5.7.0 Sign in first"}, AccountRefused, "5.7.0"),
    ({"RCPT": "421 4.7.0 Too many"}, Unavailable, "4.7.0"),
    ({"RCPT": "450 4.2.1 Busy mailbox"}, Deferred, "4.2.1"),
    ({"RCPT": "451 4.7.1 Greylisted"}, Deferred, "4.7.1"),
    ({"RCPT": "452 4.2.2 Mailbox full"}, Deferred, "4.2.2"),
    ({"RCPT": "550 5.1.1 No such user"}, Undeliverable, "5.1.1"),
    ({"RCPT": "550 no code of that kind"}, Undeliverable, "550"),
    ({"RCPT": "553 5.1.3 Bad address"}, Undeliverable, "5.1.3"),
    ({"RCPT": CUT}, Unavailable, None),
    ({"RCPT": HANG}, Unavailable, None),
    ({"DATA": "451 4.3.0 Later"}, Deferred, "4.3.0"),
    ({"DATA": "554 5.5.1 No valid recipients"}, Undeliverable, "5.5.1"),
    ({"DATA": CUT}, Unavailable, None),
    ({"DATA": HANG}, Unavailable, None),
    ({"end": "421 4.3.2 Closing"}, Unavailable, "4.3.2"),
    ({"end": "451 4.7.1 Looking at it"}, Deferred, "4.7.1"),
    ({"end": "452 4.3.1 Disk full"}, Deferred, "4.3.1"),
    ({"end": "552 5.3.4 Too big"}, Undeliverable, "5.3.4"),
    ({"end": "554 5.7.1 Spam"}, Undeliverable, "5.7.1"),
]


@pytest.mark.parametrize(("answers", "kind", "code"), NOT_TAKEN)
async def test_a_refusal_is_told_for_what_it_is(
    http: aiohttp.ClientSession,
    answers: dict[str, str],
    kind: type[SendFailure],
    code: str | None,
) -> None:
    async with scripted_smtp(**answers) as smtp:
        failure = await outcome(http, smtp)

    assert type(failure) is kind, failure
    assert isinstance(failure, SendFailure)
    assert failure.code == code
    assert str(failure)
    assert smtp.taken == []


@pytest.mark.parametrize("answer", [CUT, HANG, "these are no digits", "354 Go on", "150 What?"])
async def test_what_was_said_to_the_end_and_not_answered_is_unknown(
    http: aiohttp.ClientSession, answer: str
) -> None:
    async with scripted_smtp(end=answer) as smtp:
        failure = await outcome(http, smtp)

    assert type(failure) is OutcomeUnknown
    assert len(smtp.heard) == 1


@pytest.mark.slow
async def test_a_slow_answer_is_waited_for(http: aiohttp.ClientSession) -> None:
    async with scripted_smtp(end=[HANG]) as smtp:
        patient = Patience(connect_s=1, command_s=1, end_s=5)
        async with sending(http, smtp.port, patience=patient) as made:
            task = asyncio.create_task(made.send(OUTBOUND))
            await asyncio.sleep(1.5)
            assert not task.done()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def test_a_server_nobody_listens_at_is_unavailable(http: aiohttp.ClientSession) -> None:
    async with scripted_smtp() as smtp:
        gone = smtp.port
    async with sending(http, gone) as made:
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
            await made.send(OUTBOUND)


async def test_the_main_recipient_decides_and_refused_copies_are_told(
    http: aiohttp.ClientSession,
) -> None:
    mail = replace(
        OUTBOUND, mail=replace(MAIL, cc=("no@a.example", "full@a.example", "b@a.example"))
    )
    answers = ["250 Ok", "550 5.1.1 Nobody", "452 4.2.2 Full", "250 Ok"]
    async with scripted_smtp(RCPT=answers) as smtp:
        receipt = await outcome(http, smtp, mail)

    assert isinstance(receipt, Receipt)
    assert [(one.address, one.code) for one in receipt.refused_copies] == [
        ("no@a.example", "5.1.1"),
        ("full@a.example", "4.2.2"),
    ]
    assert smtp.taken[0].recipients == ["ali@customer.example", "b@a.example"]

    async with scripted_smtp(RCPT=["550 5.1.1 Nobody", "250 Ok"]) as smtp:
        failure = await outcome(http, smtp, mail)

    assert isinstance(failure, Undeliverable)
    assert smtp.heard == []


async def test_a_mail_larger_than_the_server_takes_is_not_even_begun(
    http: aiohttp.ClientSession,
) -> None:
    async with scripted_smtp(EHLO="250-x\r\n250 SIZE 500") as smtp:
        failure = await outcome(http, smtp)

    assert isinstance(failure, Undeliverable)
    assert (failure.code, failure.kind) == ("5.3.4", "content")
    assert not any(line.startswith("MAIL") for line in smtp.commands)


async def test_a_server_without_any_extension_takes_every_mail_in_ascii(
    http: aiohttp.ClientSession,
) -> None:
    async with scripted_smtp(EHLO="502 What?") as smtp:
        receipt = await outcome(http, smtp)

    assert isinstance(receipt, Receipt)
    assert smtp.taken[0].raw.isascii()
    assert "SIZE" not in " ".join(smtp.commands)


async def test_letters_beyond_ascii_in_an_address_need_a_server_that_knows_them(
    http: aiohttp.ClientSession,
) -> None:
    mail = replace(OUTBOUND, recipient=Address(kind="email", value="علی@customer.example"))
    async with scripted_smtp(EHLO="250-x\r\n250 8BITMIME") as smtp:
        failure = await outcome(http, smtp, mail)
    assert isinstance(failure, Undeliverable)
    assert failure.code == "5.6.7"

    async with scripted_smtp() as smtp:
        receipt = await outcome(http, smtp, mail)
    assert isinstance(receipt, Receipt)
    assert smtp.taken[0].recipients == ["علی@customer.example"]
    assert any("SMTPUTF8" in line for line in smtp.commands)


async def test_a_wrong_password_stops_the_account(http: aiohttp.ClientSession) -> None:
    ehlo = "250-x\r\n250 AUTH PLAIN LOGIN"
    async with scripted_smtp(EHLO=ehlo, AUTH="535 5.7.8 Wrong") as smtp:
        failure = await outcome(http, smtp, smtp_username="desk", smtp_password="wrong-one")
    assert type(failure) is AccountRefused
    assert failure.code == "5.7.8"
    assert "wrong-one" not in str(failure)

    async with scripted_smtp(EHLO=ehlo, AUTH="454 4.7.0 Later") as smtp:
        failure = await outcome(http, smtp, smtp_username="desk", smtp_password="right")
    assert type(failure) is Unavailable


async def test_a_connection_is_used_again_and_a_stale_one_is_noticed(
    http: aiohttp.ClientSession,
) -> None:
    mail = ["250 Ok", "250 Ok", CUT, "250 Ok", "421 4.4.2 Idle", "250 Ok"]
    async with scripted_smtp(MAIL=mail) as smtp, sending(http, smtp.port) as made:
        for _ in range(4):
            await made.send(OUTBOUND)

        assert len(smtp.taken) == 4
        assert smtp.connections == 3


async def test_a_refused_mail_leaves_the_connection_clean(http: aiohttp.ClientSession) -> None:
    rcpt = ["550 5.1.1 Nobody", "450 4.2.1 Busy", "250 Ok"]
    async with scripted_smtp(RCPT=rcpt) as smtp, sending(http, smtp.port) as made:
        with pytest.raises(Undeliverable):
            await made.send(OUTBOUND)
        with pytest.raises(Deferred):
            await made.send(OUTBOUND)
        await made.send(OUTBOUND)

    assert len(smtp.taken) == 1


async def test_many_mails_at_once_share_a_few_connections(http: aiohttp.ClientSession) -> None:
    async with scripted_smtp() as smtp, sending(http, smtp.port) as made:
        await asyncio.gather(*(made.send(OUTBOUND) for _ in range(40)))

        assert len(smtp.taken) == 40
        assert smtp.connections <= 8


async def test_a_message_that_is_no_mail_is_refused(http: aiohttp.ClientSession) -> None:
    async with scripted_smtp() as smtp:
        failure = await outcome(http, smtp, replace(OUTBOUND, mail=None))

    assert isinstance(failure, Undeliverable)
    assert smtp.connections == 0


async def test_an_automatic_mail_has_no_reverse_path(http: aiohttp.ClientSession) -> None:
    async with scripted_smtp() as smtp:
        await outcome(http, smtp, replace(OUTBOUND, mail=replace(MAIL, automatic=True)))

    assert smtp.taken[0].sender == ""
    assert b"Auto-Submitted: auto-replied\r\n" in smtp.taken[0].raw


async def test_without_plus_addresses_answers_come_to_the_address_itself(
    http: aiohttp.ClientSession,
) -> None:
    async with scripted_smtp() as smtp:
        await outcome(http, smtp, mail_reply_path="plain", mail_from_name="پشتیبانی")

    assert smtp.taken[0].sender == "support@desk.example"
    author = understand(smtp.taken[0].raw).author
    assert author is not None
    assert (author.name, author.address) == ("پشتیبانی", "support@desk.example")
