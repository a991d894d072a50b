"""A whole contact centre with telephones, in time that a test moves.

The application is the real one, over HTTP, on a database whose clock goes with the fake telephone
network's. Time stands still until everybody is done with what an instant brought.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import centre as centre_module
from aiohttp.test_utils import unused_port
from centre import Centre, Person
from virtual_clock import VirtualClock

from contactcenter.api.services import SERVICES
from contactcenter.db import Database
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_voice import FakeVoice
from contactcenter.fakes.twilio_voice_leg import Leg
from contactcenter.fakes.twilio_voice_people import PATIENT, Caller
from contactcenter.fakes.twilio_voice_recordings import sound
from contactcenter.fakes.twilio_voice_time import VirtualTime
from contactcenter.switchboard.lost_calls import LostCalls

DESK, SARA, REZA = "+982191012345", "+989121234567", "+989127654321"
ANN, BOB, DAN = "+982191000001", "+982191000002", "+982191000003"

#: A question, and a queue behind each answer.
MENU = {
    "start": "main",
    "languages": ["en"],
    "nodes": {
        "main": {
            "kind": "menu",
            "prompt": {"en": "1 for sales, 2 for repairs."},
            "options": {"1": "sales", "2": "repairs"},
        },
        "sales": {"kind": "queue"},
        "repairs": {"kind": "queue"},
    },
}

#: Somebody still has to do something about what has happened until now.
_BUSY = """
SELECT concat_ws(', ',
  (SELECT 'hooks to settle' WHERE EXISTS (SELECT FROM call WHERE unsettled_at IS NOT NULL)),
  (SELECT string_agg('command ' || verb, ', ') FROM call_command
   WHERE state = 'sending' OR state = 'queued' AND due_at <= clock_timestamp()),
  (SELECT 'triage' WHERE EXISTS
     (SELECT FROM interaction WHERE direction = 'inbound' AND triaged_at IS NULL)),
  (SELECT string_agg('timer ' || kind, ', ') FROM timer WHERE due_at <= clock_timestamp()))
"""
_NEXT = """
SELECT least(
  (SELECT min(due_at) FROM timer WHERE due_at > clock_timestamp()),
  (SELECT min(due_at) FROM call_command WHERE state = 'queued' AND due_at > clock_timestamp()))
