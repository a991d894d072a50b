"""How replies keep to the guidance: what a draft goes against, and what went out in spite of it.

A warning never stops a reply. What is kept names rules, never words, so that a report can tell
whether guidance helps; a customer's satisfaction is compared with it, not an agent with another.
"""

from datetime import datetime

from msgspec import Struct

from contactcenter import db
from contactcenter.addressing import Letter
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.tickets.tickets import Ticket
from routing import tone
from routing.temperament import Label


class Recipient(Struct, frozen=True, kw_only=True):
    """Who is written to, as far as it matters to tone.

    ``language`` is the one he would rather read, else the one he wrote; None where nobody knows.
    ``words`` are his last ones. A matter of his is open while he has written in an unsolved ticket.
    """

    contact_name: str | None
    temperament: Label
    matter_is_open: bool
    language: str | None
    words: str | None


_SQL = db.Statements(__name__)
_of_ticket = _SQL.take("of_ticket", Recipient)
_of_contact = _SQL.take("of_contact", Recipient)
_put = _SQL.command("put")


async def of_ticket(conn: Conn, ticket_id: int, at: datetime) -> Recipient:
    """Whom an answer to a ticket goes to, with the temperament the ticket carries."""
    found = await _of_ticket.first(conn, ticket_id, at)
    if found is None:
        raise NotFound(f"there is no ticket {ticket_id}", ticket_id=ticket_id)
    return found


async def of_contact(conn: Conn, contact_id: int, at: datetime) -> Recipient:
    """Whom a first message goes to, with the temperament that counts of him now."""
    found = await _of_contact.first(conn, contact_id, at)
    if found is None:
        raise NotFound(f"there is no contact {contact_id}")
    return found


def checked(text: str, recipient: Recipient, *, has_files: bool) -> tuple[tone.Remark, ...]:
    """What a draft for this person goes against."""
    return tone.check(
        tone.Draft(
            text=text,
            temperament=recipient.temperament,
            contact_name=recipient.contact_name or "",
            matter_is_open=recipient.matter_is_open,
            has_files=has_files,
        )
    )


async def keep(
    conn: Conn, now: datetime, ticket: Ticket, interaction_id: int, letter: Letter
) -> None:
    """Note of a reply that is about to be sent whether it keeps to the guidance."""
    recipient = await of_ticket(conn, ticket.id, now)
    remarks = checked(letter.text, recipient, has_files=bool(letter.attachment_ids))
    rules = sorted({remark.rule for remark in remarks})
    await _put.run(conn, interaction_id, ticket.id, recipient.temperament, rules, now)
