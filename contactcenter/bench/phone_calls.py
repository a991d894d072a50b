"""Many calls at a time over a fake provider, each compared with what the provider knows of it.

Callers come within some seconds, wait, are answered by agents' telephones, talk and hang up;
reports come late, some twice. What the provider knows is read from the forms it posted, by no code
of the product's.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from contactcenter import db
from contactcenter.bench import messages
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.phone_hooks import ENTRY_POINT
from contactcenter.bench.scratch import connect
from contactcenter.bench.served import Served, served
from contactcenter.db import OwnConnection
from contactcenter.fakes.twilio import FakeTwilio
from contactcenter.fakes.twilio_voice_hooks import HookBehaviour, Posting
from contactcenter.fakes.twilio_voice_leg import Leg
from contactcenter.fakes.twilio_voice_people import Caller, accepts

#: All callers have come by then.
ARRIVE_WITHIN_S: Final = 10.0
#: Each hangs up so long after he called.
STAYS_S: Final = (30.0, 60.0)
#: One agent for so many callers: the others wait.
CALLERS_PER_AGENT: Final = 2
#: After the last has hung up all is known by then.
_DONE_WITHIN_S: Final = 90.0
_SHOWN: Final = 5

Say = Callable[[str], None]


class Called(Struct, frozen=True, kw_only=True):
    """What came of the calls; ``answers_ms`` are sorted, of what telephones waited for."""

    calls: int
    at_once: int
    answered: int
    wrong: int
    hooks: int
    answers_ms: list[float]


class Seconds(Struct, frozen=True, kw_only=True):
    """A call in the provider's seconds."""

    queue_s: int
    talk_s: int
    hold_s: int
    call_s: int


class _Account(Seconds, frozen=True, kw_only=True):
    sid: str
    ivr_s: int
    outcome: str | None


_SQL = db.Statements(__name__)
_staff = _SQL.command("staff")
_live = _SQL.take("live", int)
_accounts = _SQL.take("accounts", _Account)
_held = _SQL.take("held", int)


