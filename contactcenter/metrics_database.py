"""What the database tells at a scrape: the same from every process, whichever is asked.

Read at most every 5 s and within 2 s, so that neither a fast scraper nor a slow database hurts.
Without an answer there is ``contactcenter_database_up 0``, and no old value posing as a new one.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from types import MappingProxyType
from typing import Final

import asyncpg
import structlog
from msgspec import Struct
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from contactcenter import db, partitions, timers
from contactcenter.db import Database
from contactcenter.errors import NoDatabase

CACHED_S: Final = 5.0
DEADLINE_S: Final = 2.0

#: Name without prefix: what it is, and the name of its label if it has one.
GAUGES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "triage_untriaged_messages": ("Stored messages nobody has looked at yet.", ""),
        "triage_lag_seconds": ("Age of the oldest message nobody has looked at yet.", ""),
        "tickets_waiting": ("Tickets that wait for an agent.", "tier"),
        "ticket_oldest_wait_seconds": ("How long the longest has waited in its queue.", "tier"),
        "agents": ("Agents by presence.", "presence"),
        "outbox_messages": ("Messages to be sent, being sent, or of unknown outcome.", "state"),
        "outbox_oldest_due_seconds": ("How overdue the oldest message to be sent is.", ""),
        "outbox_unknown_old_messages": ("Unknown outcomes of messages over 15 min old.", ""),
        "timers_overdue": ("Timers late by more than 5 s.", ""),
        "timer_lateness_seconds": ("How late the latest timer is.", ""),
        "quarantine_held_payloads": ("Payloads that were not understood and wait.", ""),
        "calls_live": ("Calls that are not over.", "state"),
        "calls_oldest_wait_seconds": ("How long the caller who has waited longest waits.", ""),
        "call_commands_overdue_seconds": ("How overdue what the provider is to do is.", ""),
        "calls_unsettled_seconds": ("How long routing has not followed a call, at worst.", ""),
        "call_hooks_unknown": ("Hooks of the last day of calls nobody knows, 1,000 at most.", ""),
        "alerts_open": ("Alerts of the live board that hold.", ""),
        "alert_deliveries_queued": ("People and programs still to be told of an alert.", "kind"),
        "lease_held": ("Whether a job that one process does at a time has a holder.", "lease"),
        "database_oldest_write_seconds": ("Age of the oldest transaction that writes.", ""),
        "partition_months_ahead": ("Months for which there are partitions.", ""),
    }
)
_PREFIX: Final = "contactcenter_"

log = structlog.get_logger()


class _Sample(Struct, frozen=True, kw_only=True):
    name: str
    label: str
    value: float


_SQL = db.Statements(__name__)
_samples = _SQL.take("samples", _Sample)


class DatabaseGauges(Collector):
    """``refresh`` reads, ``collect`` gives out what was read. ``clock`` counts seconds."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.monotonic,
        *,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._deadline_s = deadline_s
        self._samples: list[_Sample] | None = None
        self._read_at_s = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Read, unless that was done a moment ago; 2 s at most, whatever becomes of the reading.

        To call it off takes time as well: a database that is frozen has to be told, too.
        """
        if self._reading is None or self._reading.done():
            if self._clock() - self._read_at_s < CACHED_S:
                return
            self._reading = asyncio.create_task(self._read())
        done, _ = await asyncio.wait([self._reading], timeout=self._deadline_s)
        if done:
            self._reading.result()  # what nobody foresaw is the scraper's to see
        else:
            self._samples = None

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._deadline_s), self._database.read() as conn:
                found = await _samples.all(conn)
                ahead = await partitions.months_ahead(conn, await timers.clock(conn))
        except (NoDatabase, TimeoutError, asyncpg.PostgresError) as error:
            log.warning("metrics_not_read", error=type(error).__name__)
            self._samples = None
        else:
            months = _Sample(name="partition_months_ahead", label="", value=float(ahead))
            self._samples = [*found, months]
        self._read_at_s = self._clock()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What was read last."""
        yield GaugeMetricFamily(
            f"{_PREFIX}database_up",
            "Whether the database answered the last question in time.",
            value=float(self._samples is not None),
        )
        build = GaugeMetricFamily(f"{_PREFIX}build_info", "What runs here.", labels=["version"])
        build.add_metric([metadata.version("contactcenter")], 1.0)
        yield build
        for name, (told, label) in GAUGES.items():
            family = GaugeMetricFamily(_PREFIX + name, told, labels=[label] if label else None)
            for sample in self._samples or ():
                if sample.name == name:
                    family.add_metric([sample.label] if label else [], sample.value)
            if family.samples:
                yield family
