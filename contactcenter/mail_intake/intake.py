"""Takes the mails that the channels receive and stores them, as ``intake`` does with messages.

A transaction takes all that waits, checkpoints of mailboxes with it. What fails together is tried
apart, beside the next batch: one mail sinks no neighbour, and a mailbox goes on behind it.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Final

import asyncpg
import structlog
from msgspec import Struct

from channels import Channel, Checkpoint, Inbound, LeaseLost, NotStored, Outcome, Unreadable
from contactcenter import db, metrics, quarantine, timers
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.inbound import inbound_columns
from contactcenter.mail_intake import effects, holding, storing, threads
from contactcenter.mail_intake.handed import Handed, Item
from contactcenter.mail_intake.placing import Held, Joined, Opened
from contactcenter.mail_intake.storing import Placed
from contactcenter.mails import mailroom
from contactcenter.outbound.own_addresses import OwnAddresses

#: What is kept beside the bytes of a mail: which of our addresses it came to.
ENTRY_POINT: Final = "entry_point"
#: At most so many mails in a transaction, and so many bytes if it is more than one delivery.
BATCH: Final = 64
BATCH_BYTES: Final = 32 * 1024 * 1024
#: What is larger is written beside the batches, over connections of its own: 50 MB take a second,
#: which no letter should wait.
LARGE_BYTES: Final = 1024 * 1024
_LARGE_AT_ONCE: Final = 2
#: Who hands mails in waits so long, and then tries again.
DEADLINE_S: Final = 8.0
LOCK_TIMEOUT_MS: Final = 500
#: The batch is held up by its slowest; what loses more often is tried apart.
_TRIES: Final = 3

#: A value that cannot be kept: the database says so, or it cannot even be sent there.
_REFUSALS: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)

log = structlog.get_logger()


class _Key(Struct, frozen=True, kw_only=True):
    entry_point_id: int
    key: bytes


_SQL = db.Statements(__name__)
_take_keys = _SQL.take("take_keys", _Key)


class MailIntake:
    """The part of the app's inbox that takes what has threads. One writer a process."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        *,
        reopen_window_s: int,
        channels: Mapping[str, Channel],
    ) -> None:
        self._database = database
        self._bell = bell
        self._reopen_window_s = reopen_window_s
        self._channels = channels
        self._queue: list[Handed] = []
        self._news = asyncio.Event()
        self._own_addresses = OwnAddresses()
        self._conn: db.OwnConnection | None = None
        self._apart: set[asyncio.Task[None]] = set()
        self._large_turns = asyncio.Semaphore(_LARGE_AT_ONCE)

    @property
    def is_busy(self) -> bool:
        """Whether mails wait for the batch before theirs to be committed."""
        return bool(self._queue)

    async def receive(
        self, items: Sequence[Item], checkpoint: Checkpoint | None
    ) -> Sequence[Outcome]:
        """Store durably; raises ``NotStored`` or ``LeaseLost``. See ``channels.Inbox``."""
        handed = Handed(items, checkpoint)
        self._queue.append(handed)
        self._news.set()
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await handed.done
        except TimeoutError as error:
            raise NotStored("the database did not take it in time") from error

    async def run(self) -> None:
        """Write batch after batch until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._queue:
                for handed in self._large():
                    self._beside(self._take_large(handed))
                if self._queue:
                    await self._take(self._next_batch())

    async def close(self) -> None:
        """Let go of the connection and of what is being tried apart."""
        for task in self._apart:
            task.cancel()
        if self._conn is not None:
            self._conn.terminate()

    def _large(self) -> list[Handed]:
        large = [handed for handed in self._queue if handed.size_bytes > LARGE_BYTES]
        if large:
            self._queue = [handed for handed in self._queue if handed not in large]
        return large

    def _next_batch(self) -> list[Handed]:
        mails, size_bytes = 0, 0
        for place, handed in enumerate(self._queue):
            mails += len(handed.items)
            size_bytes += handed.size_bytes
            if place and (mails > BATCH or size_bytes > BATCH_BYTES):
                break
        else:
            place = len(self._queue)
        batch, self._queue = self._queue[:place], self._queue[place:]
        return batch

    async def _take(self, batch: list[Handed]) -> None:
        metrics.INTAKE_BATCH.observe(sum(len(handed.items) for handed in batch))
        try:
            await self._write(await self._connection(), batch)
        except Exception as error:  # noqa: BLE001  the writer must outlive whatever a batch holds
            if _is_no_ones_fault(error) or (isinstance(error, LeaseLost) and len(batch) == 1):
                for handed in batch:
                    handed.fail(error)
                return
            log.warning("mail_batch_failed", error=type(error).__name__, size=len(batch))
            self._beside(self._take_apart(batch))

    async def _take_large(self, handed: Handed) -> None:
        metrics.INTAKE_BATCH.observe(len(handed.items))
        async with self._large_turns:
            await self._take_apart([handed])

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._apart.add(task)
        task.add_done_callback(self._apart.discard)

    async def _take_apart(self, batch: list[Handed]) -> None:
        """Try what was handed in together alone, and where that fails, mail by mail."""
        for handed in batch:
            try:
                async with self._database.read() as conn:
                    try:
                        await self._write(conn, [handed])
                    except _REFUSALS:
                        await self._mail_by_mail(conn, handed)
            except Exception as error:  # noqa: BLE001  as above
                handed.fail(error)
                log.warning("mails_not_stored", error=type(error).__name__, size=len(handed.items))

    async def _mail_by_mail(self, conn: Conn, handed: Handed) -> None:
        """Each in a transaction of its own, then the checkpoint: what it covers is stored."""
        outcomes: list[Outcome] = []
        for item in handed.items:
            one = Handed([item], None)
            try:
                await self._write(conn, [one])
            except _REFUSALS as error:
                async with self._database.transaction() as own:
                    await holding.set_aside(own, item, error)
                one.succeed(["quarantined"])
            outcomes += await one.done
        if handed.checkpoint is not None:
            await self._write(conn, [Handed([], handed.checkpoint)])
        handed.succeed(outcomes)

    async def _write(self, conn: Conn, batch: Sequence[Handed]) -> None:
        """Store a batch whole, or nothing of it."""
        entry_point_ids: dict[str, int] = {}
        for handed in batch:
            for item in handed.items:
                address = _entry_point(item)
                if address is not None and address not in entry_point_ids:
                    own = await self._own_addresses.find(conn, item.channel, address)
                    entry_point_ids[address] = own.id

        async def attempt() -> list[list[Outcome]]:
            async with conn.transaction():
                return await self._stored(conn, batch, entry_point_ids)

        outcomes = await db.retried(attempt, tries=_TRIES)
        for handed, told in zip(batch, outcomes, strict=True):
            handed.succeed(told)
        if any("stored" in told for told in outcomes):
            self._bell.ring("triage", "events")
        elif any("quarantined" in told for told in outcomes):
            self._bell.ring("events")

    async def _stored(
        self, conn: Conn, batch: Sequence[Handed], entry_point_ids: Mapping[str, int]
    ) -> list[list[Outcome]]:
        for handed in batch:
            if handed.checkpoint is not None:
                await mailroom.advance(conn, handed.checkpoint)
        items = [item for handed in batch for item in handed.items]
        outcomes: list[Outcome] = ["duplicate"] * len(items)
        for n, item in enumerate(items):
            if isinstance(item, Unreadable):
                entry_point_id = entry_point_ids.get(_entry_point(item) or "")
                await quarantine.hold(conn, "message", item, entry_point_id=entry_point_id)
                outcomes[n] = "quarantined"
        fresh = await _fresh(conn, items, entry_point_ids)
        if fresh:
            held = await self._place_and_store(conn, fresh)
            for n in fresh:
                outcomes[n] = "quarantined" if n in held else "stored"
        told = iter(outcomes)
        return [[next(told) for _ in handed.items] for handed in batch]

    async def _place_and_store(
        self, conn: Conn, fresh: Mapping[int, tuple[int, Inbound]]
    ) -> set[int]:
        """Store what belongs somewhere; returns which of them are held."""
        mails = await threads.read(conn, fresh)
        now = await timers.clock(conn)
        placer = await threads.placer(conn, mails, now, reopen_window_s=self._reopen_window_s)
        placed: list[Placed] = []
        held: dict[int, Held] = {}
        for mail in mails:
            placement = placer.place(mail)
            if isinstance(placement, Joined | Opened):
                item = fresh[mail.n][1]
                placed.append(Placed(mail=mail, item=item, placement=placement))
            else:
                held[mail.n] = placement
        stored = await storing.store(conn, now, placed)
        await effects.apply(conn, now, stored, self._channels)
        opened = {-row.mail.n - 1: one.ticket_id for row, one in zip(placed, stored, strict=True)}
        await holding.hold(conn, [(*fresh[n], why) for n, why in held.items()], opened)
        return set(held)

    async def _connection(self) -> Conn:
        if self._conn is None or self._conn.is_closed():
            self._conn = await self._database.connect(
                "mails", lock_timeout_ms=LOCK_TIMEOUT_MS, generic_plans=True
            )
        return self._conn


def _is_no_ones_fault(error: Exception) -> bool:
    """Whether no mail of the batch is the reason: the database cannot be reached."""
    is_gone = db.is_unreachable(error) and not isinstance(error, ValueError)
    return is_gone or isinstance(error, NoDatabase)


def _entry_point(item: Item) -> str | None:
    """Our address it came to; what cannot be read tells it as it was told."""
    return item.entry_point if isinstance(item, Inbound) else item.raw.headers.get(ENTRY_POINT)


async def _fresh(
    conn: Conn, items: Sequence[Item], entry_point_ids: Mapping[str, int]
) -> dict[int, tuple[int, Inbound]]:
    """The mails that are not stored yet, by their place, each with its entry point; once each."""
    first: dict[tuple[int, bytes], tuple[int, Inbound]] = {}
    for n, item in enumerate(items):
        if isinstance(item, Inbound):
            key = entry_point_ids[item.entry_point], inbound_columns.inbound_key(item)
            first.setdefault(key, (n, item))
    if not first:
        return {}
    taken = await _take_keys.all(conn, [e for e, _ in first], [key for _, key in first])
    fresh = {(one.entry_point_id, one.key) for one in taken}
    return {n: (key[0], item) for key, (n, item) in first.items() if key in fresh}