async def call_many(url: str, folder: Path, calls: int, say: Say, *, seed: int = 1) -> Called:
    """Let so many call a centre of its own at once; raises ``MeasurementInvalid``."""
    agents = max(1, calls // CALLERS_PER_AGENT)
    conn = await connect(url)
    try:
        await _staff.run(conn, agents)
        chance = random.Random(seed)  # noqa: S311 -- no secret
        async with FakeTwilio(
            chance=chance,
            clock=lambda: datetime.now(UTC),
            account_sid=messages.ACCOUNT_SID,
            auth_token=messages.AUTH_TOKEN,
        ) as twilio:
            settings = {
                "database_url": url,
                "data_dir": str(folder / "calls"),
                "twilio_account_sid": messages.ACCOUNT_SID,
                "twilio_auth_tokens": messages.AUTH_TOKEN,
                "twilio_api_base": twilio.url,
            }
            async with served(folder, settings) as server:
                run = _Calls(twilio, server, conn, chance)
                return await run.made(calls, agents, say)
    finally:
        await conn.close(timeout=5)


class _Calls:
    """One run of them."""

    def __init__(
        self, twilio: FakeTwilio, server: Served, conn: OwnConnection, chance: random.Random
    ) -> None:
        self._voice = twilio.voice
        self._server = server
        self._conn = conn
        self._chance = chance
        self._at_once = self._live = 0

    async def made(self, calls: int, agents: int, say: Say) -> Called:
        """Let them call, and wait until all is over and known."""
        self._voice.point(f"{self._server.url}/hooks/phone")
        self._voice.hooks.behaviour = HookBehaviour(
            report_delay_s=(0.0, 3.0), doubled=0.1, asked_twice=0.02
        )
        for n in range(1, agents + 1):
            self._voice.phone(f"client:agent{n}", accepts(2.0, thinks_s=1.0))
        watching = asyncio.create_task(self._watch())
        try:
            legs = await self._arrive(calls)
            await self._until_all_is_known(legs)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        return await self._compared(legs, say)

    async def _arrive(self, calls: int) -> list[Leg]:
        legs = []
        for n in range(calls):
            stays_s = self._chance.uniform(*STAYS_S)
            caller = Caller(hangs_up_after_s=stays_s)
            legs.append(self._voice.rings(f"+98937{n:07d}", ENTRY_POINT, caller))
            await asyncio.sleep(ARRIVE_WITHIN_S / calls)
        return legs

    async def _watch(self) -> None:
        while True:
            self._live = await _live.one(self._conn)
            self._at_once = max(self._at_once, self._live)
            await asyncio.sleep(0.5)

    async def _until_all_is_known(self, legs: Sequence[Leg]) -> None:
        until_s = time.monotonic() + STAYS_S[1] + _DONE_WITHIN_S
        while time.monotonic() < until_s:
            if all(leg.ended_at is not None for leg in legs) and not self._live:
                await asyncio.sleep(4)  # the reports that are late
                return
            await asyncio.sleep(0.2)
        raise MeasurementInvalid(f"{self._live} calls are not over though all have hung up")

    async def _compared(self, legs: Sequence[Leg], say: Say) -> Called:
        for event, times in self._server.complaints().items():
            say(f"the server's log has {event} {times} times")
        if self._voice.problems:
            raise MeasurementInvalid(f"the provider complains: {self._voice.problems[:_SHOWN]}")
        postings = self._voice.hooks.postings
        asked = sorted((p for p in postings if p.kind == "document"), key=lambda p: -p.took_s)
        for slow in asked[:_SHOWN]:
            say(f"{urlsplit(slow.url).path} took {slow.took_s * 1000:,.0f} ms")
        accounts = {one.sid: one for one in await _accounts.all(self._conn)}
        known = known_seconds(legs, postings)
        wrong = [
            f"{sid}: {seconds} but {accounts.get(sid)}"
            for sid, seconds in known.items()
            if not _is(accounts.get(sid), seconds)
        ]
        for line in wrong[:_SHOWN]:
            say(f"wrong: {line}")
        if held := await _held.one(self._conn):
            raise MeasurementInvalid(f"{held} tickets still have a call that is over")
        return Called(
            calls=len(legs),
            at_once=self._at_once,
            answered=sum(one.outcome == "answered" for one in accounts.values()),
            wrong=len(wrong),
            hooks=len(postings),
            answers_ms=[one.took_s * 1000 for one in reversed(asked)],
        )


def known_seconds(legs: Sequence[Leg], postings: Sequence[Posting]) -> Mapping[str, Seconds]:
    """What the provider knows of each caller: whole seconds, from its own forms."""
    rooms: dict[str, list[Posting]] = {}
    queued: dict[str, int] = {}
    for one in postings:
        if one.get("QueueResult"):
            queued[one.get("CallSid")] = int(one.get("QueueTime"))
        if one.get("StatusCallbackEvent") in ("participant-join", "participant-leave"):
            rooms.setdefault(one.get("ConferenceSid"), []).append(one)
    talked = {}
    for told in rooms.values():
        customers = (p.get("CallSid") for p in told if p.get("ParticipantLabel") == "customer")
        talked[next(customers, "")] = _overlap_s(told)
    return {
        leg.sid: Seconds(
            queue_s=queued.get(leg.sid, 0),
            talk_s=talked.get(leg.sid, 0),
            hold_s=0,
            call_s=leg.seconds(),
        )
        for leg in legs
    }


def _overlap_s(told: Sequence[Posting]) -> int:
    """How long the customer and an agent were in a room together."""
    spans: dict[str, dict[str, datetime]] = {}
    for one in told:
        label = "customer" if one.get("ParticipantLabel") == "customer" else one.get("CallSid")
        event = one.get("StatusCallbackEvent")
        spans.setdefault(label, {})[event] = parsedate_to_datetime(one.get("Timestamp"))
    customer = spans.pop("customer", {})
    seconds = 0
    for span in spans.values():
        begun = [s["participant-join"] for s in (customer, span) if "participant-join" in s]
        ended = [s["participant-leave"] for s in (customer, span) if "participant-leave" in s]
        if len(begun) == 2 and ended:  # noqa: PLR2004
            seconds += max(0, round((min(ended) - max(begun)).total_seconds()))
    return seconds


def _is(account: _Account | None, known: Seconds) -> bool:
    """Whether a call has the provider's seconds, and is nothing but its parts.

    Where somebody waits the provider counts whole seconds since an instant that it cuts to a whole
    second as well: two such figures may be one apart.
    """
    return account is not None and (
        abs(account.queue_s - known.queue_s) <= 1
        and account.talk_s == known.talk_s
        and account.hold_s == known.hold_s
        and account.call_s == known.call_s
        and account.ivr_s + account.queue_s + account.talk_s + account.hold_s == account.call_s
    )
