"""Where a listener listens: ports that processes share, sockets in the file system, TLS."""

import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest
from mail_listening import HELP, SALES, Speaker, listening

from channels import BadOption, Env, NotStored, check_setting
from channels._email.listener.certificate import Certificate
from channels._email.listener.listeners import MESSAGE_BYTES, SETTINGS, listeners, networks, place
from channels._email.listener.sockets import Listener, Place

LISTENER = {one.key: one for one in SETTINGS}
PLAIN = b"From: a@b.example\r\nSubject: x\r\n\r\nwords\r\n"


async def test_lmtp_answers_for_each_recipient(http):
    async with listening(http, way="lmtp") as at, at.spoken_to("LHLO mx.example") as peer:
        receive = at.inbox.receive

        async def for_help_only(items, *, checkpoint=None):
            if items[0].entry_point != HELP:
                raise NotStored("no database")
            return await receive(items)

        at.inbox.receive = for_help_only
        answers = await peer.letter(SALES, "nobody@shop.example", HELP, "sales+1@shop.example")
        await peer.send(PLAIN + b".\r\n")
        about = [await peer.heard() for _ in range(3)]
        over = await peer.say("NOOP")

    assert [one[:3] for one in answers] == ["250", "250", "550", "250", "250", "354"]
    assert [one[:9] for one in about] == ["451 4.3.0", "250 2.6.0", "451 4.3.0"]
    assert over[:3] == "250"
    assert [item.entry_point for item in at.inbox.received] == [HELP]


async def test_lmtp_says_so_and_knows_no_other_greeting(http):
    async with listening(http, way="lmtp") as at, at.spoken_to(None) as peer:
        assert await peer.heard() == "220 desk.shop.example LMTP"
        assert (await peer.say("EHLO mx.example"))[:3] == "500"
        assert (await peer.say("HELO mx.example"))[:3] == "500"
        assert (await peer.say("MAIL FROM:<a@b.example>")) == "503 5.5.1 Error: send LHLO first"
        assert "250-PIPELINING" in await peer.say("LHLO mx.example")


async def test_lmtp_refuses_a_mail_that_is_too_large_for_each_recipient(http):
    limits = {"message_bytes": 1000}
    async with listening(http, way="lmtp", limits=limits) as at, at.spoken_to("LHLO x") as peer:
        await peer.letter(HELP, SALES)
        await peer.send(b"x" * 2000 + b"\r\n.\r\n")

        assert [(await peer.heard())[:9] for _ in range(2)] == ["552 5.3.4"] * 2
        assert (await peer.say("NOOP"))[:3] == "250"


async def test_a_socket_in_the_file_system_is_one_process_s_at_a_time(http, tmp_path):
    path = tmp_path / "lmtp"
    at_path = Place(path=path)

    async def banner() -> str:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            return await Speaker(reader, writer).heard()
        finally:
            writer.close()

    async with listening(http, way="lmtp", place=at_path) as first:
        assert await banner() == "220 desk.shop.example LMTP"
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        inode = path.stat().st_ino
        waiting = asyncio.create_task(_other(http, at_path))
        await asyncio.sleep(0.8)
        assert path.stat().st_ino == inode, "the second one waits for its turn"
        first.running.cancel()
        await asyncio.gather(first.running, return_exceptions=True)
        async with asyncio.timeout(5):
            while not path.exists():
                await asyncio.sleep(0.05)
        assert await banner() == "220 desk.shop.example LMTP"
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert not path.exists()


async def _other(http, at_path: Place) -> None:
    async with listening(http, way="lmtp", place=at_path) as second:
        await second.running


async def test_a_socket_that_was_left_behind_is_no_hindrance(http, tmp_path):
    path = tmp_path / "lmtp"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))

    async with listening(http, way="lmtp", place=Place(path=path)):
        reader, writer = await asyncio.open_unix_connection(path)
        assert (await Speaker(reader, writer).heard())[:3] == "220"
        writer.close()


async def test_processes_may_share_a_port_and_installations_may_not(http):
    async def end() -> None:
        pass

    async with listening(http) as at:
        alone = Listener(
            Place(host="127.0.0.1", port=at.port), begin=asyncio.Protocol, end=end, is_shared=False
        )
        with pytest.raises(OSError, match=r"[Aa]ddress already in use"):
            await alone.run()
    shared = [Listener(Place(host="127.0.0.1"), begin=asyncio.Protocol, end=end, is_shared=True)]
    tasks = [asyncio.create_task(shared[0].run())]
    await asyncio.sleep(0.1)
    port = shared[0].ports[0]
    shared.append(
        Listener(
            Place(host="127.0.0.1", port=port), begin=asyncio.Protocol, end=end, is_shared=True
        )
    )
    tasks.append(asyncio.create_task(shared[1].run()))
    await asyncio.sleep(0.1)
    assert shared[1].ports == [port]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def certificate(mail_certificate) -> tuple[Path, Path]:
    return mail_certificate[0]


