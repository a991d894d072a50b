"""What a fake provider witnessed, kept outside the system that is tested."""

import os
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact: ``kind`` is accepted, refused, hook_answered, hook_failed or written.

    ``accepted`` and ``refused`` are sends of the product; ``written`` is a message of a customer;
    the hook kinds are calls of ours and what the product answered (``status``) or why nothing came
    (``error``).
    """

    at: datetime
    kind: str
    sid: str = ""
    from_: str = ""
    to: str = ""
    text: str = ""
    url: str = ""
    attempt: int = 0
    status: int = 0
    error: str = ""
    code: int = 0
    correlation: str = ""


class Ledger:
    """Entries in order, in memory and, with a ``path``, line by line in a file that is flushed.

    An entry is on disk before the fact it states can be seen by anybody else.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._file: BinaryIO | None = path.open("ab") if path else None

    def record(self, entry: Entry) -> None:
        """Keep one entry for good."""
        self.entries.append(entry)
        if self._file:
            self._file.write(msgspec.json.encode(entry) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def of(self, kind: str) -> list[Entry]:
        """All entries of one kind, in order."""
        return [entry for entry in self.entries if entry.kind == kind]

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
            self._file = None
