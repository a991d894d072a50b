"""Founds the demo's company over the public interface, as its administrator would.

Linden & Sarv sells household goods and is invented, with everybody who works there. The first
three teams and queues are the ones every new installation begins with.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter.access.first_admin import FirstAdmin
from contactcenter.demo.caller import Caller
from contactcenter.demo.stories import Language, Machine

NAME: Final = "Linden & Sarv"

#: Our numbers, by the language of who writes there: one set aside for fiction, one of Tehran.
NUMBERS: Final[Mapping[str, str]] = {
    "en": "+12025550100",
    "fa": "+982191000100",
    "fa-Latn": "+982191000100",
}

#: The key of the widget on the shop's site, and where that is.
WIDGET: Final = "linden-sarv"
SHOP: Final = "https://shop.linden-sarv.example"


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who works here; a supervisor has no tier.

    Who has a ``telephone`` answers calls, and nothing else.
    """

    id: int
    name: str
    email: str
    password: str
    role: str
    language: str = "en"
    tier: int = 0
    telephone: str = ""


class Company(Struct, frozen=True, kw_only=True):
    """Everybody who works here."""

    admin: Person
    supervisor: Person
    agents: Sequence[Person]


class Acquaintance(Struct, frozen=True, kw_only=True):
    """A customer we know already, and the machine he has from us."""

    name: str
    number: str
    language: Language
    machine: Machine | None


#: The supervisor, who leads all teams, and the agents.
_STAFF: Final = (
    ("مریم صادقی", "maryam", "fa", "supervisor", 0),
    ("Emily Carter", "emily", "en", "agent", 1),
    ("سارا احمدی", "sara", "fa", "agent", 1),
    ("Liam Novak", "liam", "en", "agent", 1),
    ("رضا کریمی", "reza", "fa", "agent", 1),
    ("Daniel Osei", "daniel", "en", "agent", 2),
    ("نازنین رستمی", "nazanin", "fa", "agent", 2),
    ("Priya Nair", "priya", "en", "agent", 2),
    ("کاوه مرادی", "kaveh", "fa", "agent", 3),
    ("Grace Holm", "grace", "en", "agent", 1),
    ("نوید یاوری", "navid", "fa", "agent", 1),
    ("هانا فروزان", "hana", "fa", "agent", 2),
)
#: Of these, who answers calls, on a telephone in the browser.
_ON_THE_TELEPHONE: Final = frozenset({"grace", "navid", "hana"})


#: Our own addresses: the English one is behind our own mail server, the Persian one at Mailgun.
MAILBOXES: Final = {"en": "support@linden-sarv.example", "fa": "poshtibani@linden-sarv.example"}


async def found(address: str, first: FirstAdmin, *, ring_s: int) -> Company:
    """Make the accounts, put everybody in his team and queue, and set up our numbers.

    Offers ring for ``ring_s`` seconds.
    """
    async with Caller(address) as caller:
        admin = await _begin(caller, first)
        supervisor, *agents = [
            await _invite(caller, name, nick, language, role=role, tier=tier)
            for name, nick, language, role, tier in _STAFF
        ]
        await asyncio.gather(*(_accept(address, one) for one in (supervisor, *agents)))
        company = Company(
            admin=admin, supervisor=supervisor[0], agents=[person for person, _ in agents]
        )
        await _staff_queues(caller, company, ring_s)
    return company


async def write_down(address: str, company: Company, people: Sequence[Acquaintance]) -> None:
    """Put customers we know already into the book, and the machines they have from us."""
    async with Caller(address) as caller:
        await caller.sign_in(company.supervisor.email, company.supervisor.password)
        for one in people:
            phone = {"value": one.number, "kind": "phone"}
            contact = {"name": one.name, "language": one.language, "identities": [phone]}
            made = await caller.post("/contacts", contact)
            if one.machine:
                machine = msgspec.to_builtins(one.machine) | {"owner_id": made["id"]}
                await caller.post("/assets", machine)


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
        telephone=f"client:{nick}" if nick in _ON_THE_TELEPHONE else "",
    )
    return person, invited["link"]["token"]


async def _accept(address: str, invited: tuple[Person, str]) -> None:
    person, token = invited
    async with Caller(address) as caller:
        await caller.send("POST", "/password", {"token": token, "password": person.password})


async def _staff_queues(caller: Caller, company: Company, ring_s: int) -> None:
    """The three queues of a new installation: who leads, who serves them, what rings how long."""
    queues = await caller.get("/queues")
    for queue in queues:
        team = await caller.get(f"/teams/{queue['team_id']}")
        lead = {"lead_id": company.supervisor.id}
        await caller.send("PATCH", f"/teams/{team['id']}", lead, version=team["version"])
        change = {"offer_timeout_s": ring_s, "offer_timeouts": {}}
        path = f"/queues/{queue['id']}"
        await caller.send("PATCH", path, change, version=queue["version"])
        for agent in company.agents:
            if agent.tier == queue["tier"] and not agent.telephone:
                await caller.send("PUT", f"{path}/members/{agent.id}", {})
    first = next(queue["id"] for queue in queues if queue["tier"] == 1)
    for language in ("en", "fa"):
        number = {
            "channel": "sms",
            "address": NUMBERS[language],
            "name": f"{NAME} ({language})",
            "queue_id": first,
            "language": language,
        }
        await caller.post("/entry_points", number)
        await caller.post(
            "/entry_points", number | {"channel": "email", "address": MAILBOXES[language]}
        )
    widget = {
        "channel": "webchat",
        "address": WIDGET,
        "name": NAME,
        "queue_id": first,
        "options": {"webchat_origins": SHOP, "webchat_title_en": NAME, "webchat_title_fa": NAME},
    }
    await caller.post("/entry_points", widget)


def _password() -> str:
    return secrets.token_urlsafe(9)
