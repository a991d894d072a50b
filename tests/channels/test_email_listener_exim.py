"""A real mail server hands mails over to the listener, as it does in a company."""

import asyncio
import smtplib
from tempfile import gettempdir

import pytest
from exim import Relay, needs_exim, needs_swaks, running_exim, swaks
from mail_listening import HELP, SALES, listening

from channels import NotStored
from channels._email.listener.sockets import Place

pytestmark = [needs_exim, pytest.mark.slow]
DOMAIN = "shop.example"
PERSIAN = (
    "From: علی <ali@example.org>\r\nTo: help@shop.example\r\nMessage-ID: <{n}@example.org>\r\n"
    "Subject: سفارش\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\nسلام، سفارشم نرسیده 😡\r\n.\r\n..two dots\r\n"
)


async def hand(exim, raw: bytes, *recipients: str, sender: str = "ali@example.org", options=()):
    """Give a mail to the mail server as its owner's customers do."""

    def speak() -> None:
        with smtplib.SMTP("127.0.0.1", exim.port, timeout=20) as peer:
            peer.ehlo("customer.example")
            peer.sendmail(sender, recipients, raw, mail_options=["BODY=8BITMIME", *options])

    await asyncio.to_thread(speak)


@pytest.mark.parametrize("way", ["smtp", "lmtp"])
async def test_mails_come_through_a_mail_server_unchanged(http, way):
    mails = [
        PERSIAN.format(n=1).encode(),
        b"From: a@b.example\r\nSubject: long\r\n\r\n" + b"x" * 200_000 + b"\r\n",
        b"From: a@b.example\r\nSubject: large\r\n\r\n" + b"seventy-six letters\r\n" * 40_000,
    ]
    async with (
        listening(http, way=way) as at,
        running_exim(relays=[Relay(domain=DOMAIN, port=at.port, protocol=way)]) as exim,
    ):
        for raw in mails:
            await hand(exim, raw, HELP)
        await exim.wait_until_empty()

        received = {len(item.raw.body): item for item in at.inbox.received}
    assert len(received) == len(mails)
    for raw, (_, item) in zip(mails, sorted(received.items()), strict=True):
        assert item.raw.body.endswith(raw)
        assert item.raw.body.removesuffix(raw).startswith(b"Received: ")
        assert item.received.envelope_sender == "ali@example.org"
        assert item.received.recipient == HELP


async def test_by_lmtp_only_those_who_have_it_not_get_it_again(http):
    async with (
        listening(http, way="lmtp") as at,
        running_exim(
            domains=["example.org"],
            relays=[Relay(domain=DOMAIN, port=at.port, protocol="lmtp")],
        ) as exim,
    ):
        tried = []
        receive = at.inbox.receive

        async def sales_is_away_at_first(items, *, checkpoint=None):
            tried.append(items[0].entry_point)
            if tried.count(SALES) == 1 and items[0].entry_point == SALES:
                raise NotStored("no database")
            return await receive(items)

        at.inbox.receive = sales_is_away_at_first
        await hand(exim, PERSIAN.format(n=2).encode(), HELP, SALES, "nobody@shop.example")
        await exim.wait_until_empty()

        assert sorted(tried) == [HELP, SALES, SALES]
        assert sorted(item.entry_point for item in at.inbox.received) == [HELP, SALES]
        [bounce] = exim.taken()
    assert "550 5.1.1 No such address here" in bounce.raw.decode()


async def test_by_smtp_a_mail_is_handed_over_again_until_all_have_it(http):
    async with (
        listening(http) as at,
        running_exim(relays=[Relay(domain=DOMAIN, port=at.port)]) as exim,
    ):
        at.inbox.fault = NotStored("no database")
        await hand(exim, PERSIAN.format(n=3).encode(), HELP, SALES, sender="")
        async with asyncio.timeout(10):
            while "451 4.3.0" not in exim.log():
                await asyncio.sleep(0.05)
        at.inbox.fault = None
        await exim.wait_until_empty()

        assert {item.entry_point for item in at.inbox.received} == {HELP, SALES}
        assert {item.received.envelope_sender for item in at.inbox.received} == {""}


