"""What a parameter may be, where it is one of some words: a refusal names them."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct

from contactcenter.errors import BadInput


def named(kind: type[Struct], refused: BadInput) -> BadInput:
    """The refusal of a parameter, with what it may be where it is one of some words."""
    place = refused.data["field"]
    for field in msgspec.structs.fields(kind):
        known = ", ".join(str(one) for one in _words(field.type))
        if place == f"query.{field.encode_name}" and known:
            return BadInput(place, f"{refused.detail} Choose among {known}.")
    return refused


def _words(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
        return
    for part in get_args(kind):
        yield from _words(part)
