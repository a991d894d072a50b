"""Asks for the escalation rules to be looked at soon, from outside the routing lock.

Whatever may matter to a rule says so in its own transaction, so that nothing is lost. Each check is
a timer with a key of its own: nobody waits here for a timer that is just being fired.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from contactcenter import db
from contactcenter.db import Conn

#: What a rule may hear in a customer's words, and when they wait for an answer.
WORDS: Final = frozenset({"customer_request", "keyword", "minutes_without_reply"})
#: What an agent's answer counts for.
REPLY: Final = frozenset({"public_replies_without_solve"})
#: What a ticket is about.
SUBJECT: Final = frozenset({"category", "repeat_contacts"})
FAILURE: Final = frozenset({"resolution_failed"})

_SQL = db.Statements(__name__)
_ask = _SQL.command("ask")
_ask_of_contacts = _SQL.command("ask_of_contacts")


async def ask(
    conn: Conn, now: datetime, ticket_ids: Collection[int], leaves: Collection[str]
) -> None:
    """Have the rules asked about these tickets, if one rests on any of these leaves."""
    if ticket_ids:
        await _ask.run(conn, now, sorted(ticket_ids), sorted(leaves))


async def ask_of_contacts(conn: Conn, now: datetime, contact_ids: Collection[int]) -> None:
    """The same for all open tickets of people of whom something else is said now."""
    await _ask_of_contacts.run(conn, now, sorted(contact_ids))
