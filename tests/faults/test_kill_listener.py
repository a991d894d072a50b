"""The server is killed while mail servers hand over mails: nothing they were told is lost."""

import asyncio
import random
import smtplib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from exim import Relay, needs_exim, running_exim
from fault_ledger import FaultLedger
from fault_mail_load import OUR_ADDRESS, MailServers, set_up
from fault_postgres import KillablePostgres
from fault_results import counted, report
from fault_rounds import rounds as rounds_of
from fault_world import World, opened

from contactcenter.postgres import throwaway_data_dir

pytestmark = pytest.mark.slow

#: A third of the rounds ends at a moment of chance, the others just where it hurts.
POINTS = (
    "",
    "mail_received",
    "mail_understood",
    "",
    "mail_writing",
    "mail_committed",
    "mail_answering",
)
ROUNDS = rounds_of(4, 300, timeout_s=3600)
EXIM_ROUNDS = rounds_of(2, 30, timeout_s=1200)
STOPS = rounds_of(2, 20, timeout_s=900)
ANSWERED_WITHIN_S = 10.0
EXIT_WITHIN_S = 15.0


@pytest.fixture
def ports() -> dict[str, int]:
    return {"smtp": unused_port(), "lmtp": unused_port()}


@pytest.fixture
async def mail_world(
    standing_postgres: KillablePostgres, tmp_path: Path, ports: dict[str, int]
) -> AsyncIterator[World]:
    async with opened(standing_postgres, tmp_path, **_places(ports)) as world:
        yield world


@pytest.fixture
async def mail_servers(mail_world: World, ports: dict[str, int]) -> AsyncIterator[MailServers]:
    made = MailServers(mail_world.ledger, ports=ports, chance=random.Random(20261122))
    yield made
    await made.stop()


def _places(ports: dict[str, int]) -> dict[str, str]:
    return {f"mail_{way}_listen": f"127.0.0.1:{port}" for way, port in ports.items()}


async def _begin(world: World) -> None:
    await world.server.start()
    await world.hire(count=3, capacity=20)
    async with world.connection() as conn:
        await set_up(conn)
    world.server.kill()


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_kill_9_of_the_listener_loses_and_doubles_nothing(
    mail_world: World, mail_servers: MailServers, rounds: int
) -> None:
    world = mail_world
    await _begin(world)
    mail_servers.begin(at_once=8, pause_s=0.01)
    for number in range(rounds):
        point = POINTS[number % len(POINTS)]
        first_line = len(world.ledger.lines)
        await _life(world, point)
        found = await world.contradictions_of(first_line)
        assert not found, f"round {number} ({point or 'at random'})\n" + "\n".join(found)
    await world.server.start()
    await mail_servers.finish(within_s=60)
    left = await world.settled()
    found = await world.all_contradictions()
    figures = counted(world.ledger.lines, found)
    report("kill -9 of the mail listener", rounds=rounds, **figures)
    assert not left, "\n".join(left)
    assert not found, "\n".join(found)
    assert figures["acknowledged"] == figures["sent"]
    assert figures["sent"] > rounds


async def _life(world: World, point: str) -> None:
    """Start the server and see it killed."""
    doom = f"{point}:{world.chance.randint(1, 20)}" if point else ""
    await world.server.start(doom)
    if point:
        assert await world.server.ended(within_s=60), f"{point} was never passed"
    else:
        await asyncio.sleep(world.chance.uniform(0.0, 1.0))
    world.server.kill()


@pytest.mark.full  # SIGTERM is tried on the whole server in every run
@pytest.mark.parametrize("rounds", STOPS)
async def test_sigterm_ends_conversations_and_loses_nothing(
    mail_world: World, mail_servers: MailServers, rounds: int, patience: float
) -> None:
    world = mail_world
    await _begin(world)
    mail_servers.begin(at_once=8)
    exits_s = []
    for _ in range(rounds):
        await world.server.start()
        await asyncio.sleep(world.chance.uniform(0.2, 1.0))
        told_at = time.monotonic()
        world.server.terminate()
        assert await world.server.ended(within_s=60), world.server.last_words()
        assert world.server.exit_status == 0, world.server.last_words()
        exits_s.append(time.monotonic() - told_at)
    await world.server.start()
    await mail_servers.finish(within_s=60)
    found = await world.all_contradictions()
    figures = counted(world.ledger.lines, found)
    report(
        "SIGTERM while mails come",
        rounds=rounds,
        exit_s_max=round(max(exits_s), 1),
        put_off=sum(line.kind == "answered" and line.status != 250 for line in world.ledger.lines),
        **figures,
    )
    assert not found, "\n".join(found)
    assert max(exits_s) <= EXIT_WITHIN_S * patience
    assert figures["acknowledged"] == figures["sent"]


