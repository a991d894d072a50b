"""Mails: all of one, the bytes as they came, and a page that shows it as it was written."""

import asyncio
import base64
from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from channels import Inbound, Letter, content_ids, shown, sniffed
from contactcenter import blobs, quarantine_retry, timeline
from contactcenter.api import guard
from contactcenter.api.interactions import AttachmentView, file_view
from contactcenter.api.operation import AGENT, PREFIX, Answer, Call, operation
from contactcenter.api.quarantine import check_may_decide
from contactcenter.errors import NotFound
from contactcenter.mails import mail_page, mail_views
from contactcenter.mails.mail_page import PageFile
from contactcenter.mails.mail_views import ShownMail, WholeMail
from contactcenter.quarantine_retry import NotUnderstood

#: What a browser shows and does not run.
_IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
#: A page holds its images itself: whoever shows it need not be signed in to us. More than this is
#: left to be downloaded.
MAX_IMAGES_BYTES: Final = 8 * 1024 * 1024
#: Nothing of a stranger is part of another site's page.
_RESOURCE_POLICY: Final = "Cross-Origin-Resource-Policy"
_MAIL: Final = "message/rfc822"


class MailView(WholeMail, frozen=True, kw_only=True, rename=mail_views.WORDS):
    """All of a mail with its files, which can be read at `/attachments/{id}`."""

    attachments: tuple[AttachmentView, ...]


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether images that stand elsewhere are loaded: that tells the sender who looks, and when."""

    remote_images: bool = False


@operation("GET", "/interactions/{interaction_id}/mail", tag="tickets", roles=AGENT, via="read")
async def read_mail(call: Call, interaction_id: int) -> MailView:
    """Read all of a mail: the text with its quotations, the header, safe HTML, the files.

    `html` loads nothing: it names inline images as `cid:` with the `content_id` of an attachment.
    """
    mail = await mail_views.find(call.conn, call.actor.user_id, interaction_id)
    files = (await timeline.attachments(call.conn, [interaction_id])).get(interaction_id, [])
    told = msgspec.structs.asdict(mail)
    return MailView(**told, attachments=tuple(file_view(file) for file in files))


@operation(
    "GET",
    "/interactions/{interaction_id}/original",
    tag="tickets",
    roles=AGENT,
    via="read",
    produces=("*/*",),
)
async def read_original(call: Call, interaction_id: int) -> Answer:
    """Download what was received, byte for byte: of a mail its source, as a file.

    What we have written ourselves has no original.
    """
    _, raw = await mail_views.original(call.conn, call.actor.user_id, interaction_id)
    is_mail = raw.content_type == _MAIL
    call.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    call.headers[_RESOURCE_POLICY] = "same-site"
    return Answer(
        body=raw.body,
        content_type=_MAIL if is_mail else "application/octet-stream",
        file_name=f"interaction-{interaction_id}.{'eml' if is_mail else 'bin'}",
    )


@operation(
    "GET",
    "/interactions/{interaction_id}/page",
    tag="tickets",
    roles=AGENT,
    via="none",
    produces=("text/html",),
)
async def show_mail(call: Call, interaction_id: int, query: PageQuery) -> Answer:
    """Show a mail as it was written, on a page for a frame or a tab of its own.

    Nothing runs on it and, unless `remote_images` asks for them, nothing is loaded; its inline
    images are part of it. Links open in a new tab. Our own console and the allowed origins may
    frame it.
    """
    viewer_id = call.actor.user_id
    async with call.services.db.read() as conn:
        mail = await mail_views.find(conn, viewer_id, interaction_id)
        files = (await timeline.attachments(conn, [interaction_id])).get(interaction_id, [])
    letter = await _letter(call, mail, with_remote_images=query.remote_images)
    listed = [
        PageFile(
            name=file.name or f"attachment-{file.id}",
            address=f"{PREFIX}/attachments/{file.id}",
            size_bytes=file.size_bytes,
        )
        for file in files
        if file.stored
    ]
    return _page(
        call,
        mail,
        letter,
        listed,
        with_remote_images=query.remote_images,
        images_address="?remote_images=true",
    )


@operation(
    "GET",
    "/quarantine/{quarantine_id}/page",
    tag="quarantine",
    roles=AGENT,
    via="none",
    produces=("text/html",),
    refuses=(409,),
)
async def show_quarantined_mail(call: Call, quarantine_id: int) -> Answer:
    """Show a mail that waits for a decision, on a page as of one on a timeline.

    Who may let it in may see it. What cannot be read as a mail is answered 409 `not_understood`.
    """
    async with call.services.db.read() as conn:
        await check_may_decide(call, conn, quarantine_id)
    services = call.services
    held, item = await quarantine_retry.read(services.db, services.channels, quarantine_id)
    if not isinstance(item, Inbound) or item.received is None:
        raise NotUnderstood(f"payload {quarantine_id} is no mail", reason=held.reason)
    mail = mail_views.received(item.received, held.received_at)
    files = item.received.mail.files
    letter = None
    if mail.html is not None:
        images: dict[str, str] = {}
        left_bytes = MAX_IMAGES_BYTES
        for file in files:
            if file.content_id and len(file.content) <= left_bytes:
                left_bytes -= _put(images, file.content_id, file.content)
        letter = await asyncio.to_thread(shown, mail.html, images)
    listed = [PageFile(name=f.name, address=None, size_bytes=len(f.content)) for f in files]
    return _page(call, mail, letter, listed, with_remote_images=False)


def _page(
    call: Call,
    mail: ShownMail,
    letter: Letter | None,
    files: Sequence[PageFile],
    *,
    with_remote_images: bool,
    images_address: str | None = None,
) -> Answer:
    allowed = sorted(guard.origins(call.services.settings))
    call.headers["Content-Security-Policy"] = mail_page.policy(
        ["'self'", *allowed], with_remote_images=with_remote_images
    )
    call.headers["X-Frame-Options"] = "SAMEORIGIN"  # where the policy is not understood
    call.headers[_RESOURCE_POLICY] = "same-site"
    page = mail_page.page(
        mail,
        letter,
        files,
        language="fa" if call.actor.language == "fa" else "en",
        with_remote_images=with_remote_images,
        images_address=images_address,
    )
    return Answer(body=page.encode(errors="replace"), content_type="text/html; charset=utf-8")


async def _letter(call: Call, mail: WholeMail, *, with_remote_images: bool) -> Letter | None:
    """The HTML to show; None where the mail has none."""
    html = mail.html
    if html is None:
        return None
    if with_remote_images:
        html = await _with_remote_images(call, mail) or html
    images = await _images(call, mail.interaction_id, content_ids(html))
    return await asyncio.to_thread(shown, html, images, with_remote_images=with_remote_images)


async def _with_remote_images(call: Call, mail: WholeMail) -> str | None:
    try:
        async with call.services.db.read() as conn:
            channel, raw = await mail_views.original(conn, call.actor.user_id, mail.interaction_id)
    except NotFound:  # ours: it was written without
        return None
    return await call.services.channels[channel].with_remote_images(raw)


async def _images(call: Call, interaction_id: int, names: Collection[str]) -> dict[str, str]:
    """The inline images that the letter names, as addresses that hold them."""
    found: dict[str, str] = {}
    left_bytes = MAX_IMAGES_BYTES
    async with call.services.db.read() as conn:
        for file in await mail_views.inline_files(conn, interaction_id, names):
            if file.content_id in found or file.size_bytes > left_bytes:
                continue
            content = await blobs.content(conn, file.sha256)
            left_bytes -= _put(found, file.content_id, content)
    return found


def _put(images: dict[str, str], content_id: str, content: bytes) -> int:
    """Add a file if it is an image; the bytes it takes."""
    content_type = sniffed(content)
    if content_type not in _IMAGES:
        return 0
    images[content_id] = f"data:{content_type};base64,{base64.b64encode(content).decode()}"
    return len(content)
