"""Takes what the provider tells of calls, and says what each telephone does next.

A hook is stored once by its key, with its bytes, and its call counted anew, in one transaction that
locks the call alone. What routing makes of it follows after the commit, under the routing lock; a
process that is killed in between leaves the call unsettled, and any other settles it. A copy of a
hook changes nothing and gets the same answer: steps are functions of what is stored.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from channels import CallHook, ForeignHook, HookName, Inbound, NotStored, Script
from contactcenter import timers
from contactcenter.bell import Bell, Topic
from contactcenter.calls import accounts, call_hooks, call_legs, calls, matching
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.calls import Call
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.routing_lock import Clock
from contactcenter.errors import NoDatabase
from contactcenter.own_addresses import OwnAddresses
from contactcenter.switchboard import (
    beginning,
    hearing,
    leaving_steps,
    menu_steps,
    offer_steps,
    recording_steps,
    settling,
    waiting_steps,
)
from contactcenter.switchboard.asked import AccountOf, Arrived, Asked, AtOnce, Entering, Late

#: A telephone waits for the answer: longer is a database that does not answer.
WITHIN_S: Final = 4.5
#: So long a hook that nobody waits for may wait for what routing makes of it.
_SETTLE_WITHIN_S: Final = 0.5

#: What is said within the transaction that stores the hook.
STEPS: Final[Mapping[HookName, AtOnce]] = {
    "voice": menu_steps.voice,
    "gather": menu_steps.gather,
    "wait": waiting_steps.wait,
    "enqueue_action": waiting_steps.unparked,
    "fallback": waiting_steps.fallback,
    "join": offer_steps.join,
    "agent_done": offer_steps.agent_done,
    "recording": recording_steps.recording,
    "voicemail": recording_steps.voicemail,
    "transcription": recording_steps.transcription,
}
#: What is said after it, where that needs the routing lock.
LATE_STEPS: Final[Mapping[HookName, Late]] = {
    "voice": leaving_steps.from_menu,
    "gather": leaving_steps.from_menu,
    "enqueue_action": leaving_steps.from_line,
    "offer": offer_steps.offer,
}

#: Who else hears of a hook: whoever fetches what was recorded.
_BELLS: Final[Mapping[HookName, tuple[Topic, ...]]] = {
    "recording": ("media",),
    "voicemail": ("media",),
}

log = structlog.get_logger()


class _Taken(Struct, frozen=True, kw_only=True):
    """A stored hook; ``script`` is None where a late step has yet to say what is next."""

    call: Call | None
    leg: CallLeg | None
    is_new: bool
    now: datetime
    script: Script | None
    has_moved: bool = False


class Switchboard:
    """The app's ``channels.Switchboard``; one a process."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        dispatcher: Dispatcher,
        *,
        clock: Clock = timers.clock_and_next_due,
        keeps_times: bool = False,
    ) -> None:
        """``keeps_times`` is for hooks that go by the database's clock already."""
        self._keeps_times = keeps_times
        self._database = database
        self._bell = bell
        self._dispatcher = dispatcher
        self._enter: Entering = _nowhere
        self._account_of: AccountOf = _nobodys
        self._clock = clock
        self._own_addresses = OwnAddresses()
        self._settling: set[asyncio.Task[None]] = set()

    def know(self, enter: Entering, account_of: AccountOf) -> None:
        """Get to know how calls come onto the timeline, and whose our numbers are.

        The intake is built with the channels, and they with this.
        """
        self._enter = enter
        self._account_of = account_of

    async def take(self, hook: CallHook) -> Script:
        """Store what a hook tells, once, and say what is next; see ``channels.Switchboard``."""
        try:
            async with asyncio.timeout(WITHIN_S):
                async with self._database.transaction() as conn:
                    taken = await self._store(conn, hook)
                self._bell.ring("events", "triage", *_BELLS.get(hook.name, ()))
                script = taken.script
                if script is None:
                    script = await self._say_late(hook, taken)
        except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
            raise NotStored("the database did not take it in time") from error
        if taken.call is not None and taken.has_moved:
            await self._settle(taken.call.id, waits=not hook.answers)
        return script

    async def run(self) -> None:
        """Settle what other processes, or a busy routing lock, left behind; until cancelled."""
        try:
            await settling.keep(self._database, self._dispatcher)
        finally:  # whoever looks next goes on with them
            for task in self._settling:
                task.cancel()

    async def _store(self, conn: Conn, hook: CallHook) -> _Taken:
        place = await matching.place(conn, hook)
        self._check_account(hook, place)
        now = place.at
        if self._clock is not timers.clock_and_next_due:
            now = (await self._clock(conn)).now
        if not self._keeps_times:
            hook = hearing.by_database(hook, now)
        if hearing.is_old_news(hook) and await _is_over(conn, place):
            return _Taken(call=None, leg=None, is_new=False, now=now, script=())
        kept = await call_hooks.keep(conn, hook, place.call_id)
        call_id, leg_id = place.call_id, place.leg_id
        if kept is not None and call_id is None:
            began = await beginning.begin(conn, now, hook, self._own_addresses, self._account_of)
            if began is not None:
                call_id, leg_id = began
                await call_hooks.belongs(conn, kept.id, call_id)
        counted = await self._counted(conn, now, call_id, hook, place, is_new=kept is not None)
        call, legs = (None, []) if counted is None else (counted.call, counted.legs)
        leg = next((one for one in legs if one.id == leg_id), None)
        asked = Asked(
            conn=conn,
            now=now,
            hook=hook,
            call=call,
            leg=leg,
            is_new=kept is not None,
            delivery_id=None if kept is None else kept.delivery_id,
            database=self._database,
            dispatcher=self._dispatcher,
            enter=self._enter,
            account_of=self._account_of,
        )
        return _Taken(
            call=call,
            leg=leg,
            is_new=asked.is_new,
            now=now,
            script=await _say_at_once(asked),
            has_moved=counted is not None and counted.has_moved,
        )

    def _check_account(self, hook: CallHook, place: matching.Place) -> None:
        """Who signs for one account tells of its own calls, and of one telephone at a time."""
        is_own = place.entry_point is None or self._account_of(place.entry_point) == hook.account
        if not (place.is_one and is_own):
            raise ForeignHook

    async def _counted(
        self,
        conn: Conn,
        now: datetime,
        call_id: int | None,
        hook: CallHook,
        place: matching.Place,
        *,
        is_new: bool,
    ) -> accounts.Counted | None:
        """The call as it is after the hook, locked, and its telephones; None of nobody's.

        Who only asks for more music locks nothing.
        """
        if call_id is None:
            return None
        if hearing.is_next_turn(hook):
            call = await calls.find(conn, call_id)
            if call.parked_at is not None and not call.is_over:
                return accounts.Counted(call=call, legs=[])
        call = await calls.lock(conn, call_id)
        if not is_new:
            return accounts.Counted(call=call, legs=await call_legs.of_call(conn, call_id))
        return await self._count(conn, now, call, hook, place)

    async def _count(
        self, conn: Conn, now: datetime, call: Call, hook: CallHook, place: matching.Place
    ) -> accounts.Counted:
        """Learn the provider's ids from a new hook, and count its call anew."""
        if place.leg_id is not None and not place.is_named and hook.leg is not None:
            await call_legs.dialled(conn, place.leg_id, hook.leg, account=hook.account)
        if hook.conference is not None and hook.conference != call.conference:
            await matching.adopt(conn, call.id, account=hook.account, conference=hook.conference)
        if not hook.events or call_hooks.are_forgotten(call.ended_at, now):
            return accounts.Counted(call=call, legs=await call_legs.of_call(conn, call.id))
        return await accounts.refresh(conn, now, call, fresh=hook.events)

    async def _say_late(self, hook: CallHook, taken: _Taken) -> Script:
        step = LATE_STEPS.get(hook.name)
        if step is None:
            return ()
        async with self._database.transaction() as conn:
            asked = Asked(
                conn=conn,
                now=(await self._clock(conn)).now,
                hook=hook,
                call=taken.call,
                leg=taken.leg,
                is_new=taken.is_new,
                delivery_id=None,
                database=self._database,
                dispatcher=self._dispatcher,
                enter=self._enter,
                account_of=self._account_of,
            )
            return await step(asked)

    async def _settle(self, call_id: int, *, waits: bool) -> None:
        """Let routing see what became of a call; what takes longer is done beside."""
        task = asyncio.create_task(settling.settle(self._dispatcher, call_id))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        if waits:
            await asyncio.wait([task], timeout=_SETTLE_WITHIN_S)


async def _is_over(conn: Conn, place: matching.Place) -> bool:
    return place.call_id is not None and (await calls.find(conn, place.call_id)).is_over


async def _nowhere(
    _conn: Conn, _now: datetime, _item: Inbound, /, *, kept_as: int | None, apart: bool
) -> Arrived | None:
    raise AssertionError(f"nobody said how calls come onto the timeline ({kept_as}, {apart})")


def _nobodys(entry_point: str) -> str:
    raise AssertionError(f"nobody said whose our numbers are ({entry_point})")


async def _say_at_once(asked: Asked) -> Script | None:
    """What the telephone does next; None where a late step says it."""
    step = STEPS.get(asked.hook.name)
    said = None if step is None else await step(asked)
    if said is None and asked.hook.name not in LATE_STEPS:
        return ()
    return said
