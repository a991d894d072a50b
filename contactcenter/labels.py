"""What a ticket is about: subject, category and tags; and the ways it can be solved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from contactcenter import db, escalation_checks
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from contactcenter.tickets import tickets
from contactcenter.tickets.tickets import Ticket
from routing.text import fold

MAX_TAGS: Final = 20

_SQL = db.Statements(__name__)
_disposition_exists = _SQL.take("disposition_exists", bool)
_category_exists = _SQL.take("category_exists", bool)
_tags = _SQL.take("tags", str)
_remove_tags = _SQL.command("remove_tags")
_add_tags = _SQL.command("add_tags")


async def describe(
    conn: Conn, now: datetime, ticket: Ticket, *, subject: str, category_id: int | None, actor: str
) -> Ticket:
    """Edit what the ticket is about; nothing is recorded where nothing changes."""
    if category_id is not None and not await _category_exists.one(conn, category_id):
        raise BadInput("body.category_id", f"there is no category {category_id}")
    changed = {
        name: {"from": was, "to": becomes}
        for name, was, becomes in (("category_id", ticket.category_id, category_id),)
        if was != becomes
    }
    if subject != ticket.subject:  # the words themselves stay out of the audit trail
        changed["subject"] = {"from": len(ticket.subject), "to": len(subject)}
    if not changed:
        return ticket
    ticket = await tickets.save(
        conn, msgspec.structs.replace(ticket, subject=subject, category_id=category_id)
    )
    await tickets.record_change(conn, now, ticket, actor, changed)
    if "category_id" in changed:
        await escalation_checks.ask(conn, now, [ticket.id], escalation_checks.SUBJECT)
    return ticket


async def tag(
    conn: Conn, now: datetime, ticket: Ticket, tags: Sequence[str], *, actor: str
) -> Ticket:
    """Give the ticket exactly these tags, folded so that one word is one tag."""
    wanted = sorted({fold(t).strip() for t in tags} - {""})
    if len(wanted) > MAX_TAGS:
        raise BadInput("body.tags", f"at most {MAX_TAGS} tags, not {len(wanted)}")
    former = await tags_of(conn, ticket.id)
    if wanted == former:
        return ticket
    await _remove_tags.run(conn, ticket.id, wanted)
    await _add_tags.run(conn, ticket.id, wanted)
    ticket = await tickets.save(conn, ticket)
    await tickets.record_change(conn, now, ticket, actor, {"tags": {"from": former, "to": wanted}})
    return ticket


async def tags_of(conn: Conn, ticket_id: int) -> list[str]:
    """A ticket's tags."""
    return await _tags.all(conn, ticket_id)


async def check_disposition(conn: Conn, code: str) -> None:
    """Refuse a disposition that is not in use."""
    if not await _disposition_exists.one(conn, code):
        raise BadInput("body.disposition", f"there is no disposition {code}")
