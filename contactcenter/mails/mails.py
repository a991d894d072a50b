"""Mails of ours: how each was written, what it answers, and what it takes to send it.

A mail's header is written down with its words, before anything is sent: it goes out the same at
each attempt, and who answers it is found by its id even where the answer to the attempt was lost.
Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from channels import Enclosure, MailAddress, OutboundMail, sniffed
from contactcenter import blobs, db
from contactcenter.addressing import EntryPoint, Letter
from contactcenter.db import Conn
from contactcenter.mails import mail_columns
from contactcenter.timeline import Interaction

#: The oldest and the newest of a conversation are kept.
REFERENCES: Final = 20
SUBJECT_CHARACTERS: Final = 200
_TAG: Final = re.compile(r"\s*\[#[\d۰-۹٠-٩]{1,18}\]")
_ANSWER: Final = re.compile(
    r"\A(?:\s*(?:re|aw|sv|antw|rif|fwd?|wg|پاسخ|جواب)\s*(?:\[\d+\])?\s*[:：])+\s*", re.IGNORECASE
)


class Answered(Struct, frozen=True, kw_only=True):
    """What a new mail in a ticket answers; ``message_id`` is None where nothing was written yet.

    ``references`` are those of the new mail, the answered one last. ``subject`` is bare: without
    ``Re:`` and without a number of a ticket.
    """

    message_id: str | None
    references: tuple[str, ...]
    subject: str


class _Earlier(Struct, frozen=True, kw_only=True):
    message_id: str
    references: list[str]
    subject: str


class _Written(Struct, frozen=True, kw_only=True):
    message_id: str
    ticket_id: int | None
    subject: str
    written_at: datetime
    in_reply_to: list[str]
    references: list[str]
    cc: list[dict[str, Any]]
    automatic: bool
    bulk: bool


class _File(Struct, frozen=True, kw_only=True):
    name: str
    sha256: bytes


_SQL = db.Statements(__name__)
_write = _SQL.command("write")
_answered = _SQL.take("answered", _Earlier)
_subject = _SQL.take("subject", str)
_written = _SQL.take("written", _Written)
_files = _SQL.take("files", _File)


def message_id_of(correlation_id: str, entry_point: str) -> str:
    """The Message-ID of an attempt to send, without brackets."""
    return f"{correlation_id}@{entry_point.rpartition('@')[2]}"


async def write(
    conn: Conn,
    interaction_id: int,
    *,
    message_id: str,
    ticket_id: int | None,
    subject: str,
    in_reply_to: str | None,
    references: Sequence[str],
    to: Sequence[MailAddress],
    cc: Sequence[MailAddress] = (),
    automatic: bool = False,
    bulk: bool = False,
) -> None:
    """Keep the header of a mail of ours; its subject gets the ticket's number, if it has one."""
    await _write.run(
        conn,
        interaction_id,
        message_id,
        mail_columns.message_key(message_id),
        [] if in_reply_to is None else [in_reply_to],
        list(references),
        subject[:SUBJECT_CHARACTERS] if ticket_id is None else numbered(subject, ticket_id),
        list(to),
        list(cc),
        automatic,
        bulk,
    )


async def write_letter(
    conn: Conn,
    ticket_id: int,
    interaction_id: int,
    letter: Letter,
    *,
    to: str,
    entry_point: EntryPoint,
) -> None:
    """Keep the header of what an agent writes; it answers what was written last."""
    earlier = await answered(conn, ticket_id)
    is_first = earlier.message_id is None
    subject = earlier.subject if is_first else reply_subject(earlier.subject)
    await write(
        conn,
        interaction_id,
        message_id=message_id_of(letter.correlation_id, entry_point.address),
        ticket_id=ticket_id,
        subject=letter.subject or subject,
        in_reply_to=earlier.message_id,
        references=earlier.references,
        to=[MailAddress("", to)],
        cc=[MailAddress("", one) for one in letter.cc],
        bulk=letter.bulk,
    )


async def answered(conn: Conn, ticket_id: int) -> Answered:
    """What a new mail in this ticket answers: the customer's newest mail, else our own."""
    earlier = await _answered.first(conn, ticket_id)
    if earlier is None:
        return Answered(
            message_id=None, references=(), subject=bare(await _subject.one(conn, ticket_id))
        )
    ids = [one for one in earlier.references if one != earlier.message_id]
    ids.append(earlier.message_id)
    return Answered(
        message_id=earlier.message_id,
        references=tuple(ids if len(ids) <= REFERENCES else [ids[0], *ids[1 - REFERENCES :]]),
        subject=bare(earlier.subject) or bare(await _subject.one(conn, ticket_id)),
    )


async def again(conn: Conn, old: Interaction, correlation_id: str) -> Letter:
    """A message of ours, on whatever channel, as it is to be written anew."""
    letter = Letter(
        text=old.body,
        correlation_id=correlation_id,
        identity_id=old.identity_id,
        entry_point_id=old.entry_point_id,
    )
    written = await _written.first(conn, old.id)
    if written is None:
        return letter
    copies = tuple(one["address"] for one in written.cc)
    return replace(letter, subject=unnumbered(written.subject), cc=copies, bulk=written.bulk)


async def outbound(conn: Conn, interaction_id: int) -> OutboundMail | None:
    """A mail of ours as its channel sends it, with all its files; None where it is no mail."""
    written = await _written.first(conn, interaction_id)
    if written is None:
        return None
    return OutboundMail(
        message_id=written.message_id,
        ticket_id=written.ticket_id,
        subject=written.subject,
        written_at=written.written_at,
        in_reply_to=written.in_reply_to[0] if written.in_reply_to else None,
        references=tuple(written.references),
        cc=tuple(one["address"] for one in written.cc),
        files=tuple([await _enclosure(conn, f) for f in await _files.all(conn, interaction_id)]),
        automatic=written.automatic,
        bulk=written.bulk,
    )


def reply_subject(subject: str) -> str:
    """The subject of an answer."""
    return f"Re: {subject}" if subject else "Re:"


def numbered(subject: str, ticket_id: int) -> str:
    """A subject that names the ticket, and no other: ``Where is it? [#17]``."""
    return f"{unnumbered(subject)[:SUBJECT_CHARACTERS]} [#{ticket_id}]".lstrip()


def unnumbered(subject: str) -> str:
    """The same without any ticket."""
    return _TAG.sub("", subject).strip()


def bare(subject: str) -> str:
    """What a subject says, without how often it was answered."""
    return _ANSWER.sub("", unnumbered(subject)).strip()


async def _enclosure(conn: Conn, file: _File) -> Enclosure:
    content = await blobs.content(conn, file.sha256)
    return Enclosure(name=file.name, content_type=sniffed(content), content=content)