@pytest.fixture
async def mortal_mail_world(tmp_path: Path, ports: dict[str, int]) -> AsyncIterator[World]:
    """The same on a cluster of this test alone, which it may stop."""
    with throwaway_data_dir() as folder:
        cluster = KillablePostgres(folder)
        await cluster.start()
        try:
            async with opened(cluster, tmp_path, **_places(ports)) as world:
                yield world
        finally:
            cluster.stop_immediately()


async def test_while_the_database_is_away_mails_are_put_off_in_time(
    mortal_mail_world: World, ports: dict[str, int], patience: float
) -> None:
    world = mortal_mail_world
    await _begin(world)
    await world.server.start()
    servers = MailServers(world.ledger, ports=ports, chance=random.Random(1))
    servers.begin(at_once=6, pause_s=0.01)
    await asyncio.sleep(2.0)
    world.postgres.stop_immediately()
    away = len(world.ledger.lines)
    await asyncio.sleep(12.0)
    told = [line for line in world.ledger.lines[away:] if line.kind == "answered"]
    await world.postgres.start()
    began = time.monotonic()
    await servers.finish(within_s=60)
    recovery_s = time.monotonic() - began
    found = await world.all_contradictions()
    figures = counted(world.ledger.lines, found)
    slowest_s = max(line.took_s for line in told)
    report(
        "PostgreSQL away from the mail listener",
        answer_s_max=round(slowest_s, 2),
        recovery_s=round(recovery_s, 2),
        refused=sum(line.status == 451 for line in told),
        **figures,
    )
    assert 451 in {line.status for line in told} <= {250, 451}
    assert slowest_s <= ANSWERED_WITHIN_S * patience
    assert not found, "\n".join(found)
    assert figures["acknowledged"] == figures["sent"]


@needs_exim
@pytest.mark.full  # with Exim between: the listener alone is killed in every run
@pytest.mark.parametrize("rounds", EXIM_ROUNDS)
async def test_what_a_real_mail_server_was_given_is_stored_once(
    mail_world: World, ports: dict[str, int], tmp_path: Path, rounds: int
) -> None:
    world = mail_world
    await _begin(world)
    ledger = FaultLedger(tmp_path / "given.jsonl")
    made = MailServers(ledger, ports={}, chance=random.Random(7))
    given: list[str] = []
    relay = Relay(domain="shop.example", port=ports["lmtp"], protocol="lmtp")
    async with running_exim(relays=[relay]) as exim:
        for number in range(rounds):
            point = POINTS[number % len(POINTS)] or "mail_answering"
            world.server.launch(f"{point}:{world.chance.randint(1, 5)}")
            await world.server.ready()
            mails = [made.mail() for _ in range(8)]
            given += [mail.id for mail in mails]
            await asyncio.to_thread(_give, exim.port, [mail.raw for mail in mails])
            assert await world.server.ended(within_s=60), f"{point} was never passed"
        await world.server.start()
        await exim.wait_until_empty(within_s=90)
    ledger.close()
    async with world.connection() as conn:
        stored = await conn.fetch(
            "SELECT split_part(external_id, ' ', 1) AS id FROM interaction"
            " WHERE direction = 'inbound' ORDER BY 1"
        )
    assert [row["id"] for row in stored] == sorted(given)
    report("kill -9 of the mail listener behind Exim", rounds=rounds, sent=len(given), lost=0)


def _give(port: int, mails: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as peer:
        for raw in mails:
            peer.sendmail("a@customer.example", [OUR_ADDRESS], raw, mail_options=["BODY=8BITMIME"])
