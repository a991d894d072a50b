"""Edits that name only what changes: a field that is left out stays as it is."""

from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct

Row = TypeVar("Row", bound=Struct)


def edited(before: Row, body: Struct) -> Row:
    """The row with the fields that the body gives; names and titles are stripped of outer spaces."""
    given = {
        name: value.strip() if isinstance(value, str) and name.startswith(("name", "title")) else value
        for name in body.__struct_fields__
        if (value := getattr(body, name)) is not UNSET
    }
    return msgspec.structs.replace(before, **given)
