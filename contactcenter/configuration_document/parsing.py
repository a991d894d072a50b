"""Makes a document of a text: all that has not the right shape at once, each with its place.

A value is converted in one go. Only where that fails is each part looked at by itself, so that
every place is named and not only the first.
"""

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from contactcenter.configuration_document import text
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.former_names import renamed
from contactcenter.configuration_document.problems import Fault, InvalidConfiguration, at

_AT: Final = " - at `"


def parse(content: bytes) -> Document:
    """Read YAML or JSON; raises ``InvalidConfiguration``."""
    return read(content)[0]


def read(content: bytes) -> tuple[Document, Mapping[str, int]]:
    """The same with the line of each place, where it is YAML."""
    found = text.read(content)
    if found.value is None:
        found = text.Text(value={}, lines=found.lines)
    return convert(found.value, found.lines), found.lines


def convert(value: Any, lines: Mapping[str, int] | None = None) -> Document:
    """The document of plain values; raises ``InvalidConfiguration``."""
    value = renamed(value)
    try:
        return msgspec.convert(value, Document)
    except msgspec.ValidationError as error:
        faults = list(_faults(value, Document, "")) or [Fault(place="", detail=str(error))]
        raise InvalidConfiguration(placed(faults, lines or {})) from None


def placed(faults: list[Fault], lines: Mapping[str, int]) -> list[Fault]:
    """The faults with their lines; what is missing is looked for on the line of its whole."""
    return [
        fault
        if fault.line is not None
        else msgspec.structs.replace(fault, line=_line(fault.place, lines))
        for fault in faults
    ]


def _line(place: str, lines: Mapping[str, int]) -> int | None:
    while place and place not in lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return lines.get(place) if place else None


def _faults(value: Any, kind: Any, place: str) -> Iterator[Fault]:
    """What of the value has not the right shape, part by part."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        parts = list(_parts(value, kind, place))
        found = [fault for part in parts for fault in part]
        yield from found or [Fault(place=place, detail=_said(error, kind))]


def _parts(value: Any, kind: Any, place: str) -> Iterator[Iterator[Fault]]:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, types.UnionType):
        kind = _option(value, kind)
    whole, args = get_origin(kind) or kind, get_args(kind)
    if whole is dict and isinstance(value, dict) and args:
        for name, part in value.items():
            yield _faults(name, args[0], at(place, str(name)))
            yield _faults(part, args[1], at(place, str(name)))
    elif whole is tuple and isinstance(value, list):
        for n, part in enumerate(value):
            yield _faults(part, args[0], at(place, n))
    elif _is_struct(whole) and isinstance(value, dict):
        yield _of_struct(value, whole, place)


def _of_struct(value: dict[str, Any], kind: type[Struct], place: str) -> Iterator[Fault]:
    hints = get_type_hints(kind, include_extras=True)
    known = {field.encode_name: field for field in fields(kind)}
    for name in value:
        if name not in known:
            names = ", ".join(sorted(known))
            yield Fault(place=at(place, name), detail=f"this is not known; there are {names}")
    for name, field in known.items():
        if name in value:
            yield from _faults(value[name], hints[field.name], at(place, name))
        elif field.required:
            yield Fault(place=at(place, name), detail="this is missing")


def _option(value: Any, kind: Any) -> Any:
    """Of several types the one that a map is meant to be; else all of them."""
    if not isinstance(value, dict):
        return kind
    wholes = [(get_origin(option) or option, option) for option in get_args(kind)]
    maps = [option for whole, option in wholes if whole is dict or _is_struct(whole)]
    return next(iter(maps), kind)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _said(error: msgspec.ValidationError, kind: Any) -> str:
    """What msgspec says, without the place that it does not know and in words for a pattern."""
    said = str(error).partition(_AT)[0]
    meant = next((m.description for m in getattr(kind, "__metadata__", ()) if m.description), None)
    if meant is not None and "got" not in said:
        return f"expected {meant}"
    return said[:1].lower() + said[1:400]
