"""The bytes of a mail on their way into memory, unchanged but for the dots of the protocol."""

import asyncio
from typing import Final

from channels._email.listener.door import Door

_END: Final = b".\r\n"
_LINE: Final = b"\r\n"


class ArrivingMail:
    """A mail that is being sent to us; ``refusal`` says why it is not taken, if it is not.

    It ends with CR LF, dot, CR LF, and with nothing that only looks like it. A line may be as long
    as the mail: who wrote it did not ask us, and to refuse it would not make it shorter.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._held_bytes = 0
        # The end of the command before it: a mail's first line may be its last.
        self._written = bytearray(_LINE)
        self.refusal: str | None = None
        #: The mail, once it was read.
        self.raw = b""

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Read until the line that has a dot and nothing else."""
        while True:
            try:
                piece = await reader.readuntil(_END)
                may_be_end = True
            except asyncio.LimitOverrunError as more:
                piece = await reader.read(more.consumed)
                may_be_end = False
            self._keep(piece)
            if may_be_end and self._written.endswith(_LINE + _END):
                break
        if self.refusal is None:
            self.raw = _unstuffed(self._written)
            if len(self.raw) > self._door.limits.message_bytes:
                self._refuse("552 5.3.4 Too large")

    def let_go(self) -> None:
        """Forget it."""
        self.raw = b""
        self._written.clear()
        self._door.let_go(self._held_bytes)
        self._held_bytes = 0

    def _keep(self, piece: bytes) -> None:
        self._written += piece
        if self.refusal is None:
            if len(self._written) > self._door.limits.received_bytes:
                self._refuse("552 5.3.4 Too large")
            elif self._door.hold(len(piece)):
                self._held_bytes += len(piece)
            else:
                self._refuse("452 4.3.1 Too much at once, try again later")
        if self.refusal is not None:
            del self._written[: -len(_LINE + _END)]

    def _refuse(self, answer: str) -> None:
        self.refusal = answer
        self.raw = b""
        self._door.let_go(self._held_bytes)
        self._held_bytes = 0


def _unstuffed(written: bytearray) -> bytes:
    """Without the end, and without the dot that stands before a line that begins with one.

    Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2
    """
    del written[-len(_END) :]
    return bytes(written.replace(_LINE + b".", _LINE)[len(_LINE) :])
