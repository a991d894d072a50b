"""Mails that a mail server hands over: every byte, every answer, every limit."""

import asyncio

from mail_listening import HELP, KEY, SALES, listening

from channels import Inbound, NotStored, Unavailable, Unreadable
from channels._mail.reply_address import reply_address

PLAIN = (
    b"From: Ali <ali@example.org>\r\nTo: help@shop.example\r\nMessage-ID: <1@example.org>\r\n"
    b"Subject: hello\r\n\r\nIt is broken.\r\n"
)


async def test_a_mail_is_stored_with_its_envelope_before_it_is_answered(http):
    async with listening(http) as at, at.spoken_to() as peer:
        at.inbox.gate.clear()
        handing = asyncio.create_task(peer.mail(PLAIN, HELP, sender="bounce+7@example.org"))
        await asyncio.sleep(0.3)
        early = handing.done()
        at.inbox.gate.set()
        answer = await handing

        [item] = at.inbox.received
    assert not early
    assert answer == "250 2.6.0 Stored"
    assert isinstance(item, Inbound)
    assert item.raw.body == PLAIN
    assert (item.entry_point, item.sender.value) == (HELP, "ali@example.org")
    assert item.received.recipient == HELP
    assert item.received.envelope_sender == "bounce+7@example.org"


async def test_the_greeting_tells_what_is_offered_and_no_version(http):
    async with listening(http) as at, at.spoken_to(None) as peer:
        banner = await peer.heard()
        offered = await peer.say("EHLO mx.example")

    assert banner == "220 desk.shop.example ESMTP"
    assert offered.split("\n") == [
        "250-desk.shop.example",
        "250-SIZE 1000000",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-PIPELINING",
        "250 ENHANCEDSTATUSCODES",
    ]


async def test_who_is_none_of_ours_is_refused_at_once(http):
    async with listening(http) as at, at.spoken_to() as peer:
        answers = await peer.letter("nobody@shop.example", "help@else.example", "help", "<", "")
        taken = await peer.say("RCPT TO:<HELP@Shop.example>")
        tagged = await peer.say("RCPT TO:<sales+anything@shop.example>")

    assert answers[1] == answers[2] == "550 5.1.1 No such address here"
    assert [one[:3] for one in answers[3:]] == ["550", "553", "550", "554"]
    assert taken[:3] == tagged[:3] == "250"
    assert at.inbox.received == []


async def test_an_address_of_ours_that_cannot_be_used_now_is_not_refused_for_good(http):
    def of(channel, address):
        if address == SALES:
            raise Unavailable("its key is lost")
        return {}

    async with listening(http) as at, at.spoken_to() as peer:
        at.own.known.remove(SALES)
        at.own.of = of
        await peer.say("MAIL FROM:<a@b.example>")

        assert (await peer.say(f"RCPT TO:<{SALES}>"))[:9] == "451 4.3.5"
        assert (await peer.say("RCPT TO:<sales+5@shop.example>"))[:9] == "451 4.3.5"
        assert (await peer.say("RCPT TO:<nobody@shop.example>"))[:3] == "550"


async def test_what_cannot_be_stored_is_to_be_tried_again(http):
    async with listening(http) as at, at.spoken_to() as peer:
        for fault in (NotStored("no database"), RuntimeError("a fault of ours")):
            at.inbox.fault = fault
            assert (await peer.mail(PLAIN, HELP))[:9] == "451 4.3.0", fault
        at.inbox.fault = None

        assert (await peer.mail(PLAIN, HELP))[:3] == "250"


async def test_an_inbox_that_does_not_answer_is_not_waited_for(http):
    async with listening(http, limits={"store_s": 0.3}) as at, at.spoken_to() as peer:
        at.inbox.gate.clear()

        assert (await peer.mail(PLAIN, HELP))[:9] == "451 4.3.0"


MAILS = (
    b"",
    b".\r\n",
    b"..\r\n.",
    b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n",
    b"Subject: line ends\r\n\r\na\nb\rc\n.\nd\n.\r\ne\r.\r\nf\r\n.\ng",
    b"Subject: \xff\xfe\x00 8 bit\r\n\r\n\x80\x00\r\n",
    b"Subject: long\r\n\r\n" + b"x" * 300_000 + b"\r\n",
    b"Subject: long\r\n\r\n" + b"." * 300_000 + b"\r\n.",
    (b"Subject: pieces\r\n\r\n" + b"a sentence.\r\n" * 30_000)[:262_144],
    "Subject: سلام\r\n\r\nسلام، سفارشم نرسیده 😡\r\n".encode(),
)


async def test_every_byte_of_a_mail_is_kept(http):
    async with listening(http) as at, at.spoken_to() as peer:
        for raw in MAILS:
            assert (await peer.mail(raw, HELP))[:3] == "250"

    for raw, item in zip(MAILS, at.inbox.received, strict=True):
        assert item.raw.body == (raw if raw.endswith(b"\r\n") or not raw else raw + b"\r\n")


