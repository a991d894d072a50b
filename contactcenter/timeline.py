"""The timeline: everything that happened with a person, on every channel, in one order."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from contactcenter import db
from contactcenter.db import Conn, Statement
from contactcenter.errors import BadInput, NotFound

#: What opens a file without sign-in cannot be guessed.
TOKEN_BYTES: Final = 32


class Interaction(Struct, frozen=True, kw_only=True):
    """A row of ``interaction``; ``occurred_at`` is the provider's time, ``received_at`` ours."""

    id: int
    contact_id: int
    ticket_id: int | None
    entry_point_id: int | None
    identity_id: int | None
    channel: str
    direction: str
    kind: str
    author_id: int | None
    body: str
    state: str
    error_code: str | None
    error_detail: str | None
    external_id: str | None
    segments: int | None
    occurred_at: datetime
    received_at: datetime


class Entry(Interaction, frozen=True, kw_only=True):
    """An interaction on a person's timeline; ``has_files`` tells whether there are attachments."""

    has_files: bool


class Attachment(Struct, frozen=True, kw_only=True):
    """A file of an interaction; ``stored`` is False while only the provider has it.

    ``fetch_error`` says why it will stay so.

    ``token`` opens it to the provider that sends it on; agents read it by its id. An ``inline`` one
    is shown in the text of a mail, which names it by ``content_id``. One of a recording is heard
    there, where it is noted who hears it.
    """

    id: int
    interaction_id: int | None
    position: int
    name: str
    content_type: str
    size_bytes: int | None
    stored: bool
    fetch_error: str | None
    token: str | None
    inline: bool
    content_id: str | None
    recording_id: int | None


class LastWords(Struct, frozen=True, kw_only=True):
    """The newest interaction of each side; None where that side has said nothing."""

    customer_id: int | None
    ours_id: int | None


class LastHeard(Struct, frozen=True, kw_only=True):
    """Where the customer last wrote from, and to which of our addresses."""

    id: int
    identity_id: int
    entry_point_id: int | None
    channel: str


class _Beyond(Struct, frozen=True, kw_only=True):
    looked_at_id: int | None


#: The fields of an ``Entry`` by name: a page of them is made into something else at once.
EntryRow = dict[str, Any]

_SQL = db.Statements(__name__)
_of_contact = _SQL.take("of_contact", Entry)
_beyond = _SQL.take("beyond", _Beyond)
_was_parted = _SQL.take("was_parted", bool)
_of_contact_by_ticket = _SQL.take("of_contact_by_ticket", Entry)
_of_ticket = _SQL.take("of_ticket", Interaction)
_find = _SQL.take("find", Interaction)
_last_heard = _SQL.take("last_heard", LastHeard)
_last_words = _SQL.take("last_words", LastWords)
_append = _SQL.take("append", int)
_attachments = _SQL.take("attachments", Attachment)
_attach = _SQL.take("attach", int)
_attach_again = _SQL.command("attach_again")
_supersede = _SQL.take("supersede", int)


async def of_contact(
    conn: Conn, viewer_id: int, contact_id: int, *, before_id: int, limit: int
) -> list[EntryRow] | None:
    """One page of a person's timeline on every channel, newest first: what the viewer may read.

    None where there is no such contact, or no longer. A page is full, or the last one.

    A page is read in one round trip. Where it does not get full, 500 interactions were looked at,
    and if there are more, the rest comes from the tickets that the viewer may read: who may read
    little of a long history does not wait until all of it was looked at.
    """
    found: list[EntryRow] = []
    while True:
        wanted = limit - len(found)
        found += await _rows(conn, _of_contact, viewer_id, contact_id, before_id, wanted)
        if len(found) == limit:
            return found
        beyond = await _beyond.first(conn, contact_id, before_id)
        if beyond is None:
            return None
        if beyond.looked_at_id is None:
            return found
        before_id = beyond.looked_at_id
        if not await _was_parted.one(conn, contact_id):
            wanted = limit - len(found)
            asked = (viewer_id, contact_id, before_id, wanted)
            return found + await _rows(conn, _of_contact_by_ticket, *asked)


async def _rows(conn: Conn, statement: Statement[Entry], *args: int) -> list[EntryRow]:
    """What the statement finds, without a struct for each row that would be copied at once."""
    records = await conn.fetch(statement.sql, *args)
    names = tuple(records[0].keys()) if records else ()
    return [dict(zip(names, record, strict=True)) for record in records]


async def of_ticket(conn: Conn, ticket_id: int, *, before_id: int, limit: int) -> list[Interaction]:
    """One page of a ticket's interactions, newest first."""
    return await _of_ticket.all(conn, ticket_id, before_id, limit)


async def find(conn: Conn, interaction_id: int) -> Interaction:
    """Read one; raises ``NotFound``."""
    interaction = await _find.first(conn, interaction_id)
    if interaction is None:
        raise NotFound(f"there is no interaction {interaction_id}")
    return interaction


async def last_heard(conn: Conn, ticket_id: int) -> LastHeard | None:
    """Where the customer last wrote from about this ticket."""
    return await _last_heard.first(conn, ticket_id)


async def last_words(conn: Conn, ticket_id: int) -> LastWords:
    """Who spoke last about this ticket."""
    return await _last_words.one(conn, ticket_id)


async def append(
    conn: Conn,
    now: datetime,
    *,
    contact_id: int,
    ticket_id: int | None,
    channel: str,
    direction: str,
    kind: str,
    author_id: int | None,
    body: str,
    state: str,
    entry_point_id: int | None = None,
    identity_id: int | None = None,
    segments: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Append what an agent writes, or what goes out by itself; returns its id."""
    return await _append.one(
        conn,
        contact_id,
        ticket_id,
        entry_point_id,
        identity_id,
        channel,
        direction,
        kind,
        author_id,
        body,
        state,
        segments,
        details or {},
        now,
    )


async def attachments(conn: Conn, interaction_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """The files of these interactions, by interaction."""
    found: dict[int, list[Attachment]] = {}
    for attachment in await _attachments.all(conn, list(interaction_ids)):
        assert attachment.interaction_id is not None
        found.setdefault(attachment.interaction_id, []).append(attachment)
    return found


async def attach(
    conn: Conn, interaction_id: int, attachment_ids: Sequence[int], *, author_id: int
) -> None:
    """Send uploaded files with a message; raises ``BadInput`` for one that is not his to send.

    From now on the provider can fetch each by a token of its own.
    """
    if not attachment_ids:
        return
    tokens = [secrets.token_urlsafe(TOKEN_BYTES) for _ in attachment_ids]
    taken = set(await _attach.all(conn, interaction_id, list(attachment_ids), author_id, tokens))
    for attachment_id in attachment_ids:
        if attachment_id not in taken:
            raise BadInput(
                "body.attachment_ids", f"there is no unsent upload {attachment_id} of yours"
            )


async def supersede(conn: Conn, old_id: int, new_id: int) -> bool:
    """Let a new message stand for one that failed, files and all; False where one does already."""
    if await _supersede.first(conn, old_id, new_id) is None:
        return False
    await attach_same(conn, old_id, new_id)
    return True


async def attach_same(conn: Conn, old_id: int, new_id: int) -> None:
    """Send the files of a message of ours with another, too."""
    files = (await attachments(conn, [old_id])).get(old_id, [])
    tokens = [secrets.token_urlsafe(TOKEN_BYTES) for _ in files]
    await _attach_again.run(conn, new_id, [f.id for f in files], tokens)
