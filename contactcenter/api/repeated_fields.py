"""Finds a field that a JSON object has twice, of which every reader would take another value.

Source: https://www.rfc-editor.org/rfc/rfc8259#section-4
"""

import json
from typing import Any


class _Object(dict[str, Any]):
    """An object as it was read, with the first field that it has twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice: str | None = None
        if len(self) < len(pairs):
            names = [name for name, _ in pairs]
            self.twice = next(name for name in names if names.count(name) > 1)


def place_of(raw: bytes) -> str | None:
    """The path of the first field given twice, such as ``.identities[0].value``; None if none is.

    ``raw`` is valid JSON. Raises ``RecursionError`` where it is nested too deeply.
    """
    if raw.count(b":") < 2:  # noqa: PLR2004  twice is two
        return None
    found: list[_Object] = []

    def made(pairs: list[tuple[str, Any]]) -> _Object:
        read = _Object(pairs)
        if read.twice is not None:
            found.append(read)
        return read

    value = json.loads(raw, object_pairs_hook=made)
    # What stands in a value that another has replaced is not found; the field that did it is.
    places = (_place(value, read) for read in found)
    return next((place for place in places if place is not None), None)


def _place(value: Any, wanted: _Object) -> str | None:
    """Where in the value the object is, and its field that is there twice."""
    if value is wanted:
        return f".{wanted.twice}"
    parts: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        parts = [(f".{name}", part) for name, part in value.items()]
    elif isinstance(value, list):
        parts = [(f"[{position}]", part) for position, part in enumerate(value)]
    for step, part in parts:
        if (rest := _place(part, wanted)) is not None:
            return step + rest
    return None
