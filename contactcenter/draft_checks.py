"""A draft looked over before it goes out: guidance, what goes against it, and what others say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import reply_tones
from contactcenter.administration import saved_replies
from contactcenter.administration.saved_replies import Language, SavedReply
from contactcenter.db import Conn
from contactcenter.reply_tones import Recipient
from contactcenter.ticket_views import Guidance, guidance_for
from routing import tone
from routing.temperament import Label
from routing.text import own_words, words

#: So many answers are offered: more would be a list to choose from.
OFFERED: Final = 3


class Warned(Struct, frozen=True, kw_only=True):
    """A place that goes against the guidance: ``span`` in characters, and why in both languages."""

    rule: str
    span: tuple[int, int]
    en: str
    fa: str


class Snippet(Struct, frozen=True, kw_only=True):
    """A saved reply for such people, filled in; ``objection`` is what it answers.

    ``missing`` names what is not known and was left out.
    """

    saved_reply_id: int
    title: str
    objection: str | None
    language: Language
    text: str
    missing: tuple[str, ...]


class DraftCheck(Struct, frozen=True, kw_only=True):
    """How to treat the person, and where a draft does otherwise; nothing is refused for it."""

    temperament: Label
    guidance: Guidance
    warnings: tuple[Warned, ...]
    snippets: tuple[Snippet, ...]


async def of_ticket(
    conn: Conn,
    now: datetime,
    ticket_id: int,
    text: str,
    *,
    has_files: bool,
    agent_id: int,
    team_ids: tuple[int, ...] | None,
) -> DraftCheck:
    """Look over an answer to a ticket; ``team_ids`` are whose saved replies the agent may use."""
    recipient = await reply_tones.of_ticket(conn, ticket_id, now)
    offered = await _offered(conn, recipient, team_ids)
    known = await saved_replies.values(conn, ticket_id, agent_id=agent_id) if offered else None
    return _looked_over(
        text,
        recipient,
        has_files,
        tuple(_snippet(reply, *saved_replies.filled(reply, known)) for reply in offered if known),
    )


async def of_contact(
    conn: Conn,
    now: datetime,
    contact_id: int,
    text: str,
    *,
    has_files: bool,
    team_ids: tuple[int, ...] | None,
) -> DraftCheck:
    """Look over a first message; what is offered has its places open: there is no ticket yet."""
    recipient = await reply_tones.of_contact(conn, contact_id, now)
    offered = await _offered(conn, recipient, team_ids)
    return _looked_over(
        text, recipient, has_files, tuple(_snippet(reply, reply.body, ()) for reply in offered)
    )


def of_note(text: str) -> tuple[Warned, ...]:
    """What in a note about a person may hurt, should he ask to read it."""
    return tuple(_warned(remark) for remark in tone.check_note(text))


def _looked_over(
    text: str, recipient: Recipient, has_files: bool, snippets: tuple[Snippet, ...]
) -> DraftCheck:
    return DraftCheck(
        temperament=recipient.temperament,
        guidance=guidance_for(recipient.temperament),
        warnings=tuple(
            _warned(remark) for remark in reply_tones.checked(text, recipient, has_files=has_files)
        ),
        snippets=snippets,
    )


def _warned(remark: tone.Remark) -> Warned:
    return Warned(rule=remark.rule, span=remark.span, en=remark.en, fa=remark.fa)


async def _offered(
    conn: Conn, recipient: Recipient, team_ids: tuple[int, ...] | None
) -> Sequence[SavedReply]:
    """What fits his temperament and language, that which answers his last words first."""
    found = await saved_replies.list_all(
        conn,
        team_ids=team_ids,
        language=_read(recipient.language),
        temperament=recipient.temperament,
    )
    said = frozenset(words(own_words(recipient.words or "")).keys)
    return sorted(found, key=lambda reply: -_answers(reply, said))[:OFFERED]


def _answers(reply: SavedReply, said: frozenset[str]) -> float:
    """The share of the objection's words that he used."""
    objection = frozenset(words(reply.objection or "").keys)
    return len(objection & said) / len(objection) if objection else 0.0


def _read(language: str | None) -> Language | None:
    """What somebody reads who writes this language."""
    match language:
        case "en":
            return "en"
        case "fa" | "fa-Latn":
            return "fa"
        case _:
            return None


def _snippet(reply: SavedReply, text: str, missing: tuple[str, ...]) -> Snippet:
    return Snippet(
        saved_reply_id=reply.id,
        title=reply.title,
        objection=reply.objection,
        language=reply.language,
        text=text,
        missing=missing,
    )