async def test_a_mail_that_is_too_large_comes_back_to_its_sender(http):
    async with (
        listening(http, limits={"message_bytes": 100_000}) as at,
        running_exim(domains=["example.org"], relays=[Relay(domain=DOMAIN, port=at.port)]) as exim,
    ):
        await hand(exim, b"Subject: x\r\n\r\n" + b"words\r\n" * 50_000, HELP)
        [bounce] = await exim.wait_for(1)

    assert at.inbox.received == []
    assert (bounce.sender, bounce.recipient) == ("", "ali@example.org")
    assert "message size exceeds" in bounce.raw.decode() or "552" in bounce.raw.decode()


async def test_it_reaches_a_socket_in_the_file_system(http, tmp_path_factory):
    path = tmp_path_factory.mktemp("socket") / "lmtp"
    for folder in path.parents:
        if folder.owner() == path.parent.owner() and folder.is_relative_to(gettempdir()):
            folder.chmod(folder.stat().st_mode | 0o055)  # it runs as somebody else
    async with (
        listening(http, way="lmtp", place=Place(path=path)) as at,
        running_exim(relays=[Relay(domain=DOMAIN, socket=path)]) as exim,
    ):
        await hand(exim, PERSIAN.format(n=4).encode(), HELP, SALES)
        await exim.wait_until_empty()

        assert {item.entry_point for item in at.inbox.received} == {HELP, SALES}


async def test_it_encrypts_where_it_can(http, mail_certificate):
    files, _ = mail_certificate
    async with (
        listening(http, certificate=files) as at,
        running_exim(relays=[Relay(domain=DOMAIN, port=at.port, tls="required")]) as exim,
    ):
        await hand(exim, PERSIAN.format(n=5).encode(), HELP)
        await exim.wait_until_empty()

        assert len(at.inbox.received) == 1
        assert " X=TLS1." in exim.log()


async def test_addresses_and_mails_may_be_in_utf8(http):
    async with (
        listening(http) as at,
        running_exim(relays=[Relay(domain=DOMAIN, port=at.port)]) as exim,
    ):

        def speak() -> None:
            with smtplib.SMTP("127.0.0.1", exim.port, timeout=20) as peer:
                peer.ehlo("customer.example")
                peer.command_encoding = "utf-8"
                peer.sendmail("علی@example.org", [HELP], PERSIAN.format(n=6).encode(), ["SMTPUTF8"])

        await asyncio.to_thread(speak)
        await exim.wait_until_empty()

        [item] = at.inbox.received
    assert item.received.envelope_sender == "علی@example.org"


@needs_swaks
async def test_swaks_is_told_what_a_mail_server_is(http, mail_certificate):
    files, _ = mail_certificate
    async with listening(http, certificate=files) as at, listening(http, way="lmtp") as by_lmtp:
        to = ("--server", f"127.0.0.1:{at.port}", "--from", "a@b.example", "--to")
        taken, _ = await swaks(*to, HELP)
        unknown, said = await swaks(*to, "nobody@shop.example")
        encrypted, talk = await swaks(*to, HELP, "--tls", "--header", "Subject: by TLS")
        _, nobody = await swaks(*to, HELP, "--quit-after", "banner")
        to = ("--server", f"127.0.0.1:{by_lmtp.port}", "--protocol", "LMTP")
        lmtp, answers = await swaks(
            *to, "--from", "<>", "--to", f"{HELP},{SALES},nobody@shop.example"
        )

    assert (taken, lmtp) == (0, 0)
    assert unknown
    assert "550 5.1.1 No such address here" in said
    if "TLS not available" not in talk:  # it needs a library that may not be there
        assert encrypted == 0
        assert "TLS started" in talk
    assert "220 desk.shop.example ESMTP\n" in nobody
    assert answers.count("250 2.6.0 Stored") == 2
    assert {item.entry_point for item in by_lmtp.inbox.received} == {HELP, SALES}