async def test_what_is_said_is_encrypted_where_there_is_a_certificate(http, mail_certificate):
    certificate, trusting = mail_certificate
    large = b"Subject: x\r\n\r\n" + b"words\r\n" * 100_000
    async with listening(http, certificate=certificate) as at, at.spoken_to(None) as peer:
        await peer.heard()
        assert "250-STARTTLS" in await peer.say("EHLO mx.example")
        await peer.say("MAIL FROM:<before@b.example>")
        assert (await peer.say("STARTTLS"))[:3] == "220"
        await peer.writer.start_tls(trusting, server_hostname="provider.example")
        early = await peer.say(f"RCPT TO:<{HELP}>")
        offered = await peer.say("EHLO mx.example")
        early_still = await peer.say(f"RCPT TO:<{HELP}>")
        twice = await peer.say("STARTTLS")
        stored = await peer.mail(large, HELP)
        bye = await peer.say("QUIT")
        assert await peer.is_closed()

    assert (early[:3], early_still[:3], twice[:3]) == ("503", "503", "503")
    assert "STARTTLS" not in offered
    assert "AUTH" not in offered
    assert (stored[:3], bye[:3]) == ("250", "221")
    assert at.inbox.received[0].raw.body == large


async def test_what_was_said_in_clear_is_not_read_as_if_it_had_been_encrypted(http, certificate):
    async with listening(http, certificate=certificate) as at, at.spoken_to() as peer:
        await peer.send(b"STARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil@b.example>\r\n")

        assert (await peer.heard())[:3] == "503"
        assert await peer.is_closed()


async def test_who_cannot_encrypt_after_all_is_cut_off(http, certificate):
    async with listening(http, certificate=certificate) as at, at.spoken_to() as peer:
        await peer.say("STARTTLS")
        await peer.send(b"this is no handshake\r\n" * 10)

        assert await peer.is_closed()
        async with asyncio.timeout(5):
            while at.conversations:
                await asyncio.sleep(0.01)


def test_a_renewed_certificate_is_used_and_a_broken_one_is_not(certificate, tmp_path):
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(certificate[0].read_bytes())
    key.write_bytes(certificate[1].read_bytes())
    read = Certificate(chain, key)
    first = read.context()
    assert read.context() is first
    os.utime(chain, ns=(1, 1))
    renewed = read.context()
    assert renewed is not first
    chain.write_bytes(b"half of one")
    assert read.context() is renewed
    chain.unlink()
    assert read.context() is renewed


def test_settings_that_make_no_sense_are_told():
    for written, expected in (
        ("127.0.0.1:2525", Place(host="127.0.0.1", port=2525)),
        ("[::1]:24", Place(host="::1", port=24)),
        (":2525", Place(port=2525)),
        ("mail.internal:2525", Place(host="mail.internal", port=2525)),
        ("/run/contactcenter/lmtp", Place(path=Path("/run/contactcenter/lmtp"))),
    ):
        assert place(written) == expected
    for wrong in ("2525", "here", "127.0.0.1:99999", "::1:25", "a b:25", "run/lmtp", "http://x:25"):
        with pytest.raises(BadOption, match="It must be HOST:PORT"):
            check_setting(LISTENER["mail_smtp_listen"], wrong)
    for wrong in ("10.0.0.0/99", "10.0.0.1/8", "everybody"):
        with pytest.raises(BadOption, match="It must be addresses or networks"):
            check_setting(LISTENER["mail_listen_networks"], wrong)
    for wrong in ("25 MB", "-1", "100", str(1 << 31), "٢٥٠٠٠٠٠"):
        with pytest.raises(BadOption, match="It must be a whole number from 65536 to 134217728"):
            check_setting(LISTENER["mail_max_bytes"], wrong)
    assert LISTENER["mail_max_bytes"].default == str(MESSAGE_BYTES)
    private = LISTENER["mail_listen_networks"].default
    assert {str(one) for one in networks(private)} >= {"127.0.0.0/8", "10.0.0.0/8", "::1/128"}


def test_half_a_certificate_is_told(http_env, certificate, tmp_path):
    def asked(**settings: str) -> None:
        env = http_env(mail_smtp_listen="127.0.0.1:0", **settings)
        listeners(env, None, None)

    with pytest.raises(BadOption, match="need one another"):
        asked(mail_listen_certificate=str(certificate[0]))
    with pytest.raises(BadOption, match="must be PEM files"):
        asked(
            mail_listen_certificate=str(certificate[0]),
            mail_listen_certificate_key=str(tmp_path / "absent"),
        )
    with pytest.raises(BadOption, match="must be PEM files"):
        asked(
            mail_listen_certificate=str(certificate[1]),
            mail_listen_certificate_key=str(certificate[0]),
        )


@pytest.fixture
def http_env():
    def build(**settings: str) -> Env:
        return Env(settings=settings, public_url="https://desk.example", region="IR", http=None)

    return build


def test_nobody_listens_unless_it_is_asked_for(http_env):
    assert listeners(http_env(), None, None) == ()
    asked = http_env(mail_smtp_listen="127.0.0.1:0", mail_lmtp_listen="/run/contactcenter/lmtp")
    assert len(listeners(asked, None, None)) == 2
