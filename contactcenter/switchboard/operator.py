"""Lets the provider do what was decided: claim a command, commit, ask, write what came of it.

Those of one call are carried out in order, of many calls side by side; any number of operators
share them. What is done twice changes nothing, except to dial: a telephone is dialled once, and
where the answer was lost it is looked for, and given up for another one if nobody heard of it.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

import asyncpg
import structlog

from channels import CallGone, Channel, OutcomeUnknown, SendFailure, Unavailable
from contactcenter import logs, metrics, timers
from contactcenter.bell import Bell, rung
from contactcenter.calls import commands
from contactcenter.calls.commands import Command
from contactcenter.calls.dial_guard import CallLimitReached, DestinationNotAllowed, DialGuard
from contactcenter.calls.telephones import some_channel
from contactcenter.db import Conn, Database
from contactcenter.dispatch import answering, calling
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.routing_lock import Clock
from contactcenter.errors import NoDatabase
from contactcenter.switchboard import carrying_out, outcomes, settling
from contactcenter.switchboard.carrying_out import Facts
from contactcenter.switchboard.outcomes import Kind, Outcome

#: Less than a claim lasts: whoever is slower has lost it.
DEADLINE_S: Final = 12.0
#: How many are under way at a time.
AT_ONCE: Final = 32
#: Who has hung up by himself, or is not wanted any more, needs nobody to look at it.
_NO_NEWS: Final = frozenset({"done", "gone", "refused"})
_LOOK_EVERY_S: Final = 0.5
_STORE_TRIES: Final = 8

log = structlog.get_logger()


class Operator:
    """One a process; ``channels`` may gain and lose their telephony."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        dispatcher: Dispatcher,
        channels: Mapping[str, Channel],
        *,
        guard: DialGuard | None = None,
        clock: Clock = timers.clock_and_next_due,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._database = database
        self._bell = bell
        self._dispatcher = dispatcher
        self._channels = channels
        self._guard = guard
        self._clock = clock
        self._deadline_s = deadline_s
        self._news = bell.waiter("outbox")
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Carry out what is asked for until cancelled."""
        try:
            while True:
                await rung(self._news, at_most_s=_LOOK_EVERY_S)
                try:
                    await self._begin()
                except (NoDatabase, asyncpg.PostgresError) as error:
                    log.warning("operator_failed", error=type(error).__name__)
                    await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            for task in self._under_way:
                task.cancel()

    async def do_due(self) -> int:
        """Carry out what is due, and what becomes due by that; returns how many commands."""
        done = 0
        while begun := await self._begin():
            await asyncio.wait(begun)
            done += len(begun)
        return done

    async def _begin(self) -> list[asyncio.Task[None]]:
        if (places := AT_ONCE - len(self._under_way)) <= 0:
            return []
        async with self._database.transaction() as conn:
            now = (await self._clock(conn)).now
            claimed = await commands.claim(conn, now, at_most=places)
        tasks = [asyncio.create_task(self._carry_out(command)) for command in claimed]
        for task in tasks:
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return tasks

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._news.set()  # the next one of this call

    async def _carry_out(self, command: Command) -> None:
        """Ask the provider, and write what came of it; what cannot be written is taken up again."""
        try:
            async with self._database.read() as conn:
                facts = await carrying_out.facts(conn, command)
        except (NoDatabase, asyncpg.PostgresError) as error:
            log.warning("call_command_not_read", error=type(error).__name__)
            return
        outcome = await self._asked(command, facts)
        for attempt in range(_STORE_TRIES):
            try:
                await self._follow_up(command, facts, outcome)
                async with self._database.transaction() as conn:
                    now = (await self._clock(conn)).now
                    is_unsettled = await outcomes.store(conn, now, command, facts, outcome)
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("call_outcome_not_stored", error=type(error).__name__, attempt=attempt)
                await asyncio.sleep(_LOOK_EVERY_S)
            else:
                break
        else:
            return
        metrics.CALL_COMMANDS.labels(command.verb, outcome.kind).inc()
        if outcome.kind not in _NO_NEWS:
            log.warning(
                "call_command_not_done",
                verb=command.verb,
                outcome=outcome.kind,
                call_id=command.call_id,
            )
        if is_unsettled:
            await settling.settle(self._dispatcher, command.call_id)

    async def _asked(self, command: Command, facts: Facts) -> Outcome:
        """Do it, and say what came of that in our words."""
        try:
            await self._check(command, facts)
            channel = some_channel(self._channels)
            if channel is None or channel.telephony is None:
                raise Unavailable("no channel makes calls")
            async with asyncio.timeout(self._deadline_s):
                telephone = await carrying_out.ask(channel.telephony, command, facts)
                account = channel.account(facts.entry_point)
        except Exception as error:  # a channel that fails is a doubt like any other
            if (kind := _kind_of(error)) is None:
                kind = "doubtful"
                log.exception(
                    "call_command_failed", verb=command.verb, exc_info=logs.unquoted(error)
                )
            return Outcome(kind=kind, detail=str(error) or type(error).__name__)
        return Outcome(kind="done", telephone=telephone, account=account)

    async def _check(self, command: Command, facts: Facts) -> None:
        """Nobody is dialled whom the guard does not allow, whoever wrote the command."""
        if self._guard is None or command.verb not in carrying_out.DIALS or facts.address is None:
            return
        self._guard.check_place(facts.address, entry_point=facts.entry_point)
        if facts.is_called_back and facts.was_never_dialled:  # others were counted when asked for
            permit = partial(
                self._guard.permit,
                call_id=command.call_id,
                address=facts.address,
                entry_point=facts.entry_point,
                user_id=None,
            )
            await self._dispatcher.submit(permit)

    async def _follow_up(self, command: Command, facts: Facts, outcome: Outcome) -> None:
        """What routing makes of it, before it counts as done: whoever is killed does it again."""
        if command.verb != "connect":
            return
        if outcome.kind == "done" and facts.agent_leg_id is not None:
            await self._dispatcher.submit(partial(_connected, leg_id=facts.agent_leg_id))
        elif outcome.kind == "gone":
            await self._dispatcher.submit(partial(_caller_gone, call_id=command.call_id))


def _kind_of(error: Exception) -> Kind | None:
    """What a refusal means; None where it is none that we know."""
    kinds: dict[type[Exception], Kind] = {
        carrying_out.NotWanted: "refused",
        CallGone: "gone",
        Unavailable: "later",
        carrying_out.NotYet: "later",
        OutcomeUnknown: "doubtful",
        TimeoutError: "doubtful",
        NoDatabase: "later",
        SendFailure: "failed",
        DestinationNotAllowed: "not_allowed",
        CallLimitReached: "failed",
    }
    return next((kind for of, kind in kinds.items() if isinstance(error, of)), None)


async def _connected(conn: Conn, now: datetime, *, leg_id: int) -> None:
    await answering.connected(conn, now, leg_id)


async def _caller_gone(conn: Conn, now: datetime, *, call_id: int) -> None:
    await calling.caller_gone(conn, now, call_id)
