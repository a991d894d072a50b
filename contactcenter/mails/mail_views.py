"""Mails as agents read them: what the timeline shows, all of one, and what was received."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from channels import Authentication, Bounce, MailAddress, MailReceived, Raw, domain_of
from contactcenter import blobs, db
from contactcenter.db import Conn
from contactcenter.errors import NotFound

#: Names that are words of the language.
WORDS: Final = {"class_": "class", "from_": "from"}


class MailSummary(Struct, frozen=True, kw_only=True, rename=WORDS):
    """What is told of a mail on the timeline, beside its new words.

    ``verified`` tells whether our own border found that the author's domain has sent it; None for
    mails of ours. ``has_more`` are quotations, a signature or a footer.
    """

    subject: str
    class_: str
    from_: MailAddress | None
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    verified: bool | None
    authentication: Authentication | None
    bounce: Bounce | None
    automatic: bool
    bulk: bool
    has_html: bool
    has_more: bool


class ShownMail(MailSummary, frozen=True, kw_only=True, rename=WORDS):
    """What is seen of a mail; ``sent_at`` is the writer's claim.

    ``html`` is safe to show and loads nothing.
    """

    occurred_at: datetime
    sent_at: str | None
    text: str
    html: str | None


class WholeMail(ShownMail, frozen=True, kw_only=True, rename=WORDS):
    """All of a mail. Message ids stand without brackets.

    ``has_original`` tells whether the bytes as they came can be had.
    """

    interaction_id: int
    direction: str
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    reply_to: tuple[MailAddress, ...]
    new_text: str
    has_original: bool


class InlineFile(Struct, frozen=True, kw_only=True):
    """A file that the text of a mail may name."""

    content_id: str
    size_bytes: int
    sha256: bytes


class _Summary(Struct, frozen=True, kw_only=True):
    interaction_id: int
    direction: str
    subject: str
    kind: str
    author: Any
    to: Any
    cc: Any
    authentication: Any
    bounce: Any
    automatic: bool
    bulk: bool
    has_html: bool
    has_more: bool


class _Whole(_Summary, frozen=True, kw_only=True):
    message_id: str | None
    in_reply_to: Sequence[str]
    references: Sequence[str]
    reply_to: Any
    sent_at: str | None
    whole_text: str
    new_text: str
    html: str | None
    occurred_at: datetime
    has_original: bool


class _Original(Struct, frozen=True, kw_only=True):
    channel: str
    content_type: str
    headers: Mapping[str, str]
    body: bytes | None
    body_sha256: bytes | None


_SQL = db.Statements(__name__)
_summaries = _SQL.take("summaries", _Summary)
_find = _SQL.take("find", _Whole)
_original = _SQL.take("original", _Original)
_inline_files = _SQL.take("inline_files", InlineFile)


async def summaries(conn: Conn, interaction_ids: Collection[int]) -> dict[int, MailSummary]:
    """What is told of those of these interactions that are mails."""
    rows = await _summaries.all(conn, list(interaction_ids))
    return {row.interaction_id: MailSummary(**_summary(row)) for row in rows}


async def find(conn: Conn, viewer_id: int, interaction_id: int) -> WholeMail:
    """One that the viewer may read; raises ``NotFound``."""
    row = await _find.first(conn, viewer_id, interaction_id)
    if row is None:
        raise NotFound(f"there is no mail {interaction_id}")
    return WholeMail(
        **_summary(row),
        interaction_id=row.interaction_id,
        direction=row.direction,
        occurred_at=row.occurred_at,
        message_id=row.message_id,
        in_reply_to=tuple(row.in_reply_to),
        references=tuple(row.references),
        reply_to=_addresses(row.reply_to),
        sent_at=row.sent_at,
        text=row.whole_text,
        new_text=row.new_text,
        html=row.html,
        has_original=row.has_original,
    )


def received(mail: MailReceived, at: datetime) -> ShownMail:
    """A mail that is on no timeline."""
    said = mail.mail
    return ShownMail(
        subject=said.subject,
        class_=said.kind,
        from_=said.author,
        to=said.to,
        cc=said.cc,
        verified=_is_verified(said.author, mail.authentication),
        authentication=mail.authentication,
        bounce=said.bounce,
        automatic=False,
        bulk=False,
        has_html=said.html is not None,
        has_more=said.text != said.new_text,
        occurred_at=at,
        sent_at=said.date,
        text=said.text,
        html=said.html,
    )


async def original(conn: Conn, viewer_id: int, interaction_id: int) -> tuple[str, Raw]:
    """The channel and the payload of an interaction, byte for byte; raises ``NotFound``.

    What we have written ourselves has none.
    """
    kept = await _original.first(conn, viewer_id, interaction_id)
    if kept is None:
        raise NotFound(f"there is no original of an interaction {interaction_id}")
    body = kept.body
    if body is None:
        assert kept.body_sha256 is not None, "a delivery lies here or there"
        body = await blobs.content(conn, kept.body_sha256)
    return kept.channel, Raw(body=body, content_type=kept.content_type, headers=kept.headers)


async def inline_files(
    conn: Conn, interaction_id: int, content_ids: Collection[str]
) -> list[InlineFile]:
    """Of these files those that the mail has; several may have one Content-ID."""
    return await _inline_files.all(conn, interaction_id, list(content_ids)) if content_ids else []


def _summary(row: _Summary) -> dict[str, Any]:
    author = None if row.author is None else msgspec.convert(row.author, MailAddress)
    authentication = (
        None if row.authentication is None else msgspec.convert(row.authentication, Authentication)
    )
    is_theirs = row.direction == "inbound"
    return {
        "subject": row.subject,
        "class_": row.kind,
        "from_": author,
        "to": _addresses(row.to),
        "cc": _addresses(row.cc),
        "verified": _is_verified(author, authentication) if is_theirs else None,
        "authentication": authentication,
        "bounce": None if row.bounce is None else msgspec.convert(row.bounce, Bounce),
        "automatic": row.automatic,
        "bulk": row.bulk,
        "has_html": row.has_html,
        "has_more": row.has_more,
    }


def _is_verified(author: MailAddress | None, found: Authentication | None) -> bool:
    """Whether DMARC holds, and for the domain that the agent reads.

    A border that does not name the domain may have looked at another author than we show.
    """
    if author is None or found is None or not found.is_verified:
        return False
    return bool(found.domain) and found.domain == domain_of(author.address)


def _addresses(kept: Any) -> tuple[MailAddress, ...]:
    return msgspec.convert(kept, tuple[MailAddress, ...])
