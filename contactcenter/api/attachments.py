"""Attachments: files to be sent with an answer, and files that came with a message."""

from typing import Annotated

from msgspec import Meta, Struct

from channels import sniffed
from contactcenter import attachments
from contactcenter.api.operation import AGENT, Answer, Call, operation
from contactcenter.attachments import MAX_BYTES, Upload


class UploadQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file is called."""

    name: Annotated[str, Meta(max_length=200)] = ""


@operation(
    "POST",
    "/attachments",
    tag="attachments",
    roles=AGENT,
    via="transaction",
    status=201,
    max_bytes=MAX_BYTES,
)
async def upload_attachment(call: Call, query: UploadQuery, body: bytes) -> Upload:
    """Upload a file of up to 25 MiB: the body is the file, `Content-Type` says what it is.

    All files of one message: up to 5 MiB by SMS, 25 MiB by email. Name its id in `attachment_ids`
    of a reply to send it; only who uploaded it can, and once.
    """
    return await attachments.upload(
        call.conn,
        await call.clock(),
        body,
        name=query.name.strip(),
        content_type=call.content_type,
        user_id=call.actor.user_id,
    )


@operation(
    "GET",
    "/attachments/{attachment_id}",
    tag="attachments",
    roles=AGENT,
    via="read",
    produces=("*/*",),
    refuses=(409,),
)
async def read_attachment(call: Call, attachment_id: int) -> Answer:
    """Read a file that you uploaded, or that belongs to a ticket you may read.

    It is always sent as a download, of the type its bytes show, which is never one that a browser
    would run. One that only the provider has is answered 409 ``attachment_not_fetched``, and a
    recording of a call 409 ``is_recording``: it is heard at `/recordings/{recording_id}/audio`.
    """
    file = await attachments.find(call.conn, call.actor.user_id, attachment_id)
    content = await attachments.content(call.conn, file)
    call.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return Answer(
        body=content,
        content_type=sniffed(content),
        file_name=file.file_name,
    )
