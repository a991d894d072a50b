"""Mails leave through cut connections and killed senders: none is lost, none goes out a third time."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import factories
import pytest
from fault_results import report
from fault_rounds import rounds as rounds_of
from mails import mail
from mails_sent import Post, posting
from smtp_scripts import CUT, ScriptedSmtp, scripted_smtp

from channels._mail.understanding import understand
from contactcenter.db import Database

pytestmark = pytest.mark.slow

MAILS = rounds_of(30, 1_000, timeout_s=1_200)
KILLS = rounds_of(6, 300, timeout_s=2_400)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    conn = await asyncpg.connect(dsn)
    await factories.prepare(conn)
    await conn.close()
    opened = await Database(dsn).open()
    yield opened
    await opened.close()


async def written(post: Post, count: int) -> None:
    """As many replies, each to another customer."""
    for at in range(0, count, 50):
        numbers = range(at, min(count, at + 50))
        tickets = await post.desk.takes(*(mail(n, sender=f"c{n}@customer.test") for n in numbers))
        for ticket_id in tickets:
            await post.reply(ticket_id)


async def hurry(post: Post) -> bool:
    """End all waits; whether anything is still to be sent."""
    async with post.database.transaction() as conn:
        await conn.execute(
            """UPDATE outbox SET next_at = clock_timestamp() WHERE state = 'queued';
               UPDATE outbox SET claimed_until = clock_timestamp() WHERE state = 'sending';
               UPDATE sender_pace SET free_at = clock_timestamp()"""
        )
    return any(state in {"queued", "sending"} for state, _, _ in await post.states())


def copies(smtp: ScriptedSmtp) -> Counter[str]:
    """How often the server heard each mail, by its Message-ID; copies are equal to the byte."""
    raws: dict[str, set[bytes]] = {}
    found: Counter[str] = Counter()
    for heard in smtp.heard:
        message_id = understand(heard.raw).message_id or ""
        raws.setdefault(message_id, set()).add(heard.raw)
        found[message_id] += 1
    assert all(len(same) == 1 for same in raws.values())
    return found


async def ends(post: Post) -> dict[str, str]:
    """How each mail ended, by its Message-ID."""
    rows = await post.desk.rows(
        "SELECT m.message_id, o.state FROM outbox o JOIN mail m ON m.interaction_id = o.interaction_id"
    )
    return dict(rows)


@pytest.mark.parametrize("rounds", MAILS)
async def test_an_answer_that_is_cut_after_the_dot_costs_one_copy_at_most(
    database: Database, rounds: int
) -> None:
    chance = random.Random(26)
    answers = [CUT if chance.random() < 0.3 else "250 Ok" for _ in range(3 * rounds)]
    async with scripted_smtp(end=answers) as smtp, posting(database, smtp) as post:
        await written(post, rounds)
        while await hurry(post):
            await post.send()
        found, how = copies(smtp), await ends(post)

    cuts = len(smtp.heard) - len(smtp.taken)
    twice = sum(count - 1 for count in found.values())
    report(
        "250 lost after the dot", rounds=rounds, cuts=cuts, copies=twice, ends=Counter(how.values())
    )
    assert set(found) == set(how)
    assert len(how) == rounds
    assert max(found.values()) <= 2
    assert 0 < twice <= cuts
    for message_id, state in how.items():
        assert state in {"sent", "unknown"}
        assert found[message_id] == 2 or state == "sent"


@pytest.mark.parametrize("rounds", KILLS)
async def test_kill_9_of_the_sender_sends_no_mail_a_third_time(
    database: Database, dsn: str, rounds: int
) -> None:
    chance = random.Random(4)
    async with scripted_smtp() as smtp, posting(database, smtp) as post:
        smtp.slow_s = 0.05
        await written(post, 8 * rounds)
        for _ in range(rounds):
            process = await begun(dsn, smtp.port)
            await asyncio.sleep(chance.uniform(0.0, 0.25))
            process.kill()
            await process.wait()
            await hurry(post)
        while await hurry(post):
            await post.send()
        found, how = copies(smtp), await ends(post)

    twice = sum(count - 1 for count in found.values())
    report("kill -9 of the sender, mails", rounds=rounds, copies=twice, ends=Counter(how.values()))
    assert len(how) == 8 * rounds
    assert max(found.values()) <= 2
    lost = [one for one, state in how.items() if state == "sent" and not found[one]]
    assert lost == []
    assert set(how.values()) <= {"sent", "unknown"}


async def begun(dsn: str, port: int) -> asyncio.subprocess.Process:
    """A sender in a process of its own, at work."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("doomed_mail_sender.py")),
        dsn,
        str(port),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n"
    return process
