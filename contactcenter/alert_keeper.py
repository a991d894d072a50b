"""Looks at the rules of alerts every few seconds, one process at a time, and tells whom they name.

To look and to tell are two tasks: a receiver that does not answer keeps nobody from looking.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from channels import (
    Address,
    Channel,
    Outbound,
    OutboundMail,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from contactcenter import leases, logs, metrics, timers
from contactcenter.alerting import deliveries, raising, telling
from contactcenter.alerting.deliveries import Due
from contactcenter.alerting.webhooks import NotTaken, Webhooks, signed
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.reporting.today import Day, Today, day_at
from contactcenter.secret_keys import KeyMissing
from contactcenter.statistics.rates import USUAL_VARIANT

LEASE: Final = "alerts"
_LEASE_S: Final = 15
_LOOK_EVERY_S: Final = 5.0
_TELL_EVERY_S: Final = 2.0
#: The service level of the board: answered within so many seconds.
_WITHIN_S: Final = 20
_AT_ONCE: Final = 4
#: Longer than a webhook or a mail server may take.
_CLAIM_S: Final = 120
_MAIL_DEADLINE_S: Final = 60.0
#: With the waits between them about five hours.
MOST_ATTEMPTS: Final = 14
#: News of an alert that is over are told this late at most, such as after an outage of ours.
LATE_AFTER_S: Final = 6 * 3600
_FIRST_WAIT_S: Final = 10.0
_LONGEST_WAIT_S: Final = 1800.0

log = structlog.get_logger()


class Outside(Struct, frozen=True, kw_only=True):
    """By what is told outside; ``keys`` are those that sign for a purpose."""

    channels: Mapping[str, Channel]
    webhooks: Webhooks
    keys: Callable[[str], Sequence[bytes]]
    chance: random.Random


def purpose(rule_id: int) -> str:
    """For what the keys that sign for a rule are derived."""
    return f"alert-webhook:{rule_id}"


class AlertKeeper:
    """One task a process; ``holder`` tells the processes apart, ``zone`` is whose day is today."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        outside: Outside,
        *,
        today: Today,
        zone: ZoneInfo,
        holder: str,
    ) -> None:
        self._database = database
        self._bell = bell
        self._outside = outside
        self._today = today
        self._zone = zone
        self._holder = holder

    async def run(self) -> None:
        """Look and tell until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._again_and_again(self.look, _LOOK_EVERY_S))
                group.create_task(self._again_and_again(self.tell_due, _TELL_EVERY_S))
        finally:
            await self._outside.webhooks.close()

    async def look(self) -> bool:
        """Judge the rules, unless another process does; whether it was our turn."""
        async with self._database.transaction() as conn:
            if await leases.take(conn, LEASE, self._holder, lease_s=_LEASE_S) is None:
                return False
        async with self._database.transaction() as conn:
            now = await timers.clock(conn)
            moves = await raising.look(conn, now, self._today, self._day(now))
        if moves:
            self._bell.ring("events")
        metrics.swept("alerts")
        return True

    async def tell_due(self) -> int:
        """Tell some of those who are to be told; how many were due."""
        async with self._database.transaction() as conn:
            late = await deliveries.give_up_on_late(conn, after_s=LATE_AFTER_S)
            due = await deliveries.claim(conn, at_most=_AT_ONCE, for_s=_CLAIM_S)
        for delivery_id in late:
            log.warning("alert_not_told", delivery_id=delivery_id, because="too late")
        await asyncio.gather(*(self._tell(one) for one in due))
        return len(due)

    async def _again_and_again(self, work: Callable[[], object], every_s: float) -> None:
        while True:
            try:
                await work()  # type: ignore[misc]  # both are coroutines
            except (NoDatabase, asyncpg.PostgresError, KeyMissing) as error:
                log.warning("alert_keeper_failed", error=type(error).__name__)
            await asyncio.sleep(every_s)

    def _day(self, now: datetime) -> Day:
        return day_at(now, self._zone, within_s=_WITHIN_S, variant=USUAL_VARIANT.value)

    async def _tell(self, due: Due) -> None:
        try:
            await (self._mail(due) if due.kind == "email" else self._post(due))
        except Undeliverable as error:
            await self._fail(due, str(error))
        except (NotTaken, SendFailure, TimeoutError) as error:
            await self._put_off(due, str(error) or "no answer in time")
        except (NoDatabase, asyncpg.PostgresError):
            raise  # its claim ends by itself
        except Exception as error:
            log.exception("alert_not_told", delivery_id=due.id, exc_info=logs.unquoted(error))
            await self._put_off(due, f"it failed: {type(error).__name__}")
        else:
            async with self._database.transaction() as conn:
                await deliveries.sent(conn, due.id)

    async def _post(self, due: Due) -> None:
        now = datetime.now(UTC)  # of this attempt: receivers refuse old ones
        body = msgspec.json.encode(telling.fields(due, now))
        keys = self._outside.keys(purpose(due.signed_for))
        headers = signed(keys, f"alert_{due.id}", int(now.timestamp()), body)
        await self._outside.webhooks.post(due.target, body, headers)

    async def _mail(self, due: Due) -> None:
        channel = self._outside.channels.get("email")
        if channel is None or channel.missing:
            raise Unavailable("the channel email is not set up")
        async with self._database.read() as conn:
            sender = await deliveries.sender(conn)
        if sender is None:
            raise Unavailable("there is no address of ours to write from")
        async with asyncio.timeout(_MAIL_DEADLINE_S):
            await channel.send(_letter(due, sender))

    async def _put_off(self, due: Due, why: str) -> None:
        if due.attempts >= MOST_ATTEMPTS:
            await self._fail(due, why)
            return
        wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** (due.attempts - 1))
        wait_s *= self._outside.chance.uniform(0.5, 1.0)
        async with self._database.transaction() as conn:
            await deliveries.put_off(conn, due.id, wait_s, why)

    async def _fail(self, due: Due, why: str) -> None:
        log.warning("alert_not_told", delivery_id=due.id, kind=due.kind, attempts=due.attempts)
        async with self._database.transaction() as conn:
            await deliveries.failed(conn, due.id, why)


def _letter(due: Due, sender: str) -> Outbound:
    """A mail that is the same at each attempt."""
    at = due.raised_at if due.what == "raised" else due.cleared_at or due.raised_at
    domain = sender.rpartition("@")[2]
    return Outbound(
        correlation_id=f"alert-{due.id}",
        entry_point=sender,
        recipient=Address(kind="email", value=due.target),
        text=telling.sentence(due),
        mail=OutboundMail(
            message_id=f"alert-{due.id}-{int(at.timestamp())}@{domain}",
            ticket_id=None,
            subject=telling.subject(due),
            written_at=at,
            automatic=True,
        ),
    )
