"""``serve`` with a mail listener, as an operator runs it: workers, sockets, settings, the end."""

import asyncio
import os
import signal
import smtplib
import socket
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from aiohttp.test_utils import unused_port
from serve_processes import COMMAND, ENVIRON, START_S, served, until

pytestmark = pytest.mark.slow

HELP = "help@shop.example"
PERSIAN = (
    "From: علی <ali@example.org>\r\nTo: help@shop.example\r\nMessage-ID: <{n}@example.org>\r\n"
    "Subject: سفارش\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\nسلام، سفارشم نرسیده\r\n"
)


async def entry_point(dsn: str) -> None:
    """Make our address one, and let it be noticed."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(
            "INSERT INTO entry_point (channel, address, queue_id)"
            " SELECT 'email', $1, min(id) FROM queue",
            HELP,
        )
    finally:
        await conn.close()


def handed(connect: Callable[[], smtplib.SMTP], *numbers: int) -> dict[int, int]:
    """Hand mails over, each in a conversation of its own; the code of each answer."""
    answers = {}
    for n in numbers:
        with connect() as peer:
            peer.ehlo_or_helo_if_needed()
            peer.mail("ali@example.org", ["BODY=8BITMIME"])
            code, _ = peer.rcpt(HELP)
            answers[n] = peer.data(PERSIAN.format(n=n).encode())[0] if code == 250 else code
    return answers


async def stored(dsn: str) -> list[str]:
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch(
            "SELECT split_part(i.external_id, ' ', 1) AS id, m.subject, i.body FROM interaction i"
            " JOIN mail m ON m.interaction_id = i.id WHERE i.direction = 'inbound' ORDER BY i.id"
        )
    finally:
        await conn.close()
    assert {(row["subject"], row["body"]) for row in rows} <= {("سفارش", "سلام، سفارشم نرسیده")}
    return [row["id"] for row in rows]


async def test_workers_share_a_port_and_take_turns_at_a_socket(tmp_path: Path, dsn: str) -> None:
    await entry_point(dsn)
    port, path = unused_port(), tmp_path / "lmtp"
    environ = {
        "CONTACTCENTER_DATABASE_URL": dsn,
        "CONTACTCENTER_MAIL_SMTP_LISTEN": f"127.0.0.1:{port}",
        "CONTACTCENTER_MAIL_LMTP_LISTEN": str(path),
    }

    def by_port() -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", port, local_hostname="mx.example", timeout=20)

    def by_path() -> smtplib.LMTP:
        return smtplib.LMTP(str(path), local_hostname="mx.example", timeout=20)

    async with served(tmp_path, "--workers", "2", environ=environ) as serving:
        answers = await asyncio.to_thread(handed, by_port, *range(10))
        answers |= await asyncio.to_thread(handed, by_path, 10, 11)
        started = serving.logged("mail_listener_started")
        assert {line["worker"] for line in started if line["at"].endswith(str(port))} == {1, 2}
        [first] = [line["worker"] for line in started if line["at"] == str(path)]

        os.kill((await serving.workers())[first], signal.SIGKILL)

        async def is_taken_over() -> bool:
            return len(serving.logged("mail_listener_started")) >= 4

        await until(is_taken_over)
        answers |= await asyncio.to_thread(handed, by_path, 12)
        serving.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(START_S):
            assert await serving.process.wait() == 0
        assert not path.exists()
        assert not serving.logged("worker_failed")

    assert set(answers.values()) == {250}
    assert sorted(await stored(dsn)) == sorted(f"{n}@example.org" for n in range(13))


async def test_a_port_that_is_taken_is_told_and_tried_again(tmp_path: Path, dsn: str) -> None:
    await entry_point(dsn)
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = taken.getsockname()[1]
    environ = {
        "CONTACTCENTER_DATABASE_URL": dsn,
        "CONTACTCENTER_MAIL_SMTP_LISTEN": f"127.0.0.1:{port}",
    }

    def by_port() -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", port, local_hostname="mx.example", timeout=20)

    async with served(tmp_path, environ=environ) as serving:

        async def is_told() -> bool:
            return bool(serving.logged("mail_listener_failed"))

        await until(is_told)
        [line, *_] = serving.logged("mail_listener_failed")
        taken.close()

        async def is_started() -> bool:
            return bool(serving.logged("mail_listener_started"))

        await until(is_started)
        answers = await asyncio.to_thread(handed, by_port, 1)

    assert line["at"] == f"127.0.0.1:{port}"
    assert "in use" in line["error"]
    assert answers == {1: 250}


async def test_a_setting_that_makes_no_sense_ends_the_start_with_one_sentence(
    tmp_path: Path, dsn: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        "serve",
        "--port",
        "0",
        env=ENVIRON
        | {
            "CONTACTCENTER_DATABASE_URL": dsn,
            "CONTACTCENTER_DATA_DIR": str(tmp_path),
            "CONTACTCENTER_MAIL_LMTP_LISTEN": "everywhere",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(START_S):
        _, said = await process.communicate()

    assert process.returncode == 2
    [line] = [one for one in said.decode().splitlines() if one.startswith("error:")]
    assert line.startswith(
        "error: mail_lmtp_listen (CONTACTCENTER_MAIL_LMTP_LISTEN): It must be HOST:PORT"
    )
    assert "Traceback" not in said.decode()


async def test_a_large_mail_is_stored_whole_and_one_that_is_too_large_not_at_all(
    tmp_path: Path, dsn: str
) -> None:
    await entry_point(dsn)
    port = unused_port()
    environ = {
        "CONTACTCENTER_DATABASE_URL": dsn,
        "CONTACTCENTER_MAIL_SMTP_LISTEN": f"127.0.0.1:{port}",
    }
    head = PERSIAN.format(n=1).encode().replace(b"text/plain", b"application/octet-stream", 1)
    large = head + b"0123456789abcdef\r\n" * 2_800_000

    def hand(raw: bytes) -> int:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.example", timeout=100) as peer:
            peer.ehlo()
            peer.mail("ali@example.org", ["BODY=8BITMIME"])
            peer.rcpt(HELP)
            return peer.data(raw)[0]

    async with served(tmp_path, environ=environ):
        taken = await asyncio.to_thread(hand, large)
        refused = await asyncio.to_thread(hand, large + b"0123456789abcdef\r\n" * 200_000)
    conn = await asyncpg.connect(dsn)
    try:
        size_bytes = await conn.fetchval(
            "SELECT sum(octet_length(bytes)) FROM blob_chunk c JOIN delivery d"
            " ON d.body_sha256 = c.sha256"
        )
        deliveries = await conn.fetchval("SELECT count(*) FROM delivery")
    finally:
        await conn.close()

    assert (taken, refused) == (250, 552)
    assert (deliveries, size_bytes) == (1, len(large))
