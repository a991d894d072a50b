"""Dry runs: how the tickets of a day would have moved under another configuration."""

import asyncio
import threading
from datetime import date
from http import HTTPStatus
from typing import Annotated, Final

from msgspec import Meta, Struct

from contactcenter.api.operation import ADMIN, Call, operation
from contactcenter.configuration_document import parsing, text
from contactcenter.configuration_document.document import Document
from contactcenter.errors import DomainError
from contactcenter.periods import zone_named
from contactcenter.whatif import days, dry_run, recorded
from contactcenter.whatif.dry_run import DryRun
from contactcenter.whatif.figures import Within

#: A larger day is for the command, which has the time.
MOST_LEGS: Final = 20_000
#: Reading may take so long, and playing as long again.
DEADLINE_S: Final = 15
#: A process plays one day at a time: the others are told to come again.
_PLAYING: Final = threading.Lock()


class DryRunBusy(DomainError):
    """Another dry run is under way here; try again in a moment."""

    code = "dry_run_busy"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class DryRunTooSlow(DomainError):
    """The day could not be played in time; `contactcenter whatif --dry-run` has more of it."""

    code = "dry_run_too_slow"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class DryRunQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which day to play, and how many of the tickets that differ to list."""

    day: Annotated[date, Meta(description="The day, in `time_zone`.", examples=["2026-11-20"])]
    time_zone: Annotated[
        str, Meta(max_length=100, description="Whose day it is.", examples=["Asia/Tehran"])
    ] = "UTC"
    limit: Annotated[int, Meta(ge=0, le=1000)] = 100
    seed: Annotated[
        int, Meta(ge=0, le=2**31 - 1, description="Of the patience that is not known.")
    ] = 1


@operation(
    "POST",
    "/configuration/dry-runs",
    tag="configuration",
    roles=ADMIN,
    via="none",
    max_bytes=text.MAX_BYTES,
)
async def try_configuration(call: Call, query: DryRunQuery, body: bytes) -> DryRun:
    """Tell how the tickets of a day would have moved under this document, as JSON or YAML.

    The document is checked first, as if it were to be activated; nothing is changed. `flows` count
    the tickets by the queue they came to and the one they would have come to, `listed` are those
    that differ in queue, credit, first agent or wait: the day is played by the configuration in
    force and by this one, and `validation` tells how far the former is from what was recorded. A
    day with more than 20,000 legs is refused with 422 `day_too_large`; where another dry run is
    under way, or this one takes longer than half a minute, the answer is 503.
    """
    begin, end = days.span_of(query.day, zone_named(query.time_zone, place="query.time_zone"))
    if not _PLAYING.acquire(blocking=False):
        raise DryRunBusy
    try:
        async with asyncio.timeout(DEADLINE_S):
            document = await asyncio.to_thread(parsing.parse, body)
            read = await recorded.read(
                call.services.db,
                begin,
                end,
                document=document,
                channels=call.services.channels,
                most_legs=MOST_LEGS,
                deadline_s=DEADLINE_S,
            )
    except TimeoutError:
        _PLAYING.release()
        raise DryRunTooSlow from None
    except BaseException:
        _PLAYING.release()
        raise
    return await _played(read, document, query)


async def _played(read: recorded.Recorded, document: Document, query: DryRunQuery) -> DryRun:
    """Play in a thread, which lets the next one play when it is done, waited for or not."""

    def play() -> DryRun:
        try:
            return dry_run.dry_run(
                read, document, seed=query.seed, within=Within(), at_most=query.limit
            )
        finally:
            _PLAYING.release()

    try:
        async with asyncio.timeout(DEADLINE_S):
            return await asyncio.to_thread(play)
    except TimeoutError:
        raise DryRunTooSlow from None
