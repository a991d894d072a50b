"""Edits that name only what changes: a field that is left out stays as it is."""

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct

Row = TypeVar("Row", bound=Struct)


def edited(before: Row, body: Struct) -> Row:
    """The row with the fields the body gives; names and titles lose spaces around them."""
    given: dict[str, Any] = {
        name: value
        for name in body.__struct_fields__
        if (value := getattr(body, name)) is not UNSET
    }
    for name, value in given.items():
        if name.startswith(("name", "title")) and isinstance(value, str):
            given[name] = value.strip()
    return msgspec.structs.replace(before, **given)
