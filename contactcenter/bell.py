"""Wakes whoever waits for news, in this process and in the others.

Correctness never needs the bell: everybody who listens also looks by himself every second. It only
makes the wait short. NOTIFY carries topics, no data, and never travels inside the transaction it
tells of: commits that notify queue behind one another (a quarter of the rate at 32 writers).

What is over in a moment and stored nowhere, such as that somebody is typing, travels the same way
as a signal: once, to whoever listens now.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec
import structlog

from contactcenter.db import Conn, Database
from contactcenter.errors import NoDatabase

Topic = Literal["events", "triage", "outbox", "media"]
TOPICS: Final[tuple[Topic, ...]] = ("events", "triage", "outbox", "media")

#: What may be signalled, and to whom: to the consoles, or to the visitors of a web chat.
Audience = Literal["consoles", "visitors"]
#: A signal is a JSON object of ids and words.
Signal = dict[str, Any]

_CHANNEL: Final = "contactcenter"
_SIGNALS: Final = "contactcenter_signals"
#: A NOTIFY carries less than 8000 bytes.
#: Source: https://www.postgresql.org/docs/current/sql-notify.html
_NOTIFY_BYTES: Final = 7_900
#: More than this waits only where the database is away; the oldest are over by then.
_SIGNALS_KEPT: Final = 1_000
#: A ring after a silence travels at once, and those that come within this time after it as one.
_PAUSE_S: Final = 0.02
_RECONNECT_S: Final = 0.5

log = structlog.get_logger()


class Bell:
    """One LISTEN connection a process, and the events its workers wait on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiters: dict[str, list[asyncio.Event]] = defaultdict(list)
        self._to_tell: set[str] = set()
        self._listeners: dict[str, list[Callable[[Signal], None]]] = defaultdict(list)
        self._to_signal: list[bytes] = []
        self._told = asyncio.Event()

    def waiter(self, topic: Topic) -> asyncio.Event:
        """Make an event that is set whenever the topic rings; the waiter clears it."""
        event = asyncio.Event()
        event.set()  # there may be news from before
        self._waiters[topic].append(event)
        return event

    def ring(self, *topics: Topic) -> None:
        """Wake this process now and the others shortly; call it after the commit."""
        for topic in topics:
            self._wake(topic)
        self._to_tell.update(topics)
        self._told.set()

    def listen(self, audience: Audience, listener: Callable[[Signal], None]) -> None:
        """Have every signal to this audience from now on, whichever process sent it."""
        self._listeners[audience].append(listener)

    def signal(self, audience: Audience, signal: Signal) -> None:
        """Tell everybody who listens now; it may be lost, and is never stored."""
        encoded = msgspec.json.encode([audience, signal])
        if len(encoded) > _NOTIFY_BYTES:
            raise ValueError(f"a signal has {_NOTIFY_BYTES} bytes at most")
        self._hand_on(audience, signal)
        self._to_signal.append(encoded)
        del self._to_signal[:-_SIGNALS_KEPT]
        self._told.set()

    async def run(self) -> None:
        """Listen and tell until cancelled; a lost connection is opened again."""
        while True:
            try:
                conn = await self._database.connect("bell")
            except NoDatabase:
                await asyncio.sleep(_RECONNECT_S)
                continue
            try:
                await self._serve(conn)
            except Exception as error:  # noqa: BLE001  a lost connection may look like anything
                log.warning("bell_connection_lost", error=type(error).__name__)
                await asyncio.sleep(_RECONNECT_S)
            finally:
                conn.terminate()

    async def _serve(self, conn: Conn) -> None:
        own_pid = conn.get_server_pid()

        def heard(_conn: object, pid: int, _channel: str, payload: object) -> None:
            if pid != own_pid:
                for topic in str(payload).split():
                    self._wake(topic)

        # A NOTIFY is a transaction with a flush of its own; nothing is lost with one that is lost.
        await conn.execute("SET synchronous_commit = off")

        def signalled(_conn: object, pid: int, _channel: str, payload: object) -> None:
            if pid != own_pid:
                for audience, signal in msgspec.json.decode(f"[{payload}]"):
                    self._hand_on(audience, signal)

        await conn.add_listener(_CHANNEL, heard)
        await conn.add_listener(_SIGNALS, signalled)
        for topic in TOPICS:  # whatever rang while nobody listened
            self._wake(topic)
        await self._travel(conn)

    async def _travel(self, conn: Conn) -> None:
        """Tell the other processes what rang and was signalled here."""
        while True:
            await self._told.wait()
            self._told.clear()
            topics, self._to_tell = self._to_tell, set()
            if topics:
                await conn.execute("SELECT pg_notify($1, $2)", _CHANNEL, " ".join(sorted(topics)))
            while self._to_signal:
                await conn.execute("SELECT pg_notify($1, $2)", _SIGNALS, self._next_signals())
            await asyncio.sleep(_PAUSE_S)

    def _next_signals(self) -> str:
        """As many as one NOTIFY carries, as the inside of a JSON array."""
        taken, size = 0, 0
        for encoded in self._to_signal:
            size += len(encoded) + 1
            if taken and size > _NOTIFY_BYTES:
                break
            taken += 1
        payload = b",".join(self._to_signal[:taken]).decode()
        del self._to_signal[:taken]
        return payload

    def _hand_on(self, audience: str, signal: Signal) -> None:
        for listener in self._listeners[audience]:
            listener(signal)

    def _wake(self, topic: str) -> None:
        for event in self._waiters[topic]:
            event.set()


async def rung(event: asyncio.Event, *, at_most_s: float) -> None:
    """Wait for the bell, but not longer than ``at_most_s``; then clear it."""
    await is_set_within(event, at_most_s)
    event.clear()


async def is_set_within(event: asyncio.Event, at_most_s: float) -> bool:
    """Wait until it is set, but not longer than that; returns whether it was."""
    try:
        async with asyncio.timeout(at_most_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
