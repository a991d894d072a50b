"""Finds out what became of messages whose answer was lost: asks the provider, never sends again.

A message is ``unknown`` when the connection broke after it was handed over, or when the process
that sent it died. The provider lists what it took; what is found there is adopted. What is not
found, look after look, was not taken: it ``failed``, and a person may decide to send it again.
Where the list does not tell equal messages apart it stays unknown, with the reason, for a person.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from channels import Address, Channel, Listed, Outbound, Unavailable
from contactcenter import db, events, leases, logs, metrics, timers
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.outbound import deliveries, opt_outs, outbox

#: How long to wait after each look that found nothing; the first look is ``outbox.FIRST_LOOK_S``
#: after the outcome became unknown. The last is at 7.5 minutes: a message is listed within seconds
#: of being taken, and no attempt of ours lasts longer than 20 s, so this is far beyond both; and it
#: leaves time before the alarm.
WAITS_S: Final = (30.0, 60.0, 120.0, 225.0)
LOOKS: Final = len(WAITS_S) + 1
#: Our clock and the provider's may differ.
SKEW: Final = timedelta(minutes=1)
#: Older ones are left to a person.
LOOKED_FOR_S: Final = 24 * 3600
#: The code of a message that the provider does not have.
NOT_TAKEN: Final = "not_taken"
#: The code of one that cannot be told from others.
AMBIGUOUS: Final = "ambiguous"

_AT_ONCE: Final = 8
_FIND_DEADLINE_S: Final = 15.0
#: Longer than one round: its looks run side by side.
_LEASE_S: Final = 60
_EVERY_S: Final = 2.0

log = structlog.get_logger()


class Lost(Struct, frozen=True, kw_only=True):
    """A message whose outcome is unknown, with all it takes to look for it."""

    id: int
    interaction_id: int
    correlation_id: str
    conversation: str
    looks: int
    channel: str
    body: str
    entry_point: str
    recipient_kind: str
    recipient: str
    ticket_id: int | None
    contact_id: int
    first_attempt_at: datetime
    unknown_at: datetime


_SQL = db.Statements(__name__)
_due = _SQL.take("due", Lost)
_lock = _SQL.take("lock", int)
_known = _SQL.take("known", str)
_equals = _SQL.take("equals", int)
_adopt = _SQL.command("adopt")
_not_taken = _SQL.command("not_taken")
_undecided = _SQL.command("undecided")
_looked = _SQL.command("looked")
_alarm = _SQL.take("alarm", int)


class Reconciler:
    """One task a process, at work in one process at a time; ``holder`` tells them apart."""

    def __init__(
        self, database: Database, bell: Bell, channels: Mapping[str, Channel], *, holder: str
    ) -> None:
        self._database = database
        self._bell = bell
        self._channels = channels
        self._holder = holder

    async def run(self) -> None:
        """Look for what is due until cancelled."""
        while True:
            try:
                while await self.round():
                    pass
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("reconciler_failed", error=type(error).__name__)
            await asyncio.sleep(_EVERY_S)

    async def round(self) -> int:
        """Look for some that are due; returns how many, 0 where another process does it."""
        async with self._database.transaction() as conn:
            if await leases.take(conn, "reconciler", self._holder, lease_s=_LEASE_S) is None:
                return 0
            for interaction_id in await _alarm.all(conn, outbox.ALARM_AFTER_S):
                log.error("outcome_still_unknown", interaction_id=interaction_id)
            due = await _due.all(conn, _AT_ONCE, LOOKS, LOOKED_FOR_S, self._forgetful)
        await asyncio.gather(*(self._look(lost) for lost in due))
        metrics.swept("reconciler")
        return len(due)

    @property
    def _forgetful(self) -> list[str]:
        """Channels that cannot be asked: there a message is repeated, and then left to a person."""
        return [name for name, one in self._channels.items() if one.repeats_safely]

    async def _look(self, lost: Lost) -> None:
        channel = self._channels.get(lost.channel)
        listed: Sequence[Listed] | None = None
        if channel is not None and not channel.missing:
            try:
                async with asyncio.timeout(_FIND_DEADLINE_S):
                    listed = await channel.find(_outbound(lost), lost.first_attempt_at - SKEW)
            except (Unavailable, TimeoutError) as error:
                log.warning("provider_not_asked", channel=lost.channel, error=type(error).__name__)
            except Exception as error:
                log.exception(
                    "find_failed", interaction_id=lost.interaction_id, exc_info=logs.unquoted(error)
                )
        async with self._database.transaction() as conn:
            await self._decide(conn, lost, listed)
        self._bell.ring("events")

    async def _decide(self, conn: Conn, lost: Lost, listed: Sequence[Listed] | None) -> None:
        if listed is None:  # no answer is no evidence: this look does not count
            await _looked.run(conn, lost.id, lost.looks, WAITS_S[-1])
            return
        known = await _known.all(conn, [one.external_id for one in listed])
        found = [one for one in listed if one.external_id not in known]
        alike = await _equals.all(conn, lost.interaction_id, lost.conversation)
        now = await timers.clock(conn)
        if lost.id not in alike:
            return  # it was cleared up meanwhile
        if len(found) >= len(alike):  # all of them were taken: the order tells which is which
            await self._take(conn, now, lost, found[alike.index(lost.id)])
        elif lost.looks + 1 < LOOKS:
            await _looked.run(conn, lost.id, lost.looks + 1, WAITS_S[lost.looks])
        elif found:
            await self._leave(conn, now, lost, ours=len(alike), theirs=len(found))
        else:
            await self._give_up(conn, now, lost)

    async def _take(self, conn: Conn, now: datetime, lost: Lost, found: Listed) -> None:
        await deliveries.lock(conn, found.external_id)
        if await _known.all(conn, [found.external_id]) or await _lock.first(conn, lost.id) is None:
            return  # a report was faster
        await _adopt.run(
            conn, lost.id, found.external_id, found.status, found.segments, found.error_code
        )
        data = {"interaction_id": lost.interaction_id, "status": found.status}
        await events.record(conn, _fact("reply_sent", now, lost, data))
        told = await deliveries.apply_kept(conn, found.external_id)
        told += [found.error_code] if found.error_code is not None else []
        await opt_outs.note_codes(conn, self._channels, lost.channel, found.external_id, told)
        log.info("outcome_found", interaction_id=lost.interaction_id, status=found.status)

    async def _give_up(self, conn: Conn, now: datetime, lost: Lost) -> None:
        detail = "The provider does not have this message: it was not sent. You may send it again."
        if not await _not_taken.run(conn, lost.id, detail, NOT_TAKEN):
            return
        await _tell(conn, now, lost, "failed", NOT_TAKEN)
        if lost.ticket_id is not None:
            await timers.set_for_message(
                conn, "sla_unsent", lost.interaction_id, lost.ticket_id, now
            )
        log.info("outcome_not_taken", interaction_id=lost.interaction_id)

    async def _leave(
        self, conn: Conn, now: datetime, lost: Lost, *, ours: int, theirs: int
    ) -> None:
        detail = (
            f"The provider has {theirs} of {ours} equal messages to this customer: whether this "
            "one was sent, only the customer can tell."
        )
        if await _undecided.run(conn, lost.id, detail, AMBIGUOUS, LOOKS):
            await _tell(conn, now, lost, "unknown", AMBIGUOUS)


async def _tell(conn: Conn, now: datetime, lost: Lost, outcome: str, code: str) -> None:
    data = {"interaction_id": lost.interaction_id, "outcome": outcome, "error_code": code}
    await events.record(conn, _fact("reply_failed", now, lost, data))


def _fact(kind: str, now: datetime, lost: Lost, data: dict[str, object]) -> events.Event:
    return events.Event(
        kind=kind,
        at=now,
        actor="system",
        ticket_id=lost.ticket_id,
        contact_id=lost.contact_id,
        data=data,
    )


def _outbound(lost: Lost) -> Outbound:
    return Outbound(
        correlation_id=lost.correlation_id,
        entry_point=lost.entry_point,
        recipient=Address(kind=lost.recipient_kind, value=lost.recipient),
        text=lost.body,
    )
