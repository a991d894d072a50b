"""Whom a mail in a mailbox was for, as far as its header tells: there is no envelope any more."""

import re
from collections.abc import Collection
from typing import Final

from msgspec import Struct

from channels._email.receiving import Receiver

#: What mail servers write on top when they deliver comes first, then what the author wrote.
_FIELDS: Final = (b"delivered-to", b"x-original-to", b"envelope-to", b"x-envelope-to", b"to", b"cc")
_HEAD_BYTES: Final = 65_536
_MOST: Final = 200
_END: Final = re.compile(rb"\r?\n\r?\n")
_FIELD: Final = re.compile(rb"^([!-9;-~]+)[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[A-Za-z0-9.-]{1,253}")


class Recipient(Struct, frozen=True, kw_only=True):
    """One of our addresses. ``written`` has what stands behind its ``+``, None if nothing does."""

    entry_point: str
    written: str | None


def recipient(raw: bytes, receiver: Receiver, among: Collection[str]) -> Recipient | None:
    """The first of ``among`` that the header names; of all its writings the first with a ``+``.

    Only among our own addresses, and what stands behind a ``+`` is proven elsewhere: so it does no
    harm that a stranger can write these fields.
    """
    named = [
        (one, found)
        for one in written_in(raw)
        if (found := receiver.entry_point_of(one)) is not None and found in among
    ]
    tagged = next((pair for pair in named if "+" in pair[0].partition("@")[0]), None)
    written, entry_point = tagged or next(iter(named), (None, None))
    if entry_point is None:
        return None
    return Recipient(entry_point=entry_point, written=written if tagged else None)


def written_in(raw: bytes) -> list[str]:
    """The addresses in the fields that tell whom a mail is for, in the order of their weight."""
    head = raw[:_HEAD_BYTES]
    end = _END.search(head)
    fields = _FIELD.findall(head[: end.start()] if end else head)
    found: list[str] = []
    for name in _FIELDS:
        for at, value in fields:
            if at.lower() == name:
                found += _ADDRESS.findall(value.decode("utf-8", "replace"))
    return found[:_MOST]
