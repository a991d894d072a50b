"""What an operation takes: found out once from its handler's annotations, then read per request.

Everything refused here names its place (``path.ticket_id``, ``query.limit``, ``body.name``). What
passes is valid Unicode without NUL, of the right type, and its integers fit the columns.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct
from msgspec.inspect import (
    BoolType,
    DateTimeType,
    FrozenSetType,
    IntType,
    ListType,
    LiteralType,
    SetType,
    StructType,
    VarTupleType,
    multi_type_info,
    type_info,
)

from contactcenter.api import choices, patterns, repeated_fields
from contactcenter.errors import BadInput, NotFound

#: The largest whole number that every reader of JSON keeps exact; ids stay far below.
MAX_ID: Final = 2**53 - 1
#: How many query parameters are looked at.
MAX_PARAMETERS: Final = 100

Id = Annotated[int, Meta(ge=1, le=MAX_ID, description="An id.")]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]  # fits an ``int`` column
#: A time with its offset from UTC.
Instant = Annotated[datetime, Meta(tz=True)]
#: One line for people to read: a name, a title. Whoever takes one strips it.
Line = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"\S",
        examples=["Sara Ahmadi"],
        description="Spaces around it are dropped.",
    ),
]
#: A message, of as many lines as one likes.
Text = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]
#: Why something is done, in a line.
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]

_DIGITS: Final = re.compile(r"[0-9]{1,19}")
_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED: Final = re.compile(r"(?:unknown|required) field `(?P<name>.*)`", re.DOTALL)
#: In a query msgspec would also take null for None, 1 for true and seconds since 1970 for a time.
_WRITINGS: Final[Mapping[type, tuple[str, re.Pattern[str]]]] = {
    BoolType: ("true or false", re.compile("true|false")),
    DateTimeType: ("an RFC 3339 time", re.compile(r"[0-9]{4}-.*", re.DOTALL)),
    IntType: ("a whole number", re.compile("-?[0-9]{1,19}")),
    LiteralType: ("one of the known words", re.compile("(?!(?i:null)$).*", re.DOTALL)),
}
_MANY: Final = (ListType, SetType, FrozenSetType, VarTupleType)


class PathParameter(Struct, frozen=True):
    """One ``{name}`` of the path."""

    name: str
    type: Any


class QueryParameters(Struct, frozen=True):
    """The query: a struct, which of its fields may be repeated, and how some are written."""

    type: type[Struct]
    names: frozenset[str]
    repeated: frozenset[str]
    written: Mapping[str, tuple[str, re.Pattern[str]]]


class BodyInput(Struct, frozen=True):
    """The body: ``type`` is a struct, or ``bytes`` for anything, as it was sent."""

    type: Any
    optional: bool
    decode: Callable[[bytes], Any]

    @property
    def is_raw(self) -> bool:
        """Whether the bytes are taken as they are."""
        return self.type is bytes


class Inputs(Struct, frozen=True, kw_only=True):
    """All that an operation takes besides the call itself."""

    path: tuple[PathParameter, ...]
    query: QueryParameters | None
    body: BodyInput | None

    def from_path(self, values: Mapping[str, str]) -> dict[str, Any]:
        """The path's values by name; what cannot be an id names nothing: ``NotFound``."""
        return {p.name: _path_value(p, values[p.name]) for p in self.path}

    def from_query(self, raw: str) -> dict[str, Any]:
        """The query as ``{"query": struct}``, or nothing where none is taken."""
        pairs = _pairs(raw)
        if self.query is None:
            if pairs:
                raise BadInput(f"query.{pairs[0][0][:200]}", "This parameter is not known here.")
            return {}
        return {"query": _query_value(self.query, pairs)}

    def from_body(self, raw: bytes) -> dict[str, Any]:
        """The body as ``{"body": value}``, or nothing where none is taken."""
        if self.body is None:
            if raw not in {b"", b"{}"}:
                raise BadInput("body", "No body is taken here.")
            return {}
        if not raw:
            if self.body.optional:
                return {"body": None}
            raise BadInput("body", "The body is missing.")
        if self.body.is_raw:
            return {"body": raw}
        return {"body": _body_value(self.body, raw)}


def analysed(path: str, hints: Mapping[str, Any]) -> Inputs:
    """What a handler with these annotations takes; raises ``TypeError`` on what cannot be safe."""
    names = re.findall(r"{(\w+)}", path)
    parameters = []
    for name in names:
        if name not in hints:
            raise TypeError(f"{path}: the handler does not take {name}")
        parameters.append(PathParameter(name, hints[name]))
    left = set(hints) - set(names) - {"query", "body"}
    if left:
        raise TypeError(f"{path}: {', '.join(sorted(left))} comes from nowhere")
    query = _query_of(hints["query"]) if "query" in hints else None
    body = _body_of(hints["body"]) if "body" in hints else None
    return Inputs(path=tuple(parameters), query=query, body=body)


