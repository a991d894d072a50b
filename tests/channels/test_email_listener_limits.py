"""What a listener does not let a mail server do: too much, too long, too often, or not at all."""

import asyncio

import pytest
from mail_listening import HELP, SALES, listening
from msgspec.structs import fields

from channels._email.listener.door import Limits

pytestmark = pytest.mark.slow

PLAIN = b"From: a@b.example\r\nSubject: x\r\n\r\nwords\r\n"


def test_every_limit_is_one():
    made = Limits(message_bytes=1_000_000)

    assert all(getattr(made, one.name) > 0 for one in fields(Limits))


async def test_a_mail_that_is_too_large_is_refused_and_nothing_of_it_is_stored(http):
    limits = {"message_bytes": 70_000, "held_bytes": 200_000}
    async with listening(http, limits=limits) as at, at.spoken_to() as peer:
        declared = await peer.say("MAIL FROM:<a@b.example> SIZE=70001")
        as_declared = await peer.say("MAIL FROM:<a@b.example> SIZE=70000")
        await peer.say("RSET")
        undeclared = await peer.mail(b"Subject: x\r\n\r\n" + b"x" * 5_000_000, HELP)
        by_a_byte = await peer.mail(b"x" * 69_999, HELP)
        assert at.inbox.received == []
        just = await peer.mail(b"." * 69_998, HELP)
        dots = b".\r\n" * 23_333
        full_of_dots = await peer.mail(dots, HELP)

    assert declared == undeclared.replace("Too large", declared[10:])
    assert [one[:9] for one in (declared, undeclared, by_a_byte)] == ["552 5.3.4"] * 3
    assert (as_declared[:3], just[:3], full_of_dots[:3]) == ("250", "250", "250")
    assert [item.raw.body for item in at.inbox.received] == [b"." * 69_998 + b"\r\n", dots]


async def test_what_is_held_of_all_mails_together_is_bounded(http):
    limits = {"message_bytes": 400_000, "held_bytes": 500_000}
    async with (
        listening(http, limits=limits) as at,
        at.spoken_to() as one,
        at.spoken_to() as another,
    ):
        await one.letter(HELP)
        await one.send(b"x" * 390_000)
        await asyncio.sleep(0.2)
        meanwhile = await another.mail(b"x" * 300_000, HELP)
        small = await another.mail(PLAIN, HELP)
        await one.send(b"\r\n.\r\n")
        first = await one.heard()
        afterwards = await another.mail(b"x" * 300_000, HELP)
        await another.letter(HELP)
        await another.send(b"x" * 390_000)
        await asyncio.sleep(0.2)
        another.writer.transport.abort()
        await asyncio.sleep(0.2)
        after_a_cut = await one.mail(b"x" * 300_000, HELP)

    assert meanwhile[:9] == "452 4.3.1"
    assert [a[:3] for a in (small, first, afterwards, after_a_cut)] == ["250"] * 4


async def test_a_mail_has_so_many_recipients(http):
    async with listening(http, limits={"recipients": 2}) as at, at.spoken_to() as peer:
        answers = await peer.letter(HELP, SALES, HELP)
        await peer.send(PLAIN + b".\r\n")
        stored = await peer.heard()

    assert [one[:9] for one in answers] == [
        "250 2.1.0",
        "250 2.1.5",
        "250 2.1.5",
        "452 4.5.3",
        "354 Go ah",
    ]
    assert stored[:3] == "250"


async def test_who_says_what_makes_no_sense_is_sent_away(http):
    async with listening(http, limits={"errors": 3}) as at:
        for nonsense in (
            "RCPT TO:<help@shop.example>",
            "MAIL",
            "STARTTLS",
            "NONSENSE",
            "EHLO",
            "\xff",
        ):
            async with at.spoken_to() as peer:
                answers = [await peer.say(nonsense) for _ in range(4)]
                said = answers[-1] if answers[-1].startswith("421") else await peer.heard()

                assert [one[:1] for one in answers[:3]] == ["5"] * 3, nonsense
                assert said == "421 4.7.0 Too many errors" or answers[-1].startswith("5"), nonsense
                assert await peer.is_closed(), nonsense


async def test_who_looks_for_our_addresses_is_sent_away(http):
    async with listening(http, limits={"strangers": 5}) as at, at.spoken_to() as peer:
        await peer.say("MAIL FROM:<a@b.example>")
        answers = [await peer.say(f"RCPT TO:<{n}@shop.example>") for n in range(6)]

        assert [one[:3] for one in answers] == ["550"] * 6
        assert await peer.heard() == "421 4.7.0 Too many errors"
        assert await peer.is_closed()


async def test_no_command_tells_who_is_there(http):
    async with listening(http) as at, at.spoken_to() as peer:
        for command in ("VRFY help", "EXPN help", "HELP", "AUTH PLAIN AGEAYg=="):
            said = await peer.say(command)
            assert said[:9] == "500 5.5.2", command
            assert "help" not in said


