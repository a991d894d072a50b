"""Quarantine: authentic payloads that could not be understood, kept byte for byte."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from contactcenter import quarantine, quarantine_retry, ticket_views
from contactcenter.access.actor import Role
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.operation import AGENT, SUPERVISOR, Answer, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.api.rights import check_may_work_in
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.quarantine import Held
from contactcenter.quarantine_retry import Where

_CURSOR: Final = Cursor("quarantine", tuple[int])


class QuarantineQuery(PageQuery, frozen=True, kw_only=True):
    """Which ones: those that wait, those that were understood at last, or all."""

    state: Literal["held", "released", "all"] = "held"
    channel: Annotated[str, Meta(min_length=2, max_length=31)] | None = None


class WaitingQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to go on: behind the last one that is known."""

    after_id: Annotated[int, Meta(ge=0, le=MAX_ID, description="The id of the last one.")] = 0


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


class Acceptance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a mail of somebody unknown goes: the ticket it names, or one of its own."""

    where: Where = field(name="as")


@operation(
    "POST",
    "/quarantine/{quarantine_id}/acceptances",
    tag="quarantine",
    roles=AGENT,
    via="none",
    status=201,
    idempotent=False,
    refuses=(409,),
)
async def accept_quarantined(call: Call, quarantine_id: int, body: Acceptance) -> Held:
    """Let a mail in that names a ticket, but whose author was never written to there.

    As ``thread`` it goes to that ticket, and so do later ones of its author; as ``new`` it opens
    one of its own. Who may work on that ticket decides; where it names none, supervisors do.
    """
    services = call.services
    async with services.db.read() as conn:
        await check_may_decide(call, conn, quarantine_id)
    held = await quarantine_retry.accept(
        services.db,
        services.inbox,
        services.channels,
        quarantine_id,
        body.where,
        actor=call.actor.reference,
    )
    call.ring("triage")
    return held


@operation("GET", "/tickets/{ticket_id}/quarantine", tag="quarantine", roles=AGENT, via="read")
async def list_quarantined_for_ticket(
    call: Call, ticket_id: int, query: WaitingQuery
) -> list[Held]:
    """List the mails that name this ticket and wait for a decision, the oldest first.

    A hundred at most; those after them with ``after_id``.
    """
    await ticket_views.check_may_read(call.conn, call.actor.user_id, ticket_id)
    return await quarantine.for_ticket(call.conn, ticket_id, after_id=query.after_id)


async def check_may_decide(call: Call, conn: Conn, quarantine_id: int) -> None:
    """Refuse who may not work on the ticket it names; where it names none, who is no supervisor."""
    held = await quarantine.find(conn, quarantine_id)
    unknown = NotFound(f"there is nothing {quarantine_id} in quarantine")
    if held.ticket_id is not None:
        try:
            await check_may_work_in(call, conn, held.ticket_id)
        except NotFound:
            raise unknown from None
    elif not call.actor.is_at_least(Role.SUPERVISOR):
        raise unknown
