"""The audit trail: who changed what, with the values before and after."""

from typing import Annotated, Final

from msgspec import Meta

from contactcenter import audit
from contactcenter.api.inputs import MAX_ID, Id, Instant
from contactcenter.api.operation import ADMIN, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.audit import Entry, Wanted

_Word = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,40}\Z")]

_CURSOR: Final = Cursor("audit", tuple[int])


class AuditQuery(PageQuery, frozen=True, kw_only=True):
    """Which entries. `actor` is `user:7`, `token:3`, `system` or `customer`.

    `what` is a part of the configuration, such as `queue`; `agent_id` is whom it is about.
    """

    actor: (
        Annotated[str, Meta(pattern=r"^(user:[0-9]{1,19}|token:[0-9]{1,19}|system|customer)\Z")]
        | None
    ) = None
    kind: _Word | None = None
    what: _Word | None = None
    ticket_id: Id | None = None
    contact_id: Id | None = None
    agent_id: Id | None = None
    since: Instant | None = None


@operation("GET", "/audit", tag="audit", roles=ADMIN, via="read")
async def list_audit(call: Call, query: AuditQuery) -> Page[Entry]:
    """List what was done, the newest first.

    `data` names each field that changed with its value before (`from`) and after (`to`); of texts
    and of what is known of a person only the length, and of a secret only that it was set.
    """
    last = _CURSOR.read(query.cursor)
    wanted = Wanted(
        actor=query.actor,
        kind=query.kind,
        what=query.what,
        ticket_id=query.ticket_id,
        contact_id=query.contact_id,
        agent_id=query.agent_id,
        since=query.since,
    )
    before_id = last[0] if last else MAX_ID
    found = await audit.page(call.conn, wanted, before_id=before_id, limit=query.limit + 1)
    return _CURSOR.page(found, query.limit, lambda entry: (entry.id,))
