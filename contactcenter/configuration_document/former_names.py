"""Reads documents that call channels as they were called before these existed.

Versions that were in force stay as they were written, and people keep files of theirs.
"""

from typing import Any, Final

#: What a channel was called, and is called.
CHANNELS: Final = {"voice": "phone", "chat": "webchat"}


def renamed(document: Any) -> Any:
    """The plain document with the names of now, wherever it names a channel; else as it is."""
    if not isinstance(document, dict):
        return document
    made = dict(document)
    for part, rename in (
        ("capacity", _keys),
        ("sticky", lambda sticky: _in(sticky, "window_s", _keys)),
        ("queues", lambda queues: _each(queues, _queue)),
        ("overflow", lambda overflow: _each(overflow, _steps)),
    ):
        if part in made:
            made[part] = rename(made[part])
    return made


def _queue(queue: Any) -> Any:
    return _in(_in(queue, "offer_s", _keys), "auto_accept", _names)


def _steps(steps: Any) -> Any:
    return [_in(step, "only", _names) for step in steps] if isinstance(steps, list) else steps


def _each(whole: Any, rename: Any) -> Any:
    return {k: rename(v) for k, v in whole.items()} if isinstance(whole, dict) else whole


def _in(whole: Any, key: str, rename: Any) -> Any:
    if isinstance(whole, dict) and key in whole:
        return {**whole, key: rename(whole[key])}
    return whole


def _keys(by_channel: Any) -> Any:
    """A channel that is there by both names keeps what it has by its own."""
    if not isinstance(by_channel, dict):
        return by_channel
    former = {CHANNELS[k]: v for k, v in by_channel.items() if k in CHANNELS}
    return {**former, **{k: v for k, v in by_channel.items() if k not in CHANNELS}}


def _names(channels: Any) -> Any:
    if not isinstance(channels, list):
        return channels
    return [CHANNELS.get(c, c) if isinstance(c, str) else c for c in channels]
