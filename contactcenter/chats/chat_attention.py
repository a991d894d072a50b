"""What an agent's console lets a chat's visitor know: that he is writing, and how far he has read.

Only who may answer may: the holder of the ticket, or a supervisor who may read it.
"""

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn


class Attentive(Struct, frozen=True, kw_only=True):
    """Who looks at a ticket: his ``name``, whether he may answer, and whether somebody chats."""

    name: str
    may_answer: bool
    has_visitor: bool


_SQL = db.Statements(__name__)
_attentive = _SQL.take("attentive", Attentive)
_note_read = _SQL.take("note_read", int)


async def attentive(conn: Conn, viewer_id: int, ticket_id: int) -> Attentive | None:
    """What this person is to the ticket; None where there is none that he may read."""
    return await _attentive.first(conn, viewer_id, ticket_id)


async def note_read(conn: Conn, ticket_id: int, interaction_id: int) -> bool:
    """Note that everything up to this message of the ticket was read; never goes back.

    False where its visitor had it noted already, or the message is not among a visitor's lines.
    """
    return bool(await _note_read.all(conn, ticket_id, interaction_id))
