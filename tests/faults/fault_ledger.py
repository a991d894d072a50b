"""What the world outside saw: every message sent to us and every answer, on disk before it counts.

The system under test never writes here, so it cannot mark its own work.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Kind = Literal["sent", "answered", "broken"]


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact about the message ``id``: it was sent, it was answered, or no answer came.

    ``at`` is this machine's clock in seconds, ``took_s`` the time from sending to the answer,
    ``told`` what the answer said besides its status (an id) or why there was none.
    """

    at: float
    kind: Kind
    id: str
    sha256: str = ""
    status: int = 0
    took_s: float = 0.0
    told: str = ""

    @property
    def is_acknowledgement(self) -> bool:
        return self.kind == "answered" and 200 <= self.status < 300

    def __str__(self) -> str:
        took = f" after {self.took_s:.3f} s" if self.kind != "sent" else ""
        what = f"{self.status}" if self.kind == "answered" else self.told
        return f"{self.at:.3f} {self.kind} {what}{took}".rstrip()


class FaultLedger:
    """Lines in memory and in a file that is synced line by line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[Line] = []
        self._file = path.open("ab")

    def sent(self, message_id: str, sha256: str = "") -> None:
        self._record(Line(at=time.time(), kind="sent", id=message_id, sha256=sha256))

    def answered(self, message_id: str, status: int, took_s: float, told: str = "") -> None:
        self._record(
            Line(
                at=time.time(),
                kind="answered",
                id=message_id,
                status=status,
                took_s=took_s,
                told=told,
            )
        )

    def broken(self, message_id: str, why: str, took_s: float) -> None:
        self._record(Line(at=time.time(), kind="broken", id=message_id, told=why, took_s=took_s))

    def close(self) -> None:
        self._file.close()

    def _record(self, line: Line) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.lines.append(line)


def read(path: Path) -> list[Line]:
    """The lines of a ledger on disk; a half line at the end was never relied upon."""
    whole = path.read_bytes().split(b"\n")[:-1]
    return [msgspec.json.decode(line, type=Line) for line in whole]


def acknowledged(lines: Iterable[Line]) -> set[str]:
    return {line.id for line in lines if line.is_acknowledgement}


def timeline(lines: Iterable[Line], message_id: str) -> list[str]:
    return [str(line) for line in lines if line.id == message_id]
