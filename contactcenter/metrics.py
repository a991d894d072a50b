"""What is counted while the process works: the names, once, for Prometheus.

Whoever counts imports the metric and touches it; nothing here knows who. Names follow
https://prometheus.io/docs/practices/naming/ (base units, ``_total`` for counters) and no label ever
holds an id, an address or a stranger's word. Worker processes share one port, so each writes to a
file of its own and whoever is asked adds them up: prometheus-client's multiprocess mode, which is
on where PROMETHEUS_MULTIPROC_DIR is set before this module is imported.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS_DIR: Final = "PROMETHEUS_MULTIPROC_DIR"

#: A provider gives up after 15 s; our own deadlines are 4.5 s, our goal 50 ms.
_HOOK_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_WAIT_BUCKETS: Final = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 4.0)

HOOK_REQUESTS: Final = Counter(
    "contactcenter_hook_requests",
    "Requests at the hooks: accepted, forged, refused (otherwise), not_stored, failed.",
    ["channel", "outcome"],
)
HOOK_SECONDS: Final = Histogram(
    "contactcenter_hook_duration_seconds",
    "From a hook's request line to its answer.",
    ["channel"],
    buckets=_HOOK_BUCKETS,
)
INBOUND: Final = Counter(
    "contactcenter_inbound_messages",
    "Authentic messages: stored, duplicate, quarantined, not_stored.",
    ["channel", "outcome"],
)
WAY_IN_FAILURES: Final = Counter(
    "contactcenter_way_in_failures",
    "Times a way in of one of our addresses (imap, ...) was found not to work.",
    ["way"],
)
INTAKE_BATCH: Final = Histogram(
    "contactcenter_intake_batch_messages",
    "Messages stored in one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128),
)
SENDS: Final = Counter(
    "contactcenter_sends",
    "Attempts to hand a message to a provider, by what came of them.",
    ["channel", "outcome"],
)
OFFERS_ANSWERED: Final = Counter(
    "contactcenter_offers_answered",
    "What came of offers: accepted; declined, expired, rescinded, withdrawn, ended.",
    ["outcome"],
)
WORKER_FAILURES: Final = Counter(
    "contactcenter_worker_failures",
    "Tasks inside a process that failed in a way nobody foresaw and were started again.",
    ["worker"],
)
PROCESS_STARTS: Final = Counter(
    "contactcenter_process_starts",
    "Serving processes started behind this port; more than there are means some died.",
)
FEED_LAG_S: Final = Gauge(
    "contactcenter_feed_lag_seconds",
    "Age of the oldest committed event that the feed has not told yet.",
    multiprocess_mode="livemax",
)
FEED_SOCKETS: Final = Gauge(
    "contactcenter_feed_sockets",
    "Consoles and programs connected to the feed.",
    multiprocess_mode="livesum",
)
FEED_ENDED: Final = Counter(
    "contactcenter_feed_sockets_ended",
    "Feed sockets that we closed, by the reason given to the client; slow is a slow reader.",
    ["reason"],
)
CHAT_SOCKETS: Final = Gauge(
    "contactcenter_chat_sockets",
    "Visitors' browsers that are connected, one for each tab.",
    multiprocess_mode="livesum",
)
DIALLINGS_REFUSED: Final = Counter(
    "contactcenter_diallings_refused",
    "Calls to the outside that the guard against toll fraud refused, by reason.",
    ["reason"],
)
CHAT_READ_FAILURES: Final = Counter(
    "contactcenter_chat_read_failures",
    "How often what visitors were to be told could not be read; it is read again at once.",
)
AUTOMATED_MESSAGE_FAILURES: Final = Counter(
    "contactcenter_automated_message_failures",
    "Times a survey or a notice could not be written for a reason nobody foresaw.",
    ["kind"],
)
CALL_COMMANDS: Final = Counter(
    "contactcenter_call_commands",
    "What the provider was asked to do in calls: done, gone, refused, later, doubtful, failed.",
    ["verb", "outcome"],
)
LOOP_LAG_S: Final = Gauge(
    "contactcenter_event_loop_lag_seconds",
    "How late the event loop was at worst in the last 10 s.",
    multiprocess_mode="livemax",
)
POOL_CONNECTIONS: Final = Gauge(
    "contactcenter_database_pool_connections",
    "Connections of the pools: in_use, idle, and limit.",
    ["state"],
    multiprocess_mode="livesum",
)
POOL_WAIT_S: Final = Histogram(
    "contactcenter_database_pool_wait_seconds",
    "How long somebody waited for a connection of the pool.",
    buckets=_WAIT_BUCKETS,
)
SWEPT_AT: Final = Gauge(
    "contactcenter_sweep_last_success_timestamp_seconds",
    "When a job that runs now and then last went through, in one of the processes.",
    ["sweep"],
    multiprocess_mode="mostrecent",
)

#: For the documentation and its test.
ALL: Final = (
    HOOK_REQUESTS,
    HOOK_SECONDS,
    INBOUND,
    WAY_IN_FAILURES,
    INTAKE_BATCH,
    SENDS,
    OFFERS_ANSWERED,
    CALL_COMMANDS,
    AUTOMATED_MESSAGE_FAILURES,
    WORKER_FAILURES,
    PROCESS_STARTS,
    FEED_LAG_S,
    FEED_SOCKETS,
    FEED_ENDED,
    CHAT_SOCKETS,
    CHAT_READ_FAILURES,
    DIALLINGS_REFUSED,
    LOOP_LAG_S,
    POOL_CONNECTIONS,
    POOL_WAIT_S,
    SWEPT_AT,
)


def registry() -> CollectorRegistry:
    """What one scrape reads: this process, or all that share its port."""
    if MULTIPROCESS_DIR not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


#: What has been noted inside ``when_done`` and may still be undone.
_noted: ContextVar[list[Counter] | None] = ContextVar("noted", default=None)


@contextmanager
def when_done() -> Iterator[None]:
    """Count what is noted inside when the block ends well, and nothing where it raises.

    Around a transaction it counts what was committed; one inside another, around a savepoint, what
    was not taken back.
    """
    outer, mine = _noted.get(), list[Counter]()
    token = _noted.set(mine)
    try:
        yield
    finally:
        _noted.reset(token)
    if outer is not None:
        outer.extend(mine)
        return
    for counter in mine:
        counter.inc()


def note(counter: Counter) -> None:
    """Count one of what a transaction does, with ``when_done``; outside of it at once."""
    noted = _noted.get()
    if noted is None:
        counter.inc()
    else:
        noted.append(counter)


def swept(name: str) -> None:
    """Note that a job that runs now and then went through."""
    SWEPT_AT.labels(name).set_to_current_time()
