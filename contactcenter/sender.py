"""Hands messages to the channels: claim, commit, send, store what became of it.

Where the same message twice is one to its reader, a lost answer is no end: it goes out once more,
and only the second time nobody knows.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Final

import asyncpg
import structlog

from channels import (
    AccountRefused,
    Channel,
    Deferred,
    OptedOut,
    OutboundMail,
    OutcomeUnknown,
    Receipt,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from contactcenter import logs, metrics, timers
from contactcenter.bell import Bell, rung
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.mails import mails
from contactcenter.notices import notice_holding
from contactcenter.outbound import opt_outs, outbox, pacing
from contactcenter.outbound.attempts import Attempts
from contactcenter.outbound.outbox import Job

#: An answer that comes this late is worse than none, unless the settings say otherwise.
VALID_S: Final = 4 * 3600
#: More than a channel's own deadline, unless it says otherwise; less than the claim.
_ATTEMPT_DEADLINE_S: Final = 20.0
#: A claim this old is not used any more: the attempt might outlast it.
_START_WITHIN_S: Final = outbox.CLAIM_S - _ATTEMPT_DEADLINE_S - 2
_LOOK_EVERY_S: Final = 1.0
#: A little more than a channel's own deadline for one send.
_FINISH_S: Final = 12.0
_STORE_TRIES: Final = 8

log = structlog.get_logger()


class _NotTried(Unavailable):
    """This process was stopped for so long that its claim is over, or could not read the mail."""


class Sender:
    """One task a process; ``chance`` spreads the retries.

    One that takes long gives its place to others, see ``Attempts``.
    """

    def __init__(
        self,
        database: Database,
        bell: Bell,
        channels: Mapping[str, Channel],
        *,
        public_url: str,
        chance: random.Random,
        valid_s: int = VALID_S,
    ) -> None:
        self._database = database
        self._bell = bell
        self._channels = channels
        self._public_url = public_url
        self._chance = chance
        self._valid_s = valid_s
        self._news = bell.waiter("outbox")
        self._attempts = Attempts()
        self._told_to_finish = asyncio.Event()

    async def run(self) -> None:
        """Send what is written until cancelled or told to finish."""
        try:
            while not self._told_to_finish.is_set():
                await rung(self._news, at_most_s=_LOOK_EVERY_S)
                try:
                    await self._keep_claims()
                    await self._fill_up()
                except (NoDatabase, asyncpg.PostgresError) as error:
                    log.warning("sender_failed", error=type(error).__name__)
                    await asyncio.sleep(_LOOK_EVERY_S)
        except asyncio.CancelledError:
            for task in self._attempts.tasks:
                task.cancel()
            raise

    async def finish(self) -> None:
        """Claim nothing more, and wait for the answers to what is being sent: at most 12 s."""
        self._told_to_finish.set()
        try:
            async with asyncio.timeout(_FINISH_S):
                while under_way := self._attempts.tasks:
                    await asyncio.wait(under_way)
        except TimeoutError:
            log.warning("sender_stopped_early")

    async def send_due(self) -> int:
        """Claim and send one batch; returns how many messages it held."""
        tasks = await self._start()
        if tasks:
            await asyncio.wait(tasks)
        return len(tasks)

    async def _fill_up(self) -> None:
        while not self._told_to_finish.is_set() and self._attempts.places(_now_s()):
            if not await self._start():
                break

    async def _keep_claims(self) -> None:
        if ids := self._attempts.to_keep(_now_s()):
            async with self._database.transaction() as conn:
                await outbox.keep_claims(conn, ids)

    async def _start(self) -> list[asyncio.Task[None]]:
        started_s = _now_s()
        async with self._database.transaction() as conn:
            now = await timers.clock(conn)
            given_up = await outbox.give_up_on_lost(conn, now, repeating=self._repeating)
            given_up += await outbox.give_up_on_late(conn, now, self._valid)
            jobs = await self._claim(conn)
            refused = await opt_outs.refused(conn, self._channels, jobs)
            for job in refused:
                await outbox.failed(
                    conn, now, job, "failed", code=opt_outs.CODE, detail=opt_outs.NOT_SENT
                )
            held = await notice_holding.hold(conn, now, [j for j in jobs if j not in refused])
        if given_up or refused:
            self._bell.ring("events")
        if refused:
            self._bell.ring("outbox")  # all of them, maybe: their places are free at once
        tasks = []
        for job in jobs:
            if job not in refused and job not in held:
                task = asyncio.create_task(self._send(job, started_s))
                self._attempts.add(task, job, started_s)
                task.add_done_callback(self._done)
                tasks.append(task)
        return tasks

    async def _claim(self, conn: Conn) -> list[Job]:
        jobs: list[Job] = []
        stopped = await pacing.stopped(conn, self._channels)
        probed = await pacing.probe(conn, claim_s=outbox.CLAIM_S) if stopped else None
        if probed is not None:
            theirs = [id_ for id_, account in stopped.items() if account == probed]
            jobs += await outbox.claim(conn, at_most=1, probed=theirs)
        now_s = _now_s()
        if (places := self._attempts.places(now_s) - len(jobs)) > 0:
            closed = [*stopped, *self._attempts.crowded(now_s)]
            jobs += await outbox.claim(conn, at_most=places, stopped=closed)
        return jobs

    def _done(self, _task: asyncio.Task[None]) -> None:
        self._bell.ring("events", "outbox")  # the next of this conversation, and a free place

    async def _send(self, job: Job, claimed_s: float) -> None:
        try:
            channel = self._channel(job)
            mail = await self._mail(job) if channel.has_threads else None
            outbound = job.outbound(mail, self._public_url, valid_s=self._valid[job.channel])
            if _now_s() - claimed_s > _START_WITHIN_S:
                raise _NotTried("it was claimed too long ago")
            deadline_s = channel.patience_s or _ATTEMPT_DEADLINE_S
            async with asyncio.timeout(deadline_s):
                receipt = await channel.send(outbound)
        except TimeoutError:
            await self._store(job, OutcomeUnknown(f"no answer within {deadline_s:.0f} s"))
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
        metrics.SENDS.labels(job.channel, type(result).__name__).inc()
        for attempt in range(_STORE_TRIES):
            try:
                async with self._database.transaction() as conn:
                    await self._store_once(conn, job, result)
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("send_result_not_stored", error=type(error).__name__, attempt=attempt)
                await asyncio.sleep(1)
            else:
                break
        if not isinstance(result, Receipt):
            log.warning(
                "message_not_sent",
                interaction_id=job.interaction_id,
                outcome=type(result).__name__,
                code=result.code,
            )

    async def _store_once(self, conn: Conn, job: Job, result: Receipt | SendFailure) -> None:
        now = await timers.clock(conn)
        if isinstance(result, Receipt):
            told = await outbox.sent(
                conn,
                now,
                job,
                external_id=result.external_id,
                status=result.status,
                segments=result.segments,
                refused=result.refused_copies,
            )
            await opt_outs.note_codes(conn, self._channels, job.channel, result.external_id, told)
        elif isinstance(result, Deferred):
            await outbox.defer(conn, job, result, share=self._chance.uniform(0.0, 1.0))
        elif isinstance(result, Unavailable):
            wait_s = await self._hold_back(conn, job, result)
            await outbox.put_back(conn, job, error=str(result), wait_s=wait_s)
            return
        elif isinstance(result, OutcomeUnknown):
            wait_s = await self._pause(conn, job, borne=pacing.LOST_ANSWERS)
            if job.channel in self._repeating and not job.repeats:
                await outbox.repeat(conn, job, error=str(result), wait_s=wait_s)
            else:
                await outbox.failed(conn, now, job, "unknown", code=result.code, detail=str(result))
            return
        else:
            if isinstance(result, OptedOut):
                await opt_outs.note_refusal(conn, now, self._channels, job)
            await outbox.failed(conn, now, job, "failed", code=result.code, detail=str(result))
        if job.probing:
            await pacing.answer(conn, job.entry_point_id)
            if account := pacing.account_of(self._channels, job.channel, job.entry_point):
                await pacing.resume(conn, account)

    async def _hold_back(self, conn: Conn, job: Job, refusal: Unavailable) -> float:
        """Leave the provider in peace; returns for how many seconds."""
        account = pacing.account_of(self._channels, job.channel, job.entry_point)
        if isinstance(refusal, AccountRefused) and account is not None:
            await pacing.stop(conn, account, refusal.code, claimed_at=job.claimed_at)
            return 0.0  # it is the account that waits
        if isinstance(refusal, _NotTried):
            return 0.0
        return await self._pause(conn, job, asked_s=refusal.retry_after_s or 0.0)

    async def _pause(self, conn: Conn, job: Job, *, asked_s: float = 0.0, borne: int = 0) -> float:
        return await pacing.refuse(
            conn,
            job.entry_point_id,
            claimed_at=job.claimed_at,
            share=self._chance.uniform(0.5, 1.0),
            asked_s=asked_s,
            borne=borne,
        )

    def _channel(self, job: Job) -> Channel:
        channel = self._channels.get(job.channel)
        if channel is None:
            raise Undeliverable(f"there is no channel {job.channel}")
        if channel.missing:
            raise Unavailable(f"{job.channel} is not set up: {', '.join(channel.missing)}")
        return channel

    async def _mail(self, job: Job) -> OutboundMail | None:
        try:
            async with self._database.read() as conn:
                return await mails.outbound(conn, job.interaction_id)
        except (NoDatabase, asyncpg.PostgresError) as error:
            raise _NotTried(f"the database gave no mail: {type(error).__name__}") from error

    @property
    def _repeating(self) -> list[str]:
        return [name for name, one in self._channels.items() if one.repeats_safely]

    @property
    def _valid(self) -> Mapping[str, int]:
        """How long a message of each channel is worth sending."""
        return {name: one.valid_s or self._valid_s for name, one in self._channels.items()}


def _now_s() -> float:
    return asyncio.get_running_loop().time()
