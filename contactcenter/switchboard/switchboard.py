"""Takes what the provider tells of calls, and says what each telephone does next.

A hook is stored once by its key, with its bytes, and its call counted anew, in one transaction that
locks the call alone. What routing makes of it follows after the commit, under the routing lock; a
process that is killed in between leaves the call unsettled, and any other settles it. A copy of a
hook changes nothing and gets the same answer: steps are functions of what is stored.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Final

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from channels import CallHook, ForeignHook, HookName, NotStored, Script
from contactcenter import timers
from contactcenter.bell import Bell, Topic
from contactcenter.calls import accounts, call_hooks, call_legs, matching, standing
from contactcenter.calls.accounts import Counted
from contactcenter.calls.call_hooks import Kept
from contactcenter.calls.call_legs import CallLeg
from contactcenter.calls.calls import Call
from contactcenter.calls.matching import Place
from contactcenter.calls.own_menus import OwnMenus
from contactcenter.db import Conn, Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.routing_lock import Clock
from contactcenter.errors import NoDatabase
from contactcenter.outbound.own_addresses import OwnAddresses
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
from contactcenter.switchboard.asked import (
    AccountOf,
    Asked,
    AtOnce,
    Entering,
    Late,
    nobodys,
    nowhere,
)

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
    """A stored hook; ``script`` is None where a late step has yet to say what is next.

    ``is_missed`` is whether its call may be over and counted without it.
    """

    asked: Asked
    script: Script | None
    has_moved: bool = False
    is_missed: bool = False


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
        menus: OwnMenus | None = None,
    ) -> None:
        """``keeps_times`` is for hooks that go by the database's clock already."""
        self._keeps_times = keeps_times
        self._database = database
        self._bell = bell
        self._dispatcher = dispatcher
        self._enter: Entering = nowhere
        self._account_of: AccountOf = nobodys
        self._clock = clock
        self._own_addresses = OwnAddresses()
        self._menus = menus or OwnMenus()
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
                taken = await self._turn(hook) if hearing.is_next_turn(hook) else None
                if taken is None:
                    async with self._database.transaction() as conn:
                        taken = await self._store(conn, hook)
                self._bell.ring("events", "triage", *_BELLS.get(hook.name, ()))
                script = taken.script
                if script is None:
                    script = await self._say_late(hook, taken)
        except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
            raise NotStored("the database did not take it in time") from error
        call = taken.asked.call
        if call is not None and taken.has_moved:
            await self._settle(call.id, waits=not hook.answers)
        if call is not None and taken.is_missed:
            self._beside(settling.catch_up(self._database, self._clock, call.id))
        return script

    async def run(self) -> None:
        """Settle what other processes, or a busy routing lock, left behind; until cancelled."""
        try:
            await settling.keep(self._database, self._dispatcher)
        finally:  # whoever looks next goes on with them
            for task in self._settling:
                task.cancel()

    async def _turn(self, hook: CallHook) -> _Taken | None:
        """Music for who waits; None where nobody is known to.

        His call need not be counted anew for it: whatever comes next does that, this hook among
        what it goes by. So no lock is waited for, and no transaction goes around it. Where nothing
        may come next, as his call ends in this instant, that is done beside.
        """
        async with self._database.read() as conn:
            found = await matching.waiting(conn, hook)
            if found is None:
                return None
            self._check_account(hook, found.entry_point)
            now = await self._now(conn, found.at)
            hook = self._heard(hook, now)
            kept = await call_hooks.keep(conn, hook, found.call.id, is_locked=False)
            asked = self._asked(conn, now, hook, call=found.call, delivery_id=kept.delivery_id)
            script = await _say_at_once(asked)
            return _Taken(asked=asked, script=script, is_missed=kept.is_missed)

    async def _store(self, conn: Conn, hook: CallHook) -> _Taken:
        place = await matching.place(conn, hook)
        if not place.is_one:
            raise ForeignHook
        self._check_account(hook, place.entry_point)
        now = await self._now(conn, place.at)
        hook = self._heard(hook, now)
        call = place.call
        if hearing.is_old_news(hook) and call is not None and call.is_over:
            return _Taken(asked=self._asked(conn, now, hook), script=())
        kept = await call_hooks.keep(conn, hook, place.call_id, reads=call is not None)
        if call is None and kept.is_new:
            call = await beginning.begin(conn, now, hook, self._own_addresses, self._account_of)
        counted = (
            None if call is None else await _counted(conn, now, call, hook, place=place, kept=kept)
        )
        asked = self._asked(
            conn,
            now,
            hook,
            call=None if counted is None else counted.call,
            leg=None if counted is None else standing.leg_of(counted.legs, place.leg_id, hook.leg),
            delivery_id=kept.delivery_id,
        )
        has_moved = counted is not None and counted.has_moved
        return _Taken(asked=asked, script=await _say_at_once(asked), has_moved=has_moved)

    def _check_account(self, hook: CallHook, entry_point: str | None) -> None:
        """Who signs for one account tells of its own calls."""
        if entry_point is not None and self._account_of(entry_point) != hook.account:
            raise ForeignHook

    async def _say_late(self, hook: CallHook, taken: _Taken) -> Script:
        step = LATE_STEPS.get(hook.name)
        if step is None:
            return ()
        async with self._database.transaction() as conn:
            now = (await self._clock(conn)).now
            late = msgspec.structs.replace(taken.asked, conn=conn, now=now, delivery_id=None)
            return await step(late)

    def _asked(
        self,
        conn: Conn,
        now: datetime,
        hook: CallHook,
        *,
        call: Call | None = None,
        leg: CallLeg | None = None,
        delivery_id: int | None = None,
    ) -> Asked:
        return Asked(
            conn=conn,
            now=now,
            hook=hook,
            call=call,
            leg=leg,
            is_new=delivery_id is not None,
            delivery_id=delivery_id,
            database=self._database,
            dispatcher=self._dispatcher,
            enter=self._enter,
            account_of=self._account_of,
            menus=self._menus,
        )

    def _heard(self, hook: CallHook, now: datetime) -> CallHook:
        return hook if self._keeps_times else hearing.by_database(hook, now)

    async def _now(self, conn: Conn, at: datetime) -> datetime:
        """The database's clock, as it was read with the call; else what goes for it."""
        if self._clock is timers.clock_and_next_due:
            return at
        return (await self._clock(conn)).now

    async def _settle(self, call_id: int, *, waits: bool) -> None:
        """Let routing see what became of a call; what takes longer is done beside."""
        task = self._beside(settling.settle(self._dispatcher, call_id))
        if waits:
            await asyncio.wait([task], timeout=_SETTLE_WITHIN_S)

    def _beside(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        return task


async def _counted(
    conn: Conn, now: datetime, call: Call, hook: CallHook, *, place: Place, kept: Kept
) -> Counted:
    """The call as it is after the hook, and its telephones; it is locked.

    A new hook may tell the provider's ids of a telephone and a room, and has its call counted anew.
    """
    known = kept.known
    if kept.is_new and place.leg_id is not None and not place.is_named and hook.leg is not None:
        await call_legs.dialled(conn, place.leg_id, hook.leg, account=hook.account)
        known = None
    if kept.is_new and hook.conference is not None and hook.conference != call.conference:
        await matching.adopt(conn, call.id, account=hook.account, conference=hook.conference)
        known = None
    if known is None:
        known = await call_hooks.known(conn, call.id)
    if not kept.is_new or not hook.events or call_hooks.are_forgotten(call.ended_at, now):
        return Counted(call=call, legs=known.legs)
    return await accounts.count(conn, now, call, known, fresh=hook.events)


async def _say_at_once(asked: Asked) -> Script | None:
    """What the telephone does next; None where a late step says it."""
    step = STEPS.get(asked.hook.name)
    said = None if step is None else await step(asked)
    if said is None and asked.hook.name not in LATE_STEPS:
        return ()
    return said
