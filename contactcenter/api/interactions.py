"""Interactions as agents read them: the words, what became of them, and their files."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from contactcenter import desk, timeline
from contactcenter.api.operation import AGENT, Call, operation
from contactcenter.api.rights import check_may_work
from contactcenter.calls import call_summaries
from contactcenter.calls.call_summaries import CallSummary
from contactcenter.db import Conn
from contactcenter.errors import NotFound
from contactcenter.mails import mail_views
from contactcenter.mails.mail_views import MailSummary
from contactcenter.tickets import tickets
from contactcenter.timeline import Attachment, EntryRow, Interaction

#: The channel whose messages are mails.
_MAILS: Final = "email"
#: What of the timeline is about calls.
_CALLS: Final = ("call", "voicemail")


class AttachmentView(Struct, frozen=True, kw_only=True):
    """A file; ``stored`` is False while only the provider has it.

    ``state`` tells whether it still comes: `pending`, `stored`, or `failed` with the reason. An
    ``inline`` one is shown in the text of a mail, which names it by ``content_id``. One with a
    ``recording_id`` is heard at `/recordings/{recording_id}/audio`.
    """

    id: int
    name: str
    content_type: str
    size_bytes: int | None
    stored: bool
    state: Literal["pending", "stored", "failed"]
    fetch_error: str | None
    inline: bool
    content_id: str | None
    recording_id: int | None


class InteractionView(Interaction, frozen=True, kw_only=True):
    """One thing that happened on the timeline; of a mail the body is what is new in it.

    Of a ``call`` there is no body; ``call`` tells what came of it, also of a ``voicemail``.
    """

    attachments: tuple[AttachmentView, ...]
    mail: MailSummary | None = None
    call: CallSummary | None = None


class _More(Struct, frozen=True, kw_only=True):
    """What else is told of a page of the timeline, by interaction."""

    files: Mapping[int, Sequence[Attachment]]
    mails: Mapping[int, MailSummary]
    calls: Mapping[int, CallSummary]


async def views(conn: Conn, interactions: Sequence[Interaction]) -> list[InteractionView]:
    """Interactions with their files, in the same order."""
    told = [msgspec.structs.asdict(i) for i in interactions]
    more = await _more(conn, told, [i.id for i in interactions])
    return [_view(entry, more) for entry in told]


async def entry_views(conn: Conn, entries: Sequence[EntryRow]) -> list[InteractionView]:
    """The same for a page of a timeline; most have no files, and nobody asks for them."""
    more = await _more(conn, entries, [e["id"] for e in entries if e.pop("has_files")])
    return [_view(entry, more) for entry in entries]


async def _more(conn: Conn, entries: Sequence[EntryRow], with_files: Sequence[int]) -> _More:
    mails = [entry["id"] for entry in entries if entry["channel"] == _MAILS]
    calls = [entry["id"] for entry in entries if entry["kind"] in _CALLS]
    return _More(
        files=await timeline.attachments(conn, with_files) if with_files else {},
        mails=await mail_views.summaries(conn, mails) if mails else {},
        calls=await call_summaries.of_interactions(conn, calls) if calls else {},
    )


def _view(told: dict[str, Any], more: _More) -> InteractionView:
    id_ = told["id"]
    mail, call = more.mails.get(id_), more.calls.get(id_)
    files = more.files.get(id_)
    if not files:
        return InteractionView(**told, attachments=(), mail=mail, call=call)
    return InteractionView(
        **told, attachments=tuple(file_view(f) for f in files), mail=mail, call=call
    )


def file_view(file: Attachment) -> AttachmentView:
    """A file as agents see it."""
    return AttachmentView(
        id=file.id,
        name=file.name,
        content_type=file.content_type,
        size_bytes=file.size_bytes,
        stored=file.stored,
        state=_state(file),
        fetch_error=file.fetch_error,
        inline=file.inline,
        content_id=file.content_id,
        recording_id=file.recording_id,
    )


def _state(file: Attachment) -> Literal["pending", "stored", "failed"]:
    if file.stored:
        return "stored"
    return "pending" if file.fetch_error is None else "failed"


async def view(conn: Conn, interaction_id: int) -> InteractionView:
    """One interaction with its files."""
    return (await views(conn, [await timeline.find(conn, interaction_id)]))[0]


@operation(
    "POST",
    "/interactions/{interaction_id}/resendings",
    tag="tickets",
    roles=AGENT,
    via="transaction",
    status=201,
)
async def send_again(call: Call, interaction_id: int) -> InteractionView:
    """Decide to send a message anew that failed, or of which nobody knows whether it was sent.

    The customer may then get it twice; that is the decision. The new attempt stands beside the old.
    """
    old = await timeline.find(call.conn, interaction_id)
    try:
        await check_may_work(call, old.ticket_id or 0)
    except NotFound:  # a message one may not know of is none, and its ticket is not named
        raise NotFound(f"there is no interaction {interaction_id}") from None
    await tickets.lock(call.conn, old.ticket_id or 0)  # before the clock is read
    sent_id = await desk.send_again(
        call.conn,
        await call.clock(),
        interaction_id,
        correlation_id=secrets.token_hex(16),
        author_id=call.actor.user_id,
        actor=call.actor.reference,
        channels=call.services.channels,
    )
    call.ring("outbox")
    return await view(call.conn, sent_id)
