"""Lets the provider forget recordings: what we have, where there is to be one copy; old ones."""

import asyncio
import random
from typing import Final, Literal

import structlog
from msgspec import Struct

from channels import CallGone, Channel, SendFailure, Telephony, Undeliverable
from contactcenter import db, timers
from contactcenter.db import Database

#: With the waits between them more than half a day.
MOST_ATTEMPTS: Final = 25
_AT_ONCE: Final = 10
_FIRST_WAIT_S: Final = 10.0
_LONGEST_WAIT_S: Final = 3600.0
#: Longer than the requests of all that are claimed together may take.
_CLAIM_S: Final = 600
_DEADLINE_S: Final = 40.0

State = Literal["erasing", "erased", "refused"]

log = structlog.get_logger()


class ToErase(Struct, frozen=True, kw_only=True):
    """A claimed recording that the provider is to forget.

    ``entry_point`` is any number of ours where nobody knows which was called.
    """

    id: int
    external_id: str
    entry_point: str | None
    attempts: int


_SQL = db.Statements(__name__)
_claim = _SQL.take("claim", ToErase)
_done = _SQL.command("done")
_put_off = _SQL.command("put_off")


async def erase_at_provider(
    database: Database, channel: Channel | None, *, chance: random.Random
) -> int:
    """Ask for some that are due; returns how many these were."""
    if channel is None or channel.telephony is None or channel.missing:
        return 0
    async with database.transaction() as conn:
        due = await _claim.all(conn, _AT_ONCE, _CLAIM_S, await timers.clock(conn))
    for one in due:
        state, error = await _asked(channel.telephony, one)
        async with database.transaction() as conn:
            if state == "erasing":
                wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** (one.attempts - 1))
                wait_s *= chance.uniform(0.5, 1.0)
                await _put_off.run(conn, one.id, wait_s, await timers.clock(conn))
            else:
                await _done.run(conn, one.id, state)
        if state == "refused":
            log.error("recording_not_erased", recording_id=one.id, error=error)
    return len(due)


async def _asked(telephony: Telephony, one: ToErase) -> tuple[State, str | None]:
    """What came of one request."""
    try:
        async with asyncio.timeout(_DEADLINE_S):
            await telephony.erase_recording(one.entry_point or "", one.external_id)
    except CallGone:  # somebody was faster
        return "erased", None
    except Undeliverable as refusal:
        return "refused", str(refusal)
    except (SendFailure, TimeoutError) as error:
        is_last = one.attempts >= MOST_ATTEMPTS
        return "refused" if is_last else "erasing", str(error)
    return "erased", None