"""
_PATIENCE_S = 20.0


class PhoneHouse:
    """The centre and its telephones; ``started`` is when the test's time began.

    ``boss`` is an administrator, who may see everything.
    """

    boss: Person

    def __init__(self, centre: Centre, moved: VirtualTime, clock: VirtualClock, app: Any) -> None:
        self.centre = centre
        self.started = moved.now()
        self._time = moved
        self._clock = clock
        self._services = services = app[SERVICES]
        self._dispatcher = services.dispatcher
        self._lost_calls = LostCalls(
            centre.database, services.bell, services.dispatcher, services.channels, holder="test"
        )
        moved.settle, moved.arrived = self._settled, self._woken
        moved.stops.append(self._next)

    @property
    def voice(self) -> FakeVoice:
        return self.centre.twilio.voice

    @property
    def database(self) -> Database:
        return self.centre.database

    def at(self, seconds: float) -> str:
        """An instant of the test as the API writes it."""
        return (self.started + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")

    async def passes(self, seconds: float = 0) -> None:
        """Let time go by."""
        await self._time.advance(seconds)

    async def rings(self, from_: str = SARA, caller: Caller = PATIENT) -> Leg:
        """Somebody calls us."""
        leg = self.voice.rings(from_, DESK, caller)
        await self.passes()
        return leg

    async def agent(self, name: str, number: str, *, is_there: bool = True, **given: Any) -> Person:
        """Hire somebody with a telephone, who is there or not yet."""
        person = await self.centre.person(name, presence=None, **given)
        await person.put("/presence/phone", {"address": number}, etag=None)
        if is_there:
            await self.comes(person)
        return person

    async def comes(self, person: Person) -> None:
        """Somebody is there from now on."""
        await person.post("/presence", {"presence": "available"})
        await self.passes()

    async def does(self, person: Person, path: str, body: Any = None, **given: Any) -> Any:
        """Somebody does something, and everybody does what follows from it."""
        done = await person.post(path, body, **given)
        await self.passes()
        return done

    async def solves(self, person: Person, ticket_id: int) -> None:
        """Somebody is done with a ticket."""
        await self.does(person, f"/tickets/{ticket_id}/solutions", {"disposition": "solved"})

    async def number(self, tree: Mapping[str, Any], *, language: str = "en") -> int:
        """Have a number with this menu, whose callers go to the first tier."""
        menu = await self.boss.post("/phone_menus", {"name": "Main", "tree": dict(tree)})
        first = next(one for one in await self.boss.get("/queues") if one["tier"] == 1)
        desk = {
            "channel": "phone",
            "address": DESK,
            "name": "Desk",
            "language": language,
            "queue_id": first["id"],
            "phone_menu_id": menu["id"],
        }
        made = await self.boss.post("/entry_points", desk)
        await self.passes()
        return int(made["id"])

    async def recorded(self, name: str, language: str) -> None:
        """Upload what is heard as a prompt: two seconds of silence."""
        path = f"/prompt_sounds?name={name}&language={language}"
        await self.boss.upload(path, sound(2, is_mp3=False), content_type="audio/wav")

    async def wraps_up(self, *, tier: int, seconds: int) -> None:
        """Give the agents of a tier so long after a call."""
        async with self.database.transaction() as conn:
            await conn.execute("UPDATE queue SET wrap_up_s = $2 WHERE tier = $1", tier, seconds)

    async def call(self) -> Any:
        """The newest call, as the administrator sees it."""
        page = await self.boss.get("/calls?live=false")
        return page["items"][0]

    def seconds(self, at: str | datetime | None) -> float | None:
        """An instant, in seconds since the test's time began."""
        if at is None:
            return None
        instant = datetime.fromisoformat(at) if isinstance(at, str) else at
        return (instant - self.started).total_seconds()

    def times(self, call: Any) -> list[Any]:
        """How a call ended, and when it began, waited, was answered and ended."""
        stages = (call[f"{stage}_at"] for stage in ("began", "parked", "answered", "ended"))
        return [call["outcome"], *map(self.seconds, stages)]

    def telephones(self, call: Any) -> list[list[Any]]:
        """Each telephone: whose, why, rung at, answered, in the room, out of it, and how it ended."""
        return [
            [
                leg["user_name"] or leg["party"],
                leg["purpose"],
                *(self.seconds(leg[f"{at}_at"]) for at in ("began", "answered", "joined", "ended")),
                leg["end_reason"],
            ]
            for leg in call["legs"]
        ]

    async def stays(self, ticket_id: int) -> list[list[Any]]:
        """Where a ticket was: with whom, or None while it waited, from when, until when, and why."""
        async with self.database.read() as conn:
            rows = await conn.fetch(
                "SELECT u.name, l.tier, l.from_at, l.to_at, l.ended_by FROM leg l"
                " LEFT JOIN user_account u ON u.id = l.agent_id WHERE ticket_id = $1 ORDER BY l.id",
                ticket_id,
            )
        return [
            [name, tier, self.seconds(from_at), self.seconds(to_at), ended_by]
            for name, tier, from_at, to_at, ended_by in rows
        ]

    async def presences(self, agent: Person) -> list[list[Any]]:
        """What an agent was, and since when."""
        async with self.database.read() as conn:
            rows = await conn.fetch(
                "SELECT at, data->>'to' AS presence FROM event"
                " WHERE kind = 'presence_changed' AND agent_id = $1 ORDER BY id",
                agent.id,
            )
        return [[self.seconds(row["at"]), row["presence"]] for row in rows]

    def figures(self, call: Any) -> list[int]:
        """Seconds of menu, queue, ringing, talk, hold and the whole call."""
        kinds = ("ivr", "queue", "ring", "talk", "hold", "call")
        return [call["account"][f"{kind}_s"] for kind in kinds]

    def shares(self, call: Any) -> dict[str, list[int]]:
        """Seconds of talk, hold and wrap-up of each agent, by his name."""
        names = {str(leg["user_id"]): leg["user_name"] for leg in call["legs"]}
        return {
            names[agent]: [share["talk_s"], share["hold_s"], share["wrap_s"]]
            for agent, share in call["account"]["agents"].items()
        }

    def phases(self, call: Any) -> list[list[Any]]:
        """What every second of a call was: a kind, whose, from when and until when."""
        names = {str(leg["user_id"]): leg["user_name"] for leg in call["legs"]} | {None: None}
        return [
            [one["kind"], names[one["agent"]], self.seconds(one["from"]), self.seconds(one["to"])]
            for one in call["account"]["phases"]
        ]

    async def looks_for_lost_calls(self) -> None:
        """Let the provider be asked after telephones of which nothing was heard for long."""
        await self._lost_calls.look()
        await self.passes()

    async def reads_the_list(self, since: datetime) -> None:
        """Let the provider be asked for calls that never reached us."""
        phone = self._services.channels["phone"]

        async def is_known() -> bool:
            return bool(phone._env.own.addresses("phone"))

        await centre_module.eventually(is_known, within_s=_PATIENCE_S, what="our number")
        await phone.backfill(self._services.inbox, since)
        await self.passes()

    async def row(self, query: str, *args: Any) -> dict[str, Any]:
        """One row of the database, for what no interface shows."""
        async with self.database.read() as conn:
            found = await conn.fetchrow(query, *args)
        assert found is not None, query
        return dict(found)

    async def _settled(self) -> None:
        until_s = time.monotonic() + _PATIENCE_S
        while True:
            while busy := await self._busy():
                assert time.monotonic() < until_s, f"still to be done: {busy}"
                await asyncio.sleep(0.01)
            await self._dispatcher.submit(_nothing)
            if not await self._busy():
                return

    async def _busy(self) -> str:
        async with self.database.read() as conn:
            return str(await conn.fetchval(_BUSY))

    async def _woken(self) -> None:
        await self._clock.set(self._time.now())
        await self._dispatcher.submit(_nothing)

    async def _next(self) -> datetime | None:
        async with self.database.read() as conn:
            found: datetime | None = await conn.fetchval(_NEXT)
        return found


