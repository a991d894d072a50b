"""Two machines that answer one another come to an end, with headers and without."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

import asyncpg
import factories
import pytest
from aiosmtplib import SMTP
from databases import Copies
from mail_house import House, MailServer, house, mail_server

from contactcenter.db import Database
from contactcenter.outbound.autoresponses import OF_DOMAIN

OURS, THEIRS = "help@ours.example", "support@theirs.example"
WORDS = {"mail_autoresponse_en": "We have got your message."}
#: More than any backstop lets through; a loop that has not ended by then goes on for ever.
ROUNDS = 40


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@asynccontextmanager
async def listening(
    database: Database, address: str, port: int, sends_to: int
) -> AsyncIterator[House]:
    """A centre with a mail server beside it: it takes mail at one port and hands it over to another."""
    settings = {
        "mail_smtp_listen": f"127.0.0.1:{port}",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(sends_to),
        "smtp_security": "plain",
        **WORDS,
    }
    async with house(database, address, settings=settings) as made:
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    break
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)
        writer.close()
        await writer.wait_closed()
        yield made


async def hand_over(port: int, sender: str, recipient: str, raw: bytes) -> None:
    client = SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=10)
    async with client:
        await client.sendmail(sender, [recipient], raw)


def written(
    sender: str, recipient: str, subject: str, *, n: int, text: str = "Is anybody there?"
) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, recipient, subject
    made["Message-ID"] = f"<{n}.helpdesk@{sender.rpartition('@')[2]}>"
    made.set_content(text)
    return made.as_bytes(policy=policy.SMTP)


async def until_silent(*speak: Callable[[], Awaitable[int]]) -> int:
    """Let everybody speak in turn until nobody has anything to say; how often somebody had."""
    for said in itertools.count():
        assert said <= ROUNDS, "it goes on and on"
        if not sum([await one() for one in speak]):
            return said
    raise AssertionError


@pytest.fixture
async def other_database(copies: Copies) -> AsyncIterator[Database]:
    dsn = copies.take()
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    await conn.close()
    opened = await Database(dsn).open()
    yield opened
    await opened.close()
    copies.drop(dsn)


async def test_two_centres_with_this_software_that_answer_one_another_stop(
    database: Database, other_database: Database
) -> None:
    port, their_port = free_port(), free_port()
    async with (
        listening(database, OURS, port, their_port) as ours,
        listening(other_database, THEIRS, their_port, port) as theirs,
    ):
        # Somebody wrote to us in their name; their autoresponse is what answers ours.
        raw = written(THEIRS, OURS, "Hello", n=1)
        await hand_over(port, THEIRS, OURS, raw)

        await until_silent(ours.send_all, theirs.send_all)

        assert await ours.value("SELECT count(*)::int FROM autoresponse") == 1
        assert await theirs.value("SELECT count(*)::int FROM autoresponse") == 0
        # What no person wrote is shown all the same, and not taken for a mail of their own.
        assert await theirs.rows(
            "SELECT i.kind, m.kind, m.envelope_sender FROM interaction i"
            " JOIN mail m ON m.interaction_id = i.id"
        ) == [("automatic", "auto_reply", "")]
        assert await theirs.rows("SELECT reason FROM quarantine") == []


class Helpdesk:
    """Another company's: it answers every mail with one that looks as if a person wrote it."""

    def __init__(
        self,
        server: MailServer,
        port: int,
        *,
        subject: Callable[[str], str],
        sender: Callable[[int], str] = lambda _n: THEIRS,
    ) -> None:
        self._server = server
        self._port = port
        self._subject = subject
        self._sender = sender
        self._heard = 0
        self.wrote = 0

    async def answer_all(self) -> int:
        new = self._server.taken[self._heard :]
        self._heard += len(new)
        for one in new:
            read = message_from_bytes(one.raw, policy=policy.default)
            await self.write(self._subject(read["Subject"]))
        return len(new)

    async def write(self, subject: str) -> None:
        self.wrote += 1
        sender = self._sender(self.wrote)
        raw = written(
            sender, OURS, subject, n=self.wrote, text=f"We have opened case {self.wrote}."
        )
        await hand_over(self._port, sender, OURS, raw)


SUBJECTS = {
    "quoting all of ours": lambda said: f"[Case 991] Re: {said}",
    "without our number": lambda said: f"Case 991: {said.partition('[')[0]}",
    "of its own": lambda _said: "We have received your request",
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS.keys())
async def test_a_helpdesk_that_answers_everything_without_any_header_is_answered_once(
    database: Database, subject: Callable[[str], str]
) -> None:
    port = free_port()
    async with (
        mail_server() as server,
        listening(database, OURS, port, server.port) as ours,
    ):
        helpdesk = Helpdesk(server, port, subject=subject)
        await helpdesk.write("A first mail")

        await until_silent(ours.send_all, helpdesk.answer_all)

        assert len(server.taken) == 1
        assert helpdesk.wrote == 2
        # And it may go on by itself: what it writes is shown, in three tickets an hour.
        for _ in range(10):
            await helpdesk.write("Still open")
        await until_silent(ours.send_all, helpdesk.answer_all)
        assert len(server.taken) == 1
        assert await ours.value("SELECT count(*)::int FROM ticket") <= 3
        assert (
            await ours.value("SELECT count(*)::int FROM interaction WHERE direction = 'inbound'")
            == 12
        )


async def test_a_helpdesk_with_an_address_for_each_case_gets_no_more_than_its_domains_share(
    database: Database,
) -> None:
    port = free_port()
    async with (
        mail_server() as server,
        listening(database, OURS, port, server.port) as ours,
    ):
        helpdesk = Helpdesk(
            server,
            port,
            subject=lambda _said: "We have received your request",
            sender=lambda n: f"case-{n}@theirs.example",
        )
        await helpdesk.write("A first mail")

        await until_silent(ours.send_all, helpdesk.answer_all)

        assert len(server.taken) == OF_DOMAIN
        assert helpdesk.wrote == OF_DOMAIN + 1
