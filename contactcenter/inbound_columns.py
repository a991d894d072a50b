"""A batch of messages as columns: what the one statement of the intake takes them in."""

from collections.abc import Sequence

import msgspec

from channels import Inbound


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
            msgspec.json.encode(item.details).decode(),
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


def _segments(item: Inbound) -> int | None:
    text = item.details.get("num_segments", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None  # noqa: PLR2004