@asynccontextmanager
async def opened(dsn: str, **environ_too: str) -> AsyncIterator[PhoneHouse]:
    """Open one; at its end nothing may have gone wrong on the telephone network."""
    start = datetime.now(UTC).replace(microsecond=0)
    moved = VirtualTime(start)
    clock = await VirtualClock.opened(dsn, start)
    fake = FakeTwilio(chance=random.Random(1), clock=moved.now, voice_time=moved)
    try:
        async with (
            fake,
            centre_module.served(dsn, fake, unused_port(), **environ_too) as centre,
        ):
            fake.voice.point(f"{centre.url}/hooks/phone")
            patient(centre.app, moved)
            house = PhoneHouse(centre, moved, clock, centre.app)
            house.boss = await centre.person("Boss", role="admin", presence=None)
            yield house
        assert not fake.voice.problems, fake.voice.problems
    finally:
        await clock.close()


def patient(app: Any, moved: VirtualTime) -> None:
    """Let hooks be read by the test's time, and be answered on a machine that is busy."""
    hooks = app[SERVICES].channels["phone"]._hooks
    hooks._clock = moved.now
    hooks._env.switchboard._keeps_times = True
    hooks._answer_within_s = 15.0


async def _nothing(_conn: Any, _now: datetime) -> None:
    """Only to wake the dispatcher, and to wait until it has done what came before."""