async def test_a_line_that_has_no_end_is_not_kept(http):
    async with listening(http, limits={"command_s": 1.0}) as at, at.spoken_to() as peer:
        assert (await peer.say("NOOP " + "x" * 3_000))[:3] == "500"
        assert (await peer.say("NOOP " + "x" * 300_000))[:3] == "500"
        await peer.send(b"x" * 1_000_000)

        assert await peer.heard() == "421 4.4.2 Too slow"
        assert await peer.is_closed()


async def test_who_is_slow_is_not_waited_for(http):
    limits = {"command_s": 0.5, "data_s": 0.7}
    async with listening(http, limits=limits) as at:
        async with at.spoken_to() as peer:
            assert await peer.heard() == "421 4.4.2 Too slow"
            assert await peer.is_closed()
        async with at.spoken_to() as peer:
            await peer.letter(HELP)
            for _ in range(12):
                await peer.send(b"one more line\r\n")
                await asyncio.sleep(0.05)
            assert await peer.heard() == "421 4.4.2 Too slow"
            assert await peer.is_closed()
        async with at.spoken_to() as peer:  # nonsense is no sign of life
            for _ in range(3):
                await peer.say("NONSENSE")
                await asyncio.sleep(0.2)
            assert await peer.heard() == "421 4.4.2 Too slow"
            assert await peer.is_closed()
    assert at.inbox.received == []


async def test_who_does_not_read_our_answers_is_cut_off(http):
    async with listening(http, limits={"command_s": 1.0}) as at, at.spoken_to() as peer:
        peer.writer.transport.pause_reading()
        sending = asyncio.create_task(peer.send(b"EHLO x\r\n" * 400_000))
        async with asyncio.timeout(10):
            while at.conversations:
                await asyncio.sleep(0.05)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_so_many_may_speak_at_once(http):
    limits = {"connections": 3, "connections_a_peer": 2}
    async with listening(http, limits=limits) as at, at.spoken_to(), at.spoken_to() as other:
        async with at.spoken_to(None) as third:
            assert (await third.heard())[:9] == "421 4.7.0"
            assert await third.is_closed()
        async with at.spoken_to(None, source="127.0.0.2") as elsewhere:
            assert (await elsewhere.heard())[:3] == "220"
            async with at.spoken_to(None, source="127.0.0.3") as too_many:
                assert (await too_many.heard())[:9] == "421 4.3.2"
                assert await too_many.is_closed()
        await other.say("QUIT")
        await asyncio.sleep(0.1)
        async with at.spoken_to(None) as again:
            assert (await again.heard())[:3] == "220"
    assert at.conversations == set()


async def test_only_known_networks_are_listened_to(http):
    for networks, answer in (
        ("10.0.0.0/8, 127.0.0.2", "421 4.7.0 Not from this address"),
        ("127.0.0.1", "220 desk.shop.example ESMTP"),
    ):
        async with listening(http, networks=networks) as at, at.spoken_to(None) as peer:
            assert await peer.heard() == answer
            if answer[:3] == "421":
                await peer.send(b"EHLO x\r\n")
                assert await peer.is_closed()


async def test_a_mail_that_is_being_stored_when_we_stop_is_answered(http):
    async with listening(http) as at, at.spoken_to() as idle, at.spoken_to() as busy:
        at.inbox.gate.clear()
        handing = asyncio.create_task(busy.mail(PLAIN, HELP))
        await asyncio.sleep(0.5)
        at.running.cancel()
        assert await idle.heard() == "421 4.3.2 Closing, try again later"
        at.inbox.gate.set()

        assert (await handing)[:3] == "250"
        assert await busy.heard() == "421 4.3.2 Closing, try again later"
        assert await busy.is_closed()
    assert len(at.inbox.received) == 1


async def test_a_mail_that_cannot_be_stored_before_we_stop_is_not_acknowledged(http):
    async with listening(http, limits={"stop_s": 0.3}) as at, at.spoken_to() as busy:
        at.inbox.gate.clear()
        handing = asyncio.create_task(busy.mail(PLAIN, HELP))
        await asyncio.sleep(0.5)
        at.running.cancel()

        assert (await handing)[:3] == "421"


async def test_what_peers_say_is_not_in_the_log(http, caplog, capsys):
    caplog.set_level("DEBUG")
    async with listening(http) as at, at.spoken_to() as peer:
        await peer.mail(PLAIN, HELP, sender="secret-person@b.example")
        await peer.say("NONSENSE secret-word")
        await peer.say("RCPT TO:<secret-friend@shop.example>")

    assert "secret" not in caplog.text
    said = capsys.readouterr()
    assert "secret" not in said.out + said.err
