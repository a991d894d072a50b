"""Several processes that read mails: one that is slow holds up its own mail and no other."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Final

from channels._mail.reader import MailReader
from channels._mail.values import Fragment, Mail, Refused

#: More do not read faster on two cores.
AT_ONCE: Final = 2
#: A mail that takes longer makes room: another process reads in its place, and its own has to wait
#: for all others. Nineteen of twenty mails take less than a tenth of that.
SLOW_S: Final = 0.1
#: With so many slow ones beside, the next has to wait.
SLOW: Final = 4


class MailReaders:
    """As many readers as mails are read at once; a process is started when it is needed."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._all: set[MailReader] = set()
        self._slow: set[MailReader] = set()
        self._beside: set[asyncio.Task[None]] = set()
        self._free: asyncio.LifoQueue[MailReader] = asyncio.LifoQueue()
        for _ in range(at_once):
            self._add(MailReader())

    async def read(self, raw: bytes, *, with_remote_images: bool = False) -> Mail | Refused:
        """Understand a mail, as ``MailReader.read``."""
        async with self._one() as reader:
            return await reader.read(raw, with_remote_images=with_remote_images)

    async def read_html(
        self, raw: bytes, *, with_remote_images: bool = False
    ) -> Fragment | Refused:
        """Make a piece of HTML safe to show, as ``MailReader.read_html``."""
        async with self._one() as reader:
            return await reader.read_html(raw, with_remote_images=with_remote_images)

    async def close(self) -> None:
        """End all processes."""
        await asyncio.gather(*self._beside)
        for reader in [*self._all, *self._slow]:
            await reader.close()

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[MailReader]:
        """A reader whose process runs: its start is no mail's slowness."""
        reader = await self._free.get()
        try:
            if not reader.is_running:
                await reader.start()
            timer = asyncio.get_running_loop().call_later(SLOW_S, self._make_room, reader)
            try:
                yield reader
            finally:
                timer.cancel()
        finally:
            self._give_back(reader)

    def _add(self, reader: MailReader) -> None:
        self._all.add(reader)
        self._free.put_nowait(reader)

    def _make_room(self, slow: MailReader) -> None:
        if len(self._slow) == SLOW:
            return
        slow.give_way()
        self._all.discard(slow)
        self._slow.add(slow)
        self._begin(self._start(MailReader()))

    def _give_back(self, reader: MailReader) -> None:
        if reader in self._slow:
            self._slow.discard(reader)
            self._begin(reader.close())
        else:
            self._free.put_nowait(reader)

    async def _start(self, reader: MailReader) -> None:
        """Have it running before anybody waits for it."""
        await reader.start()
        self._add(reader)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