async def test_only_cr_lf_dot_cr_lf_ends_a_mail(http):
    hidden = b"MAIL FROM:<boss@shop.example>\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\nlies\r\n"
    async with listening(http) as at:
        for end in (b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r"):
            raw = b"Subject: x\r\n\r\nwords" + end + hidden
            async with at.spoken_to() as peer:
                await peer.letter(HELP)
                await peer.send(raw + b".\r\n")
                assert await peer.heard() == "250 2.6.0 Stored"
                assert (await peer.say("QUIT"))[:3] == "221"

            item = at.inbox.received.pop()
            assert at.inbox.received == []
            assert item.raw.body == raw.replace(b"\r\n.", b"\r\n")
            assert item.entry_point == HELP


async def test_commands_may_come_all_at_once(http):
    said = (
        b"MAIL FROM:<a@b.example>\r\nRCPT TO:<help@shop.example>\r\nRCPT TO:<no@shop.example>\r\n"
        b"DATA\r\n" + PLAIN + b".\r\nMAIL FROM:<>\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\n"
        b".\r\nQUIT\r\n"
    )
    async with listening(http) as at, at.spoken_to() as peer:
        await peer.send(said)
        answers = [(await peer.heard())[:3] for _ in range(9)]

    assert answers == ["250", "250", "550", "354", "250", "250", "250", "354", "250"]
    assert [item.raw.body for item in at.inbox.received] == [PLAIN, b""]


async def test_a_null_sender_is_an_empty_one(http):
    async with listening(http) as at, at.spoken_to() as peer:
        await peer.mail(PLAIN, HELP, sender="")

        [item] = at.inbox.received
    assert item.received.envelope_sender == ""


async def test_senders_are_told_as_they_are_written(http):
    async with listening(http) as at, at.spoken_to() as peer:
        for written, told in (
            ("Ali.Reza+x@Example.ORG", "Ali.Reza+x@Example.ORG"),
            ('"two words"@example.org', '"two words"@example.org'),
            ("@relay.example,@b.example:ali@example.org", "ali@example.org"),
            ("علی@مثال.ایران", "علی@مثال.ایران"),
            ("postmaster", "postmaster"),
        ):
            assert (await peer.mail(PLAIN, HELP, sender=written))[:3] == "250", written
            assert at.inbox.received[-1].received.envelope_sender == told
        await peer.say(b"MAIL FROM:<\xff@example.org>")
        await peer.say("RCPT TO:<help@shop.example>")
        await peer.say("DATA")
        await peer.say(PLAIN + b".")

    assert at.inbox.received[-1].received.envelope_sender == "\ufffd@example.org"


async def test_a_mail_for_two_of_our_addresses_is_stored_for_each(http):
    async with listening(http) as at, at.spoken_to() as peer:
        answer = await peer.mail(PLAIN, HELP, SALES)

    assert answer[:3] == "250"
    assert {item.entry_point for item in at.inbox.received} == {HELP, SALES}


async def test_two_writings_of_one_address_are_one_and_the_proven_ticket_counts(http):
    proven = reply_address(HELP, 41, KEY)
    async with listening(http) as at, at.spoken_to() as peer:
        await peer.mail(PLAIN, HELP, "help+x@shop.example", proven)

        [item] = at.inbox.received
    assert item.received.recipient == proven
    assert item.thread.ticket_id == 41


async def test_one_answer_says_no_if_one_of_the_recipients_has_it_not(http):
    async with listening(http) as at, at.spoken_to() as peer:
        receive = at.inbox.receive

        async def for_help_only(items, *, checkpoint=None):
            if items[0].entry_point != HELP:
                raise NotStored("no database")
            return await receive(items)

        at.inbox.receive = for_help_only
        assert (await peer.mail(PLAIN, HELP, SALES))[:3] == "451"


async def test_what_cannot_be_understood_is_kept_and_taken(http):
    async with listening(http) as at, at.spoken_to() as peer:
        assert (await peer.mail(b"no mail at all\r\n", HELP))[:3] == "250"

        [item] = at.inbox.received
    assert isinstance(item, Unreadable)
    assert item.raw.body == b"no mail at all\r\n"


async def test_that_it_works_is_told_now_and_then(http):
    told = []

    class Mailroom:
        async def works(self, entry_point, way):
            told.append((entry_point, way))
            raise RuntimeError("a fault that is nobody's business")

    async with (
        listening(http, way="lmtp", mailroom=Mailroom()) as at,
        at.spoken_to("LHLO x") as peer,
    ):
        at.inbox.fault = NotStored("no database")
        assert (await peer.mail(PLAIN, HELP))[:3] == "451"
        assert told == []
        at.inbox.fault = None
        for _ in range(3):
            assert (await peer.mail(PLAIN, HELP))[:3] == "250"

    assert told == [(HELP, "lmtp")]
