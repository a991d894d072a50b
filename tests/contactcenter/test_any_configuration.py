"""Documents drawn at random: what is invalid changes nothing, what is not becomes exactly the rows."""

import random
from typing import Any

import asyncpg
import factories
import pytest
from test_activation import CHANNELS, NOW, current, everything, served

from contactcenter.activation import activating
from contactcenter.configuration_document import compiling, parsing, rows, writing
from contactcenter.configuration_document.problems import InvalidConfiguration

ROUNDS = 40
PEOPLE = ("ann", "bob", "cyd", "dan")
TEAMS = ("Frontline", "Specialists", "Engineering")
NAMES = ("a", "b", "c c", "d.d", "ه", "Frontline")
SKILLS = ("laser", "chat", "مودم")


def drawn(chance: random.Random) -> dict[str, Any]:
    """A document whose names are all known; whether it can work is up to chance."""
    queues = chance.sample(NAMES, chance.randint(1, 5))
    tiers = {name: chance.randint(1, 3) for name in queues}
    levels = {name: chance.randint(1, 3) for name in SKILLS if chance.random() < 0.6}

    def terms() -> dict[str, int]:
        ranges = {"level": (1, 9), "delay_s": (0, 90), "handicap_s": (0, 90), "band": (0, 9)}
        return {n: chance.randint(*r) for n, r in ranges.items() if chance.random() < 0.5}

    def queue(name: str) -> dict[str, Any]:
        higher = [other for other in queues if tiers[other] > tiers[name]]
        made: dict[str, Any] = {"team": chance.choice(TEAMS), "tier": tiers[name]}
        if higher and chance.random() < 0.7:
            made["escalate_to"] = chance.choice(higher)
        if chance.random() < 0.3:
            made["requires"] = {"product": {n: chance.randint(1, 4) for n in SKILLS[:1]}}
        if chance.random() < 0.5:
            made["offer_s"] = {"default": 30, "sms": chance.randint(5, 90)}
        return made

    pairs = [(team, name) for team in TEAMS for name in queues]
    grants = chance.sample(pairs, chance.randint(0, len(pairs)))
    agents = {
        f"{name}@desk.test": {
            "teams": chance.sample(TEAMS, chance.randint(0, 3)),
            "skills": {"product": levels} if chance.random() < 0.8 else {},
            "queues": {q: terms() for q in queues if chance.random() < 0.2},
        }
        for name in PEOPLE
    }
    return {
        "queues": {name: queue(name) for name in queues},
        "teams": [{"team": team, "queue": name, **terms()} for team, name in grants],
        "agents": agents,
        "entry": [
            {"when": {"keyword": [f"word {n}"]}, "queue": chance.choice(queues)}
            for n in range(chance.randint(0, 4))
        ],
        "entry_points": {"sms:+15550001111": {"queue": chance.choice(queues)}},
        "overflow": {
            name: [{"after_s": chance.randint(1, 90), "to": chance.choice(queues)}]
            for name in queues
            if chance.random() < 0.4
        },
        "credits": {"reopened": chance.randint(0, 900)},
        "capacity": {"sms": chance.randint(1, 4)},
        "sla": [{"name": f"p{n}", "first_reply_s": 60} for n in range(chance.randint(0, 2))],
    }


#: A slip, what it does to a document, and the place at which it must be told.
SLIPS: dict[str, Any] = {
    "limits.cooldown_s": lambda d: d.__setitem__("limits", {"cooldown_s": -1}),
    "queues.new.team": lambda d: d["queues"].__setitem__("new", {"team": "Nobody", "tier": 1}),
    "queues.newer.escalate_to": lambda d: d["queues"].__setitem__(
        "newer", {"team": "Frontline", "tier": 1, "escalate_to": "nowhere"}
    ),
    "credits.reopend": lambda d: d["credits"].__setitem__("reopend", 1),
    'agents["eve@desk.test"]': lambda d: d["agents"].__setitem__("eve@desk.test", {}),
    "entry_points.sms:+1999": lambda d: d["entry_points"].__setitem__(
        "sms:+1999", {"queue": next(iter(d["queues"]))}
    ),
    "overflow.nowhere": lambda d: d["overflow"].__setitem__("nowhere", []),
    "escalation[0].when.reopens": lambda d: d.__setitem__(
        "escalation", [{"name": "x", "when": {"reopens": 0}, "notify": "supervisor"}]
    ),
}


@pytest.fixture
async def centre(conn: asyncpg.Connection) -> asyncpg.Connection:
    await factories.prepare(conn)
    for name in PEOPLE:
        agent_id = await factories.agent(conn, NOW, name=name)
        email = f"{name}@desk.test"
        await conn.execute("UPDATE user_account SET email = $2 WHERE id = $1", agent_id, email)
    await factories.entry_point(conn, queue_id=1, address="+15550001111")
    return conn


async def test_each_becomes_exactly_the_rows_or_changes_nothing(centre: asyncpg.Connection):
    chance = random.Random(7)
    counted = {"activated": 0, "refused": 0}
    for _ in range(ROUNDS):
        document = parsing.convert(drawn(chance))
        before = await everything(centre)
        version = await centre.fetchval(
            "SELECT coalesce(max(version), 0) FROM configuration_version"
        )
        given = {"based_on": version, "channels": CHANNELS, "actor": "user:1", "note": None}
        checked = await activating.check(centre, document, channels=CHANNELS)
        try:
            await activating.activate(centre, NOW, document, **given)
        except InvalidConfiguration as invalid:
            counted["refused"] += 1
            told = invalid.faults
            assert told == checked.errors
            assert await everything(centre) == before
            continue
        counted["activated"] += 1
        assert checked.errors == []
        in_force = await current(centre)
        assert await served(centre) == {
            (m.agent.partition("@")[0], m.queue, m.terms.level, m.source)
            for m in compiling.memberships(compiling.completed(document, in_force))
        }
        assert in_force.queues.keys() == document.queues.keys()
        assert in_force.entry == document.entry
        assert in_force.overflow == document.overflow
        written = parsing.parse(writing.dump(in_force).encode())
        newest = (await rows.read(centre)).version
        await activating.activate(centre, NOW, written, **{**given, "based_on": newest})
        assert (await rows.read(centre)).version == newest
    assert min(counted.values()) >= 5, counted


async def test_every_slip_is_told_however_many_there_are(centre: asyncpg.Connection):
    chance = random.Random(11)
    for _ in range(ROUNDS):
        document = drawn(chance)
        made = chance.sample(sorted(SLIPS), chance.randint(1, len(SLIPS)))
        for place in made:
            SLIPS[place](document)
        shape = {"limits.cooldown_s"} & set(made)  # what has no shape cannot be checked further
        try:
            converted = parsing.convert(document)
        except InvalidConfiguration as invalid:
            places = {fault.place for fault in invalid.faults}
            assert places == shape
            continue
        found = await activating.check(centre, converted, channels=CHANNELS)
        places = {fault.place for fault in found.errors}
        assert set(made) <= places, set(made) - places
