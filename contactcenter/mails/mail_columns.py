"""Mails as columns: what the statements of the intake take them in."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from channels import Inbound, MailReceived, sniffed
from contactcenter.storable_text import optional, storable, within

_KEY_BYTES: Final = 16
#: A file's name is shown and sent as a header field; file systems take 255 bytes.
_NAME_CHARACTERS: Final = 200


def message_key(message_id: str) -> bytes:
    """By what a mail is found again: an id may be longer than an index takes."""
    return hashlib.sha256(storable(message_id).encode()).digest()[:_KEY_BYTES]


def as_json(value: object) -> str:
    """A value as jsonb is written."""
    return msgspec.json.encode(within(msgspec.to_builtins(value))).decode()


def delivery(item: Inbound, entry_point_id: int) -> tuple[str, int, str, str]:
    """What is kept beside the bytes as they came."""
    raw = item.raw
    return item.channel, entry_point_id, storable(raw.content_type), as_json(raw.headers)


def interaction(
    item: Inbound, noted: Mapping[str, str]
) -> tuple[str, str, str | None, str, datetime | None]:
    """The channel, the new words, the id, the details with ours, and when it was written."""
    details = as_json(dict(item.details) | dict(noted))
    return item.channel, storable(item.text), optional(item.external_id), details, item.occurred_at


def mail(received: MailReceived) -> tuple[Any, ...]:
    """A row of ``mail`` behind its interaction's id."""
    said = received.mail
    return (
        optional(said.message_id),
        None if said.message_id is None else message_key(said.message_id),
        as_json(said.in_reply_to),
        as_json(said.references),
        storable(said.subject),
        None if said.author is None else as_json(_address(said.author)),
        as_json([_address(one) for one in said.to]),
        as_json([_address(one) for one in said.cc]),
        as_json([_address(one) for one in said.reply_to]),
        optional(received.envelope_sender),
        said.date,
        storable(said.text),
        optional(said.html),
        said.kind,
        None if said.bounce is None else as_json(said.bounce),
        as_json(received.authentication),
    )


def files(received: MailReceived) -> list[tuple[int, str, str, int, bytes, bool, str | None]]:
    """Position, name, type as we find it, size, SHA-256, and where its text shows it."""
    return [
        (
            position,
            storable(file.name)[:_NAME_CHARACTERS],
            sniffed(file.content),
            len(file.content),
            hashlib.sha256(file.content).digest(),
            file.inline,
            optional(file.content_id),
        )
        for position, file in enumerate(received.mail.files)
    ]


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as columns, as many even where there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _address(one: Any) -> dict[str, str]:
    return {"name": one.name, "address": one.address}