def check_text(value: Any, field: str) -> None:
    """Refuse NUL anywhere in the value: no PostgreSQL text can hold it."""
    if isinstance(value, str):
        if "\0" in value:
            raise BadInput(field, "The text contains a NUL character.")
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key, field)
            check_text(item, f"{field}.{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            check_text(item, f"{field}[{position}]")


def _query_of(annotation: Any) -> QueryParameters:
    _check_bounds(annotation)
    info = type_info(annotation)
    assert isinstance(info, StructType), "query is annotated with a struct"
    return QueryParameters(
        annotation,
        frozenset(f.encode_name for f in info.fields),
        frozenset(f.encode_name for f in info.fields if isinstance(f.type, _MANY)),
        {f.encode_name: writing for f in info.fields if (writing := _writing(f.type)) is not None},
    )


def _writing(kind: Any) -> tuple[str, re.Pattern[str]] | None:
    """How a value of this type is written; None for text."""
    parts = [getattr(kind, "type", None), *getattr(kind, "types", ())]
    found = [_WRITINGS.get(type(kind)), *(_writing(part) for part in parts if part is not None)]
    return next(filter(None, found), None)


def _body_of(annotation: Any) -> BodyInput:
    if annotation is bytes:
        return BodyInput(bytes, False, bytes)
    optional = type(None) in get_args(annotation)
    _check_bounds(annotation)
    return BodyInput(annotation, optional, msgspec.json.Decoder(annotation).decode)


def _check_bounds(annotation: Any) -> None:
    """Every number and time that comes in has bounds, every object knows its fields."""
    for info in _reachable(annotation):
        if isinstance(info, IntType) and None in {info.ge, info.le} and info.gt is None:
            raise TypeError(f"{annotation}: an int needs bounds; use Id, Count or Meta(ge=…, le=…)")
        patterns.check(info)
        if isinstance(info, DateTimeType) and not info.tz:
            raise TypeError(f"{annotation}: a datetime needs its offset; use Instant")
        if isinstance(info, StructType) and not info.forbid_unknown_fields:
            raise TypeError(f"{info.cls.__name__}: what comes in has forbid_unknown_fields=True")


def _reachable(annotation: Any) -> list[Any]:
    found: list[Any] = []
    seen: set[int] = set()
    to_do: list[Any] = list(multi_type_info([annotation]))
    while to_do:
        info = to_do.pop()
        if id(info) in seen:
            continue
        seen.add(id(info))
        found.append(info)
        for name in info.__struct_fields__:
            part = getattr(info, name)
            parts = part if isinstance(part, tuple) else (part,)
            to_do += [p for p in parts if isinstance(p, msgspec.inspect.Type)]
            to_do += [p.type for p in parts if isinstance(p, msgspec.inspect.Field)]
    return found


def _path_value(parameter: PathParameter, text: str) -> Any:
    kind = parameter.type
    if kind is int or (get_origin(kind) is Annotated and get_args(kind)[0] is int):
        if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MAX_ID:
            raise NotFound
        return int(text)
    try:
        text.encode()
        check_text(text, f"path.{parameter.name}")
        return msgspec.convert(text, kind, strict=False)
    except (UnicodeEncodeError, msgspec.ValidationError, BadInput) as error:
        raise NotFound from error


def _pairs(raw: str) -> list[tuple[str, str]]:
    if not raw:
        return []
    try:
        raw.encode()
        pairs = parse_qsl(
            raw, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeError as error:
        raise BadInput("query", "The query is not valid UTF-8.") from error
    except ValueError as error:
        raise BadInput("query", f"At most {MAX_PARAMETERS} parameters are taken.") from error
    for name, value in pairs:
        check_text(name, "query")
        check_text(value, f"query.{name[:200]}")
    return pairs


def _query_value(query: QueryParameters, pairs: list[tuple[str, str]]) -> Struct:
    values: dict[str, str | list[str]] = {}
    for name, value in pairs:
        if name not in query.names:
            raise BadInput(f"query.{name[:200]}", "This parameter is not known here.")
        if name in query.repeated:
            many = values.setdefault(name, [])
            assert isinstance(many, list)
            many.append(value)
        elif name in values:
            raise BadInput(f"query.{name}", "This parameter was given more than once.")
        elif name in query.written and not query.written[name][1].fullmatch(value):
            raise BadInput(f"query.{name}", f"Expected {query.written[name][0]}.")
        else:
            values[name] = value
    try:
        return msgspec.convert(values, query.type, strict=False)
    except msgspec.ValidationError as error:
        raise choices.named(query.type, _bad_input("query", error)) from error


def _body_value(body: BodyInput, raw: bytes) -> Any:
    try:
        value = body.decode(raw)
        if b"\\u0000" in raw:  # written so it may be a NUL, or the six characters
            check_text(msgspec.json.decode(raw), "body")
        twice = repeated_fields.place_of(raw)
    except msgspec.ValidationError as error:
        raise _bad_input("body", error) from error
    except UnicodeDecodeError as error:
        raise BadInput("body", "The body is not valid UTF-8.") from error
    except msgspec.DecodeError as error:
        raise BadInput("body", f"The body is not valid JSON: {error}") from error
    except RecursionError as error:
        raise BadInput("body", "The body is nested too deeply.") from error
    if twice is not None:
        raise BadInput(f"body{twice[:300]}", "This field was given more than once.")
    return value


def _bad_input(place: str, error: msgspec.ValidationError) -> BadInput:
    match = _AT.match(str(error))
    assert match is not None, "the pattern matches every text"
    field = place + (match["path"] or "$")[1:]
    what = match["what"]
    if named := _NAMED.search(what):
        field += f".{named['name'][:200]}"
    return BadInput(field, what[:400] + ".")
