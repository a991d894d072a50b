"""A process with a dispatcher, through which triage routes and agents work until it is ended.

``python dispatcher_process.py DSN SEED``. What a user should never see is printed, one error a line;
lines that begin with ``late`` tell of changes that were refused because they had waited too long.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from contactcenter.access.actor import Actor
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch import arriving, ending, holding, moving, pausing, presence
from contactcenter.dispatch.arriving import Finding
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.errors import DomainError, NoDatabase
from contactcenter.segmentation import segment_setting
from contactcenter.segmentation.segment_setting import Wanted
from contactcenter.tickets import tickets

#: Hands that work at one time in one process.
HANDS = 6
#: The lock was not to be had in time: refused as 503 and undone, which is no broken promise.
LATE = {"TimeoutError", "QueryCanceledError"}

SOMEBODY = Actor(
    user_id=1,
    name="Somebody",
    role="agent",
    language="en",
    kind="session",
    scopes=frozenset(),
    team_ids=(),
    must_change_password=False,
)

Change = Callable[[Conn, datetime], Awaitable[object]]


async def main(dsn: str, seed: int) -> None:
    structlog.configure(processors=[reported])
    chance = random.Random(seed)
    database = await Database(dsn, pool_size=HANDS).open()
    async with database.read() as conn:
        agent_ids = [r["id"] for r in await conn.fetch("SELECT id FROM agent ORDER BY id")]
    dispatcher = Dispatcher(database, Bell(database))
    async with asyncio.TaskGroup() as group:
        group.create_task(dispatcher.run())
        group.create_task(triage(database, dispatcher, chance))
        for _ in range(HANDS):
            group.create_task(work(dispatcher, agent_ids, chance))


async def triage(database: Database, dispatcher: Dispatcher, chance: random.Random) -> None:
    """Route new tickets, whoever else may be routing the same ones."""
    while True:
        async with database.read() as conn:
            rows = await conn.fetch(
                """SELECT t.id, t.intake_queue_id, t.opened_at, i.id AS interaction_id
                   FROM ticket t JOIN interaction i ON i.ticket_id = t.id
                   WHERE t.state = 'new' ORDER BY random() LIMIT 16"""
            )
        findings = [
            Finding(
                ticket_id=row["id"],
                interaction_ids=[row["interaction_id"]],
                received_at=row["opened_at"],
                temperament="unknown",
                language="en",
                subject="x",
                queue_id=row["intake_queue_id"],
                escalation_cue="a manager" if chance.random() < 0.05 else None,
            )
            for row in rows
        ]
        await asyncio.gather(*(attempt(dispatcher, routed(finding)) for finding in findings))
        await asyncio.sleep(0 if rows else 0.1)


async def work(dispatcher: Dispatcher, agent_ids: list[int], chance: random.Random) -> None:
    """One agent after the other does something."""
    while True:
        await attempt(dispatcher, deed(chance, chance.choice(agent_ids), chance.choice(agent_ids)))


async def attempt(dispatcher: Dispatcher, change: Change) -> None:
    try:
        await dispatcher.submit(change)
    except NoDatabase as error:
        tell(error.__cause__ or error)
    except DomainError:
        pass  # refused, with a reason, as a user is
    except Exception as error:  # noqa: BLE001  whatever a user would have been shown
        tell(error)


def tell(error: BaseException) -> None:
    report(type(error).__name__, str(error))


def reported(_logger: object, _method: str, entry: dict[str, Any]) -> str:
    """Report what the product logs; it has nothing good to say here."""
    report(str(entry.pop("error", "log")), str(entry))
    raise structlog.DropEvent


def report(error: str, detail: str) -> None:
    late = "late " if error in LATE else ""
    sys.stdout.write(f"{late}{error}: {' '.join(detail.split())}\n")
    sys.stdout.flush()


def routed(finding: Finding) -> Change:
    async def change(conn: Conn, now: datetime) -> None:
        await arriving.route(conn, now, finding)

    return change


def deed(chance: random.Random, agent_id: int, other_id: int) -> Change:
    """Whatever an agent may do next; what he does not have he cannot answer or solve."""
    kinds = ["answer"] * 6 + ["solve"] * 5 + ["come"] * 3
    kinds += ["pend", "refer", "release", "give", "claim", "leave", "hang_up", "tell"]
    kind, yes = chance.choice(kinds), chance.random() < 0.8

    async def change(conn: Conn, now: datetime) -> None:
        if kind == "answer":
            rings = await first(conn, RINGS, agent_id)
            answer = holding.accept if yes else holding.decline
            await answer(conn, now, rings, agent_id)
        elif kind == "claim":
            await holding.claim(conn, now, await first(conn, WAITS, agent_id), agent_id)
        elif kind == "hang_up":
            if not yes:
                await ending.abandon(conn, now, await first(conn, WAITS, agent_id))
        elif kind == "tell":
            await tell_category(conn, now, await first(conn, OPEN, agent_id), yes=yes)
        elif kind == "come":
            await presence.change(conn, now, agent_id, "available", None, actor="x")
        elif kind == "leave":
            wanted = chance.choice(["away", "offline", "draining"])
            await presence.change(conn, now, agent_id, wanted, "break", actor="x")
        else:
            held = await first(conn, HELD, agent_id)
            await DEEDS[kind](conn, now, held, other_id)

    return change


RINGS = "SELECT ticket_id FROM offer WHERE agent_id = $1 AND state = 'pending' ORDER BY id LIMIT 1"
HELD = "SELECT id FROM ticket WHERE agent_id = $1 AND state = 'assigned' ORDER BY id LIMIT 1"
WAITS = """SELECT t.id FROM membership m JOIN ticket t ON t.queue_id = m.queue_id
    WHERE m.agent_id = $1 AND t.state = 'waiting' ORDER BY t.id DESC LIMIT 1"""

OPEN = """SELECT t.id FROM ticket t WHERE t.id % 7 = $1 % 7 AND t.state NOT IN ('solved', 'closed')
    ORDER BY random() LIMIT 1"""


class NothingThere(DomainError):
    """The agent has nothing of this kind."""


async def first(conn: Conn, sql: str, agent_id: int) -> int:
    found: int | None = await conn.fetchval(sql, agent_id)
    if found is None:
        raise NothingThere
    return found


async def solve(conn: Conn, now: datetime, held: int, _other_id: int) -> None:
    await ending.solve(conn, now, held, actor="x", disposition="solved", reopen_window_s=1_000_000)


async def pend(conn: Conn, now: datetime, held: int, _other_id: int) -> None:
    await pausing.pend(conn, now, held, actor="x", wake_at=now + timedelta(seconds=1))


async def refer(conn: Conn, now: datetime, held: int, _other_id: int) -> None:
    ticket = await tickets.lock(conn, held)
    await moving.escalate(conn, now, ticket, "agent", actor="x")


async def release(conn: Conn, now: datetime, held: int, _other_id: int) -> None:
    await holding.release(conn, now, held, actor="x", reason="lunch")


async def tell_category(conn: Conn, now: datetime, ticket_id: int, *, yes: bool) -> None:
    """Say of somebody with a problem what he is, which is worth something."""
    contact_id = await conn.fetchval("SELECT contact_id FROM ticket WHERE id = $1", ticket_id)
    wanted = Wanted(
        place="",
        contact_id=contact_id,
        kind="customer_category",
        value="government" if yes else "home",
        confidence=1.0,
        note=None,
        from_at=None,
        to_at=None,
    )
    await segment_setting.say(conn, now, [wanted], source="agent", by=SOMEBODY)


async def give(conn: Conn, now: datetime, held: int, other_id: int) -> None:
    await holding.give_to(conn, now, held, other_id, actor="x", note_id=None)


DEEDS = {"solve": solve, "pend": pend, "refer": refer, "release": release, "give": give}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
