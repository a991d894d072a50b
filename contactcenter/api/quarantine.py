"""Quarantine: authentic payloads that could not be understood, kept byte for byte."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from contactcenter import quarantine, quarantine_retry
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.operation import SUPERVISOR, Answer, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.quarantine import Held

_CURSOR: Final = Cursor("quarantine", tuple[int])


class QuarantineQuery(PageQuery, frozen=True, kw_only=True):
    """Which ones: those that wait, those that were understood at last, or all."""

    state: Literal["held", "released", "all"] = "held"
    channel: Annotated[str, Meta(min_length=2, max_length=31)] | None = None


@operation("GET", "/quarantine", tag="quarantine", roles=SUPERVISOR, via="read")
async def list_quarantine(call: Call, query: QuarantineQuery) -> Page[Held]:
    """List what could not be understood, the newest first, with the reason."""
    after = _CURSOR.read(query.cursor)
    found = await quarantine.page(
        call.conn,
        before_id=after[0] if after else MAX_ID,
        held={"held": True, "released": False, "all": None}[query.state],
        channel=query.channel,
        limit=query.limit + 1,
    )
    return _CURSOR.page(found, query.limit, lambda held: (held.id,))


@operation("GET", "/quarantine/{quarantine_id}", tag="quarantine", roles=SUPERVISOR, via="read")
async def find_quarantined(call: Call, quarantine_id: int) -> Held:
    """Read why one could not be understood."""
    return await quarantine.find(call.conn, quarantine_id)


@operation(
    "GET",
    "/quarantine/{quarantine_id}/raw",
    tag="quarantine",
    roles=SUPERVISOR,
    via="read",
    produces=("application/octet-stream",),
)
async def read_quarantined_bytes(call: Call, quarantine_id: int) -> Answer:
    """Read the bytes exactly as they came."""
    payload = await quarantine.raw(call.conn, quarantine_id)
    return Answer(
        body=payload.body,
        content_type="application/octet-stream",
        file_name=f"quarantine-{quarantine_id}.bin",
    )


@operation(
    "POST",
    "/quarantine/{quarantine_id}/retries",
    tag="quarantine",
    roles=SUPERVISOR,
    via="none",
    status=201,
    idempotent=False,
)
async def retry_quarantined(call: Call, quarantine_id: int) -> Held:
    """Try to understand it again; ``released_at`` tells whether that went well.

    Then it is on the timeline, once, however often it is retried or delivered again.
    """
    services = call.services
    held = await quarantine_retry.retry(
        services.db,
        services.inbox,
        services.channels,
        quarantine_id,
        actor=call.actor.reference,
    )
    call.ring("triage")
    return held
