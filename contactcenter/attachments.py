"""Files: uploaded to be sent with an answer, received with a message, fetched by providers."""

import mimetypes
import re
from datetime import datetime
from typing import Final

from msgspec import Struct

from contactcenter import blobs, db
from contactcenter.db import Conn
from contactcenter.errors import BadInput, Conflict, NotFound

#: More than any channel sends with one message; what each of them does, it says itself.
MAX_BYTES: Final = 25 * 1024 * 1024
#: How long a provider can fetch a file after the message was written.
MEDIA_LIFETIME_S: Final = 7 * 86_400

#: Source: https://www.rfc-editor.org/rfc/rfc6838#section-4.2
_CONTENT_TYPE: Final = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Upload(Struct, frozen=True, kw_only=True):
    """A file that was uploaded and not sent yet; ``sha256`` is hexadecimal."""

    id: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str


class File(Struct, frozen=True, kw_only=True):
    """A file as it is served; without ``sha256`` only the provider has it."""

    id: int
    name: str
    content_type: str
    size_bytes: int | None
    sha256: bytes | None
    recording_id: int | None = None

    @property
    def file_name(self) -> str:
        """Its name, or one made of its id and type."""
        if self.name:
            return self.name
        return f"attachment-{self.id}{mimetypes.guess_extension(self.content_type) or ''}"


class IsRecording(Conflict):
    """This is a recording: hear it at /recordings, where it is written down who does."""

    code = "is_recording"


class NotFetched(Conflict):
    """Only the provider has this file; it was not fetched."""

    code = "attachment_not_fetched"


_SQL = db.Statements(__name__)
_add = _SQL.take("add", int)
_find = _SQL.take("find", File)
_size = _SQL.take("size", int)
_find_media = _SQL.take("find_media", File)


async def upload(
    conn: Conn, now: datetime, content: bytes, *, name: str, content_type: str, user_id: int
) -> Upload:
    """Keep a file until its owner sends it; raises ``BadInput``. The type is what he says it is."""
    content_type = content_type.lower()
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise BadInput("header.Content-Type", "This is not a content type.")
    if not content:
        raise BadInput("body", "The file is empty.")
    sha256 = await blobs.store(conn, content)
    attachment_id = await _add.one(conn, name, content_type, len(content), sha256, user_id, now)
    return Upload(
        id=attachment_id,
        name=name,
        content_type=content_type,
        size_bytes=len(content),
        sha256=sha256.hex(),
    )


async def check_size(conn: Conn, interaction_id: int, *, at_most: int) -> None:
    """Raise ``BadInput`` where the files of a message are together more than its channel takes."""
    size_bytes = await _size.one(conn, interaction_id)
    if size_bytes > at_most:
        raise BadInput(
            "body.attachment_ids",
            f"the files have {size_bytes} bytes; a message on this channel takes {at_most}",
        )


async def find(conn: Conn, viewer_id: int, attachment_id: int) -> File:
    """One that the viewer uploaded or whose ticket he may read; raises ``NotFound``."""
    file = await _find.first(conn, viewer_id, attachment_id)
    if file is None:
        raise NotFound(f"there is no attachment {attachment_id}")
    return file


async def content(conn: Conn, file: File) -> bytes:
    """All of a file; raises ``NotFetched``, or ``IsRecording`` where it is heard elsewhere."""
    if file.recording_id is not None:
        raise IsRecording(recording_id=file.recording_id)
    if file.sha256 is None:
        raise NotFetched(f"attachment {file.id} was not fetched from the provider")
    return await blobs.content(conn, file.sha256)


async def find_media(conn: Conn, token: str) -> File | None:
    """What a token opens to whoever has it, for a week after the message was written."""
    if not _TOKEN.fullmatch(token):
        return None
    return await _find_media.first(conn, token, MEDIA_LIFETIME_S)
