"""Founds the demo's company over the public interface, as its administrator would.

Linden & Sarv sells household goods and is invented, with everybody who works there. The three teams
and queues are the ones every new installation begins with.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from contactcenter.access.first_admin import FirstAdmin
from contactcenter.db import Database
from contactcenter.demo.caller import Caller
from contactcenter.demo.stories import Language

NAME: Final = "Linden & Sarv"

#: Our numbers, by the language of who writes there: one set aside for fiction, one of Tehran.
NUMBERS: Final[dict[Language, str]] = {
    "en": "+12025550100",
    "fa": "+982191000100",
    "fa-Latn": "+982191000100",
}

TIERS: Final = (1, 2, 3)


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who works here; a supervisor has no tier."""

    id: int
    name: str
    email: str
    password: str
    role: str
    language: str = "en"
    tier: int = 0


class Company(Struct, frozen=True, kw_only=True):
    """Everybody who works here, and which queue is which tier's."""

    admin: Person
    supervisor: Person
    agents: Sequence[Person]
    queue_of_tier: dict[int, int]


_AGENTS: Final = (
    ("Emily Carter", "emily", "en", 1),
    ("سارا احمدی", "sara", "fa", 1),
    ("Liam Novak", "liam", "en", 1),
    ("رضا کریمی", "reza", "fa", 1),
    ("Daniel Osei", "daniel", "en", 2),
    ("نازنین رستمی", "nazanin", "fa", 2),
    ("Priya Nair", "priya", "en", 2),
    ("کاوه مرادی", "kaveh", "fa", 3),
)
_SUPERVISOR: Final = ("مریم صادقی", "maryam", "fa")


async def found(
    address: str, first: FirstAdmin, database: Database, *, offer_timeout_s: int
) -> Company:
    """Make the accounts, put everybody in his team and queue, and set up our numbers."""
    async with Caller(address) as caller:
        admin = await _begin(caller, first)
        supervisor = await _invite(caller, *_SUPERVISOR, role="supervisor", tier=0)
        agents = [
            await _invite(caller, name, nick, language, role="agent", tier=tier)
            for name, nick, language, tier in _AGENTS
        ]
        await asyncio.gather(*(_accept(address, one) for one in (supervisor, *agents)))
    queue_of_tier = await _tables(database, supervisor[0], [a[0] for a in agents], offer_timeout_s)
    return Company(
        admin=admin,
        supervisor=supervisor[0],
        agents=[person for person, _ in agents],
        queue_of_tier=queue_of_tier,
    )


async def write_down(
    address: str, company: Company, people: Sequence[tuple[str, str, Language]]
) -> None:
    """Put customers we know already into the book, by name, telephone number and language."""
    async with Caller(address) as caller:
        await caller.sign_in(company.supervisor.email, company.supervisor.password)
        for name, number, language in people:
            phone = {"value": number, "kind": "phone"}
            contact = {"name": name, "language": language, "identities": [phone]}
            await caller.post("/contacts", contact)


async def _begin(caller: Caller, first: FirstAdmin) -> Person:
    """Sign in with the one-time password, and choose another one as is asked for."""
    await caller.sign_in(first.email, first.password)
    chosen = _password()
    change = {"current_password": first.password, "new_password": chosen}
    await caller.send("PUT", "/session/password", change)
    return Person(
        id=caller.user_id, name="Administrator", email=first.email, password=chosen, role="admin"
    )


async def _invite(
    caller: Caller, name: str, nick: str, language: str, *, role: str, tier: int
) -> tuple[Person, str]:
    email = f"{nick}@linden-sarv.example"
    new = {"email": email, "name": name, "role": role, "language": language}
    invited = await caller.send("POST", "/users", new)
    person = Person(
        id=invited["user"]["id"],
        name=name,
        email=email,
        password=_password(),
        role=role,
        language=language,
        tier=tier,
    )
    return person, invited["link"]["token"]


async def _accept(address: str, invited: tuple[Person, str]) -> None:
    person, token = invited
    async with Caller(address) as caller:
        await caller.send("POST", "/password", {"token": token, "password": person.password})


async def _tables(
    database: Database, supervisor: Person, agents: Sequence[Person], offer_timeout_s: int
) -> dict[int, int]:
    async with database.transaction() as conn:
        await conn.execute("UPDATE queue SET offer_timeout_s = $1", offer_timeout_s)
        await conn.execute("UPDATE team SET lead_id = $1", supervisor.id)
        queues = await conn.fetch("SELECT id, tier, team_id FROM queue")
        for queue in queues:
            await conn.execute(
                "INSERT INTO team_member (team_id, user_id) VALUES ($1, $2)",
                queue["team_id"],
                supervisor.id,
            )
            for agent in agents:
                if agent.tier == queue["tier"]:
                    await conn.execute(
                        "INSERT INTO membership (agent_id, queue_id) VALUES ($1, $2)",
                        agent.id,
                        queue["id"],
                    )
                    await conn.execute(
                        "INSERT INTO team_member (team_id, user_id) VALUES ($1, $2)",
                        queue["team_id"],
                        agent.id,
                    )
        tier1 = next(q["id"] for q in queues if q["tier"] == 1)
        for language, number in {"en": NUMBERS["en"], "fa": NUMBERS["fa"]}.items():
            await conn.execute(
                "INSERT INTO entry_point (channel, address, name, queue_id, language) "
                "VALUES ('sms', $1, $2, $3, $2)",
                number,
                language,
                tier1,
            )
    return {q["tier"]: q["id"] for q in queues}


def _password() -> str:
    return secrets.token_urlsafe(9)
