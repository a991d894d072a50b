"""Answers that are files: whole, or a piece at a time where they are too large for the memory."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Final
from urllib.parse import quote

import asyncpg
import structlog
from aiohttp import hdrs, web

from contactcenter.api.call import Answer, Disposition
from contactcenter.errors import NoDatabase

#: A reader that takes nothing for this long is let go.
STALLED_S: Final = 60.0

log = structlog.get_logger()


def of(answer: Answer, status: int, headers: dict[str, str]) -> web.StreamResponse:
    """The response to an operation that answers a file; ``status`` is what it says by itself."""
    if answer.file_name is not None:
        header = attachment_header(answer.file_name, answer.disposition)
        headers["Content-Disposition"] = header
    headers["Content-Type"] = answer.content_type
    status = answer.status or status
    if answer.pieces is not None:
        return InPieces(answer.pieces, answer.size_bytes, status=status, headers=headers)
    return web.Response(status=status, body=answer.body, headers=headers)


def attachment_header(file_name: str, disposition: Disposition = "attachment") -> str:
    """A header that keeps the name whatever its script.

    Source: https://www.rfc-editor.org/rfc/rfc6266
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", file_name)
    return f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


class InPieces(web.StreamResponse):
    """Sends ``pieces``, which are ``size_bytes`` together, once the header is out."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        size_bytes: int,
        *,
        status: int,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(status=status, headers=headers)
        self.content_length = size_bytes
        self._pieces: AsyncIterator[bytes] | None = pieces

    async def write_eof(self, data: bytes = b"") -> None:
        """Send them all, unless only the header was asked for; what cannot be sent cuts the line.

        An answer that ends early must not look like a whole one.
        """
        pieces, self._pieces = self._pieces, None
        request = self._req
        if pieces is not None and request is not None and request.method != hdrs.METH_HEAD:
            left = self.content_length or 0
            try:
                async for piece in pieces:
                    async with asyncio.timeout(STALLED_S):
                        await self.write(piece)
                    left -= len(piece)
            except (NoDatabase, asyncpg.PostgresError, TimeoutError) as error:
                log.warning("answer_cut_off", error=type(error).__name__)
            if left and request.transport is not None:
                request.transport.abort()
                return
        await super().write_eof(data)
