"""Hands messages to the channels: claim, commit, send, store what became of it."""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import asyncpg
import structlog

from channels import (
    Address,
    Channel,
    Outbound,
    OutcomeUnknown,
    Receipt,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from contactcenter import logs, outbox, timers
from contactcenter.bell import Bell, rung
from contactcenter.db import Database
from contactcenter.errors import NoDatabase
from contactcenter.outbox import Job

AT_ONCE: Final = 8
#: An answer that comes this late is worse than none.
GIVE_UP_AFTER: Final = timedelta(hours=4)
LONGEST_WAIT_S: Final = 300.0
#: More than a channel's own deadline, less than the claim.
_ATTEMPT_DEADLINE_S: Final = 20.0
_LOOK_EVERY_S: Final = 1.0
#: A little more than a channel's own deadline for one send.
_FINISH_S: Final = 12.0
_STORE_TRIES: Final = 8

log = structlog.get_logger()


class Sender:
    """One task a process; ``chance`` spreads the retries."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        channels: Mapping[str, Channel],
        *,
        public_url: str,
        chance: random.Random,
    ) -> None:
        self._database = database
        self._bell = bell
        self._channels = channels
        self._public_url = public_url
        self._chance = chance
        self._news = bell.waiter("outbox")
        self._sending = asyncio.Lock()
        self._told_to_finish = asyncio.Event()

    async def run(self) -> None:
        """Send what is written until cancelled or told to finish."""
        while not self._told_to_finish.is_set():
            await rung(self._news, at_most_s=_LOOK_EVERY_S)
            try:
                while not self._told_to_finish.is_set() and await self._send_in_turn():
                    pass
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("sender_failed", error=type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def finish(self) -> None:
        """Claim nothing more, and wait for the answers to what is being sent: at most 12 s."""
        self._told_to_finish.set()
        try:
            async with asyncio.timeout(_FINISH_S), self._sending:
                pass
        except TimeoutError:
            log.warning("sender_stopped_early")

    async def _send_in_turn(self) -> int:
        async with self._sending:
            return await self.send_due()

    async def send_due(self) -> int:
        """Claim and send one batch; returns how many messages it held."""
        async with self._database.transaction() as conn:
            now = await timers.clock(conn)
            if await outbox.give_up_on_lost(conn, now):
                self._bell.ring("events")
            jobs = await outbox.claim(conn, at_most=AT_ONCE)
        if jobs:
            await asyncio.gather(*(self._send(job) for job in jobs))
            self._bell.ring("events", "outbox")
        return len(jobs)

    async def _send(self, job: Job) -> None:
        try:
            async with asyncio.timeout(_ATTEMPT_DEADLINE_S):
                receipt = await self._channel(job).send(self._outbound(job))
        except TimeoutError:
            await self._store(job, OutcomeUnknown("no answer within 20 s"))
        except SendFailure as failure:
            await self._store(job, failure)
        except Exception as error:
            log.exception(
                "send_failed", interaction_id=job.interaction_id, exc_info=logs.unquoted(error)
            )
            await self._store(job, OutcomeUnknown(f"the channel failed: {type(error).__name__}"))
        else:
            await self._store(job, receipt)

    async def _store(self, job: Job, result: Receipt | SendFailure) -> None:
        """Store what became of it; what cannot be stored ends as unknown when the claim is over."""
        for attempt in range(_STORE_TRIES):
            try:
                await self._store_once(job, result)
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("send_result_not_stored", error=type(error).__name__, attempt=attempt)
                await asyncio.sleep(1)
            else:
                return

    async def _store_once(self, job: Job, result: Receipt | SendFailure) -> None:
        async with self._database.transaction() as conn:
            now = await timers.clock(conn)
            if isinstance(result, Receipt):
                await outbox.sent(
                    conn,
                    now,
                    job,
                    external_id=result.external_id,
                    status=result.status,
                    segments=result.segments,
                )
            elif isinstance(result, Unavailable) and now - job.created_at < GIVE_UP_AFTER:
                wait_s = self._wait_s(job.attempts, result.retry_after_s)
                await outbox.put_back(conn, job, error=str(result), wait_s=wait_s)
            else:
                await outbox.failed(
                    conn,
                    now,
                    job,
                    "unknown" if isinstance(result, OutcomeUnknown) else "failed",
                    code=result.code,
                    detail=str(result),
                )
        if not isinstance(result, Receipt):
            log.warning(
                "message_not_sent",
                interaction_id=job.interaction_id,
                outcome=type(result).__name__,
                code=result.code,
            )

    def _wait_s(self, attempts: int, asked_s: float | None) -> float:
        """Exponential, with half of it left to chance; at least what the provider asked for."""
        wait_s = min(LONGEST_WAIT_S, 2.0**attempts) * self._chance.uniform(0.5, 1.0)
        return max(wait_s, asked_s or 0.0)

    def _channel(self, job: Job) -> Channel:
        channel = self._channels.get(job.channel)
        if channel is None:
            raise Undeliverable(f"there is no channel {job.channel}")
        if channel.missing:
            raise Unavailable(f"{job.channel} is not set up: {', '.join(channel.missing)}")
        return channel

    def _outbound(self, job: Job) -> Outbound:
        return Outbound(
            correlation_id=job.correlation_id,
            entry_point=job.entry_point,
            recipient=Address(kind=job.recipient_kind, value=job.recipient),
            text=job.body,
            media_urls=tuple(f"{self._public_url}/media/{token}" for token in job.media_tokens),
        )
