"""Reads mails in a process of its own, which is ended when one takes too long.

A mail that was made to hurt takes that process's memory and time, not ours; the next one is read by
a fresh process. What a mail may take of the processor is limited in the process itself; the
deadline here is for a process that does not get on for another reason.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import msgspec

from channels._mail.values import Answer, Fragment, Mail, Question, Refused

DEADLINE_S: Final = 10.0
#: Two seconds a mail are promised: so much for reading it, the rest for handing over 60 MB and for
#: what ends the process. To read them takes 0.8 s on a slow machine; time that others take from us
#: is not counted.
CPU_S: Final = 1.5
_CLOSE_S: Final = 2.0
_HEAD: Final = 4
#: Less urgent than anything else.
_LATER: Final = 15
#: Runs ``channels._mail`` without what the package itself needs to talk to providers: a process is
#: there in a third of the time.
_START: Final = """
import runpy, sys, types
package = types.ModuleType("channels")
package.__path__ = [sys.argv[1]]
sys.modules["channels"] = package
runpy.run_module("channels._mail", run_name="__main__")
"""
_TOO_LONG: Final = Refused(reason="took_too_long", detail="Reading it takes too long.")
_DIED: Final = Refused(reason="reader_died", detail="The process that read it ended.")


class MailReader:
    """One process, one mail at a time; whoever comes meanwhile waits in line.

    A mail may take ``cpu_s`` seconds of the processor, and an answer ``deadline_s`` in all.
    """

    def __init__(self, *, deadline_s: float = DEADLINE_S, cpu_s: float = CPU_S) -> None:
        self._deadline_s = deadline_s
        self._cpu_s = cpu_s
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
                return _TOO_LONG
            except (asyncio.IncompleteReadError, OSError):
                ended_by = await self._ended_by()
                await self.close()
                return _TOO_LONG if ended_by == signal.SIGPROF else _DIED
            except BaseException:
                # Whoever asked is gone, and what it answers now would be taken for the next one's.
                await self.close()
                raise

    async def start(self) -> None:
        """Have the process ready before the next mail comes."""
        await self.read(b"")

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    def give_way(self) -> None:
        """Let the process run only when nothing else wants to; it does not come back from that."""
        if self._process is not None and self.is_running:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _LATER)

    async def _ended_by(self) -> int:
        """The signal that ended the process, 0 where it was none or it has not ended."""
        if self._process is None:
            return 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                return -await self._process.wait()
        return 0

    async def close(self) -> None:
        """End the process, and let go of its pipes."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(_CLOSE_S):
                await process.stdout.read()
                await process.wait()
                await process.stdin.wait_closed()

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
                *(sys.executable, "-P", "-c", _START, str(Path(__file__).parent.parent)),
                str(self._cpu_s),
                stdin=PIPE,
                stdout=PIPE,
            )
        return self._process
