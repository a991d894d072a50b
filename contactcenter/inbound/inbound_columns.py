"""A batch of messages as columns: what the one statement of the intake takes them in."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from channels import Inbound


def inbound_key(item: Inbound) -> bytes:
    """The 16 bytes that tell this message from every other at its entry point.

    The provider's id where it has one, else the payload itself. 16 bytes of a hash: a large unique
    index on long random ids is what slows intake at ten million rows.
    """
    if item.external_id is not None:
        text = b"id:" + item.external_id.encode()
    else:
        text = b"payload:" + hashlib.sha256(item.raw.body).digest()
    return hashlib.sha256(text).digest()[:16]


def messages(
    places: Sequence[tuple[int, int, bytes]], items: Sequence[Inbound]
) -> list[list[object]]:
    """The messages in the statement's order of columns.

    ``places`` has the entry point, its queue and the key of each; a batch has at least one.
    """
    rows: list[tuple[object, ...]] = [
        (
            n,
            key,
            entry_point_id,
            queue_id,
            item.channel,
            item.sender.kind,
            item.sender.value,
            item.sender_name,
            item.text,
            item.external_id,
            item.occurred_at,
            _segments(item),
            msgspec.json.encode(_details(item)).decode(),
            item.raw.content_type,
            msgspec.json.encode(item.raw.headers).decode(),
        )
        for n, ((entry_point_id, queue_id, key), item) in enumerate(zip(places, items, strict=True))
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def media(items: Sequence[Inbound]) -> tuple[list[int], list[int], list[str], list[str]]:
    """Their files: which message, which place in it, content type, and the provider's address."""
    found = [
        (n, position, file.content_type, file.url)
        for n, item in enumerate(items)
        for position, file in enumerate(item.media)
    ]
    if not found:
        return [], [], [], []
    ns, positions, types, urls = zip(*found, strict=True)
    return list(ns), list(positions), list(types), list(urls)


def _details(item: Inbound) -> Mapping[str, str]:
    if item.call is None or item.call.call_id is None:
        return item.details
    return {**item.details, "call_id": str(item.call.call_id)}


def _segments(item: Inbound) -> int | None:
    text = item.details.get("num_segments", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None  # noqa: PLR2004
