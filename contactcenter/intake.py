"""Takes what the channels receive and stores it, a batch at a time.

While one batch is being committed, further messages collect, and the next batch takes them all:
at low load a batch is one message, under load the price of a commit is shared. The provider gets
its 2xx only after the commit. Intake never takes the routing lock and never changes a ticket's
state, queue, owner or load.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

import asyncpg
import structlog

from channels import (
    Channel,
    Checkpoint,
    Inbound,
    NotStored,
    Outcome,
    Purpose,
    StatusUpdate,
    Unreadable,
)
from contactcenter import db, metrics, quarantine, timers
from contactcenter.bell import Bell
from contactcenter.chats import chat_intake
from contactcenter.chats.chat_signals import tell_rooms
from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase
from contactcenter.inbound import inbound_columns, inbound_storing
from contactcenter.inbound.inbound_storing import Stored
from contactcenter.mail_intake.intake import ENTRY_POINT, MailIntake
from contactcenter.outbound import deliveries, opt_outs
from contactcenter.outbound.own_addresses import OwnAddress, OwnAddresses

BATCH: Final = 128
#: A provider that waits longer than this is told 503, and redelivers.
DEADLINE_S: Final = 4.5
LOCK_TIMEOUT_MS: Final = 500
_NO_CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType({})

log = structlog.get_logger()


class _Waiting:
    """One message on its way into the database, and whoever waits for it."""

    __slots__ = ("done", "item")

    def __init__(self, item: Inbound) -> None:
        self.item = item
        self.done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()


class Intake:
    """The app's ``channels.Inbox``. One writer a process, with a connection of its own.

    ``channels`` tell to which of our senders a customer's STOP applies.
    """

    def __init__(
        self,
        database: Database,
        bell: Bell,
        *,
        reopen_window_s: int,
        channels: Mapping[str, Channel] = _NO_CHANNELS,
    ) -> None:
        self._database = database
        self._bell = bell
        self._reopen_window_s = reopen_window_s
        self._channels = channels
        self._queue: list[_Waiting] = []
        self._batch: list[_Waiting] = []
        self._news = asyncio.Event()
        self._own_addresses = OwnAddresses()
        self._mails = MailIntake(database, bell, reopen_window_s=reopen_window_s, channels=channels)
        self._conn: db.OwnConnection | None = None
        self._alone: set[asyncio.Task[None]] = set()

    @property
    def is_busy(self) -> bool:
        """Whether messages wait for the batch before theirs to be committed."""
        return bool(self._queue) or self._mails.is_busy

    @property
    def is_storing(self) -> bool:
        """Whether messages wait, or are being stored: with few senders none wait meanwhile."""
        return bool(self._batch) or self.is_busy

    async def receive(
        self, items: Sequence[Inbound | Unreadable], *, checkpoint: Checkpoint | None = None
    ) -> Sequence[Outcome]:
        """Store durably or raise ``NotStored``; see ``channels.Inbox``."""
        if checkpoint is not None or any(_is_mail(item) for item in items):
            return await self._mails.receive(items, checkpoint)
        waiting = [_Waiting(item) for item in items if isinstance(item, Inbound)]
        self._queue.extend(waiting)
        self._news.set()
        try:
            async with asyncio.timeout(DEADLINE_S):
                for item in items:
                    if isinstance(item, Unreadable):
                        await self._hold("message", item)
                outcomes = iter([await w.done for w in waiting])
        except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
            raise NotStored("the database did not take it in time") from error
        return [next(outcomes) if isinstance(i, Inbound) else "quarantined" for i in items]

    async def enter(
        self, conn: Conn, now: datetime, item: Inbound, *, kept_as: int | None, apart: bool
    ) -> Stored | None:
        """Store one within somebody's transaction; see ``inbound_storing.store_one``."""
        entry = await self._own_addresses.find(conn, item.channel, item.entry_point)
        place = (entry.id, entry.queue_id, inbound_columns.inbound_key(item))
        return await inbound_storing.store_one(
            conn,
            now,
            place,
            item,
            reopen_window_s=self._reopen_window_s,
            kept_as=kept_as,
            apart=apart,
        )

    async def status(self, update: StatusUpdate | Unreadable) -> None:
        """Store what became of a sent message; see ``channels.Inbox``."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                if isinstance(update, Unreadable):
                    await self._hold("status", update)
                    return
                async with self._database.transaction() as conn:
                    rose = await deliveries.note_status(conn, update)
                    if update.consent is not None or (rose and update.failure == "consent"):
                        await opt_outs.note_report(conn, self._channels, update)
        except (TimeoutError, NoDatabase, asyncpg.PostgresError) as error:
            raise NotStored("the database did not take it in time") from error
        self._bell.ring("events")

    async def run(self) -> None:
        """Write batch after batch, of messages and of mails, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._mails.run())
            group.create_task(self._write_batches())

    async def _write_batches(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._queue:
                self._batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
                await self._take(self._batch)
            self._batch = []

    async def close(self) -> None:
        """Let go of the connection and of the items that are being tried alone."""
        for task in self._alone:
            task.cancel()
        await self._mails.close()
        if self._conn is not None:
            self._conn.terminate()

    async def _take(self, batch: list[_Waiting]) -> None:
        metrics.INTAKE_BATCH.observe(len(batch))
        try:
            conn = await self._connection()
            await self._write(conn, batch)
        except Exception as error:  # noqa: BLE001  the writer must outlive whatever a batch holds
            if db.is_unreachable(error) or isinstance(error, NoDatabase):
                self._fail(batch, error)
            else:
                log.warning("intake_batch_failed", error=type(error).__name__, size=len(batch))
                task = asyncio.create_task(self._take_one_by_one(batch))
                self._alone.add(task)
                task.add_done_callback(self._alone.discard)

    async def _take_one_by_one(self, batch: list[_Waiting]) -> None:
        """Try the items of a failed batch alone, beside the next batch: one sinks no neighbour."""
        for waiting in batch:
            try:
                async with self._database.read() as conn:
                    await self._write(conn, [waiting])
            except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
                await self._set_aside(waiting, error)
            except Exception as error:  # noqa: BLE001  as above
                self._fail([waiting], error)
                log.warning("intake_item_failed", error=type(error).__name__)

    async def _set_aside(self, waiting: _Waiting, error: asyncpg.PostgresError) -> None:
        """Keep what the database will never take as it is: redelivery would not help it."""
        item = waiting.item
        held = Unreadable(
            channel=item.channel,
            reason="not_storable",
            detail=f"the database refused it: {type(error).__name__}",
            raw=item.raw,
            external_id=item.external_id,
        )
        try:
            await self._hold("message", held)
        except (NoDatabase, asyncpg.PostgresError) as hold_error:
            self._fail([waiting], hold_error)
        else:
            if not waiting.done.done():
                waiting.done.set_result("quarantined")

    async def _write(self, conn: Conn, batch: list[_Waiting]) -> None:
        keyed = await self._keyed(conn, batch)
        items = [group[0].item for _, group in keyed]
        places = [(entry.id, entry.queue_id, key) for (entry, key), _ in keyed]
        columns = await inbound_storing.columns(conn, places, items)
        media = inbound_columns.media(items)

        async def attempt() -> list[Stored]:
            return await inbound_storing.store(
                conn, columns, media, reopen_window_s=self._reopen_window_s
            )

        said = chat_intake.with_more([waiting.item for waiting in batch], items)
        stored, spoke = await db.retried(lambda: self._store(conn, attempt, said))
        fresh = {row.n for row in stored}
        for n, (_, group) in enumerate(keyed):
            for place, waiting in enumerate(group):
                outcome: Outcome = "stored" if n in fresh and place == 0 else "duplicate"
                if not waiting.done.done():
                    waiting.done.set_result(outcome)
        if fresh:
            self._bell.ring("triage", "events")
            if media[0]:
                self._bell.ring("media")
            tell_rooms(self._bell, "line", spoke)

    async def _store(
        self, conn: Conn, store: Callable[[], Awaitable[list[Stored]]], said: Mapping[int, Inbound]
    ) -> tuple[list[Stored], list[int]]:
        """Keep STOP and START, and lines of chats, with the messages: acknowledged all, or none.

        Also returns the visitors who have new lines.
        """
        if not said:
            return await store(), []
        async with conn.transaction():
            stored = await store()
            ids = {row.n: row.interaction_id for row in stored}
            heard = [(ids[n], item) for n, item in said.items() if n in ids]
            now = await timers.clock(conn)
            consents = [item for _, item in heard if item.consent]
            await opt_outs.hear(conn, now, self._channels, consents)
            spoke = await chat_intake.store(conn, now, heard)
        return stored, spoke

    async def _keyed(
        self, conn: Conn, batch: list[_Waiting]
    ) -> list[tuple[tuple[OwnAddress, bytes], list[_Waiting]]]:
        """Fold what is equal within the batch, in the order all batches lock their keys in."""
        groups: dict[tuple[int, bytes], list[_Waiting]] = {}
        entries: dict[int, OwnAddress] = {}
        for waiting in batch:
            item = waiting.item
            entry = await self._own_addresses.find(conn, item.channel, item.entry_point)
            entries[entry.id] = entry
            key = (entry.id, inbound_columns.inbound_key(item))
            groups.setdefault(key, []).append(waiting)
        return [((entries[e], key), groups[e, key]) for e, key in sorted(groups)]

    async def _hold(self, purpose: Purpose, item: Unreadable) -> None:
        async with self._database.transaction() as conn:
            await quarantine.hold(conn, purpose, item)
        self._bell.ring("events")

    async def _connection(self) -> Conn:
        if self._conn is None or self._conn.is_closed():
            self._conn = await self._database.connect(
                "intake", lock_timeout_ms=LOCK_TIMEOUT_MS, generic_plans=True
            )
        return self._conn

    def _fail(self, batch: list[_Waiting], error: Exception) -> None:
        for waiting in batch:
            if not waiting.done.done():
                waiting.done.set_exception(NotStored(type(error).__name__))


def _is_mail(item: Inbound | Unreadable) -> bool:
    """Whether it has a thread, or could have one if it could be read."""
    if isinstance(item, Inbound):
        return item.thread is not None
    return ENTRY_POINT in item.raw.headers
