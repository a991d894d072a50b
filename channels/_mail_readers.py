"""Several processes that read mails: one that is slow holds up its own mail and no other."""

import asyncio
from typing import Final

from channels._mail.values import Fragment, Mail, Refused
from channels._mail_reader import MailReader

#: More do not read faster on two cores; with one, a mail that was made to hurt would hold up all.
AT_ONCE: Final = 2


class MailReaders:
    """As many readers as mails are read at once; a process is started when it is needed."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._all = [MailReader() for _ in range(at_once)]
        self._free: asyncio.Queue[MailReader] = asyncio.Queue()
        for reader in reversed(self._all):
            self._free.put_nowait(reader)

    async def read(self, raw: bytes, *, with_remote_images: bool = False) -> Mail | Refused:
        """Understand a mail, as ``MailReader.read``."""
        reader = await self._free.get()
        try:
            return await reader.read(raw, with_remote_images=with_remote_images)
        finally:
            self._free.put_nowait(reader)

    async def read_html(
        self, raw: bytes, *, with_remote_images: bool = False
    ) -> Fragment | Refused:
        """Make a piece of HTML safe to show, as ``MailReader.read_html``."""
        reader = await self._free.get()
        try:
            return await reader.read_html(raw, with_remote_images=with_remote_images)
        finally:
            self._free.put_nowait(reader)

    async def close(self) -> None:
        """End all processes."""
        for reader in self._all:
            await reader.close()
