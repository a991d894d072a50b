"""Reads mails in a process of its own, which is ended when one takes too long.

A mail that was made to hurt takes that process's memory and time, not ours; the next one is read by
a fresh process.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from typing import Final, Self

import msgspec

from channels._mail.values import Answer, Fragment, Mail, Question, Refused

DEADLINE_S: Final = 10.0
_CLOSE_S: Final = 2.0
_HEAD: Final = 4


class MailReader:
    """One process, one mail at a time; whoever comes meanwhile waits in line."""

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, raw: bytes, *, with_remote_images: bool = False) -> Mail | Refused:
        """Understand a mail; whatever it does, there is an answer within the deadline."""
        asked: Question = "mail_with_images" if with_remote_images else "mail"
        answer = await self._answer(asked, raw)
        assert not isinstance(answer, Fragment)
        return answer

    async def read_html(
        self, raw: bytes, *, with_remote_images: bool = False
    ) -> Fragment | Refused:
        """Make a piece of HTML safe to show; within the deadline, too."""
        asked: Question = "html_with_images" if with_remote_images else "html"
        answer = await self._answer(asked, raw)
        assert not isinstance(answer, Mail)
        return answer

    async def _answer(self, asked: Question, raw: bytes) -> Answer:
        async with self._turn:
            try:
                async with asyncio.timeout(self._deadline_s):
                    return await self._ask(asked, raw)
            except TimeoutError:
                await self.close()
                detail = f"Reading it takes longer than {self._deadline_s:g} s."
                return Refused(reason="took_too_long", detail=detail)
            except (asyncio.IncompleteReadError, OSError):
                await self.close()
                return Refused(reason="reader_died", detail="The process that read it ended.")
            except BaseException:
                # Whoever asked is gone, and what it answers now would be taken for the next one's.
                await self.close()
                raise

    async def start(self) -> None:
        """Have the process ready before the first mail comes."""
        await self.read(b"")

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.kill()
        async with asyncio.timeout(_CLOSE_S):
            await process.wait()

    async def _ask(self, asked: Question, raw: bytes) -> Answer:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        for frame in (asked.encode(), raw):
            process.stdin.write(len(frame).to_bytes(_HEAD, "big") + frame)
        await process.stdin.drain()
        size = int.from_bytes(await process.stdout.readexactly(_HEAD), "big")
        return self._decoder.decode(await process.stdout.readexactly(size))

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "channels._mail", stdin=PIPE, stdout=PIPE
            )
        return self._process
