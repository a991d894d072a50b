"""Reads YAML or JSON as plain values, each with the line it stands on.

Of YAML what a configuration needs: maps, lists, text, whole and broken numbers, true, false and
null. Only ``true`` and ``false`` are truth values, so that ``no`` is Norwegian, and a date is text.
Anchors, aliases and tags are refused: a page of them can mean more than any memory holds.
Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml
from msgspec import Struct

from contactcenter.configuration_document.problems import Fault, InvalidConfiguration, at

MAX_BYTES: Final = 1_000_000
_DEPTH: Final = 30
#: Built with libyaml it is ten times as fast.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: Final[tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...]] = (
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?"), float),
)


def is_text(written: str) -> bool:
    """Whether this is read as text, also without quotes."""
    return not any(pattern.fullmatch(written) for pattern, _ in _PLAIN)


class Text(Struct, frozen=True, kw_only=True):
    """The plain value of a text, and the line of each place; JSON has no lines."""

    value: Any
    lines: Mapping[str, int]


def read(content: bytes) -> Text:
    """Read a document; raises ``InvalidConfiguration``."""
    if len(content) > MAX_BYTES:
        raise _invalid(f"it is longer than {MAX_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(f"it is not UTF-8, from byte {error.start} on") from None
    if text.lstrip().startswith("{"):
        try:
            return _json(text)
        except json.JSONDecodeError:
            pass  # a map of YAML begins so, too, and its reader names the line
    return _yaml(text)


def _json(text: str) -> Text:
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse_constant)
        faults: list[Fault] = []
        value = _unpaired(pairs, "", faults)
    except RecursionError:
        raise _invalid("it is nested too deeply") from None
    if faults:
        raise InvalidConfiguration(faults)
    return Text(value=value, lines={})


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON as it was written, a field given twice included."""


def _refuse_constant(name: str) -> Any:
    raise _invalid(f"{name} is not a number that JSON has")


def _unpaired(value: Any, place: str, faults: list[Fault]) -> Any:
    if isinstance(value, _Pairs):
        made: dict[str, Any] = {}
        for name, part in value:
            where = at(place, name)
            _check_text(name, where, faults)
            if name in made:
                faults.append(Fault(place=where, detail="this is given twice"))
            made[name] = _unpaired(part, where, faults)
        return made
    if isinstance(value, list):
        return [_unpaired(part, at(place, n), faults) for n, part in enumerate(value)]
    _check_text(value, place, faults)
    return value


def _check_text(value: Any, place: str, faults: list[Fault], line: int | None = None) -> None:
    """No text of the database holds NUL or half a character."""
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        faults.append(Fault(place=place, detail="this text cannot be stored", line=line))


def _yaml(text: str) -> Text:
    tree = _Tree()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            tree.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = f"it is not YAML: {error.problem or error.context}"
        raise _invalid(detail, None if mark is None else mark.line + 1) from None
    except yaml.YAMLError as error:
        raise _invalid(f"it is not YAML: {str(error).splitlines()[0]}") from None
    if tree.faults:
        raise InvalidConfiguration(tree.faults)
    return Text(value=tree.value, lines=tree.lines)


class _Open(Struct):
    """A map or list that is not at its end yet; ``key`` waits for its value."""

    made: Any
    place: str
    key: str | None = None


class _Tree:
    """What the events of a YAML text amount to."""

    def __init__(self) -> None:
        self.value: Any = None
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """The next event of the text; raises ``InvalidConfiguration`` for what is never read."""
        line = _line(event)
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _invalid("there is a second document in it", line)
            case yaml.AliasEvent():
                raise _invalid("aliases (*) are not taken", line)
            case yaml.ScalarEvent():
                self._check(event, line)
                self._scalar(event, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._check(event, line)
                self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()

    def _check(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            raise _invalid("anchors (&) are not taken", line)
        if getattr(event, "tag", None) is not None:
            raise _invalid("tags (!) are not taken", line)

    def _begin(self, made: Any, line: int) -> None:
        if len(self._open) >= _DEPTH:
            raise _invalid("it is nested too deeply", line)
        if self._wants_key():
            raise _invalid("a map or list is the key of another", line)
        self._open.append(_Open(made=made, place=self._put(made, line)))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if self._wants_key():
            parent, key = self._open[-1], event.value
            where = at(parent.place, key)
            if key in parent.made:
                self.faults.append(Fault(place=where, detail="this is given twice", line=line))
            _check_text(key, where, self.faults, line)
            parent.key = key
            return
        value = event.value if event.style else _plain(event.value)  # libyaml says "" for none
        _check_text(value, self._put(value, line), self.faults, line)

    def _wants_key(self) -> bool:
        return bool(self._open) and self._open[-1].key is None and type(self._open[-1].made) is dict

    def _put(self, value: Any, line: int) -> str:
        """Put a value where it belongs and return its place."""
        if not self._open:
            self.value = value
            return ""
        parent = self._open[-1]
        if isinstance(parent.made, list):
            place = at(parent.place, len(parent.made))
            parent.made.append(value)
        else:
            assert parent.key is not None, "a value of a map follows its key"
            place = at(parent.place, parent.key)
            parent.made[parent.key] = value
            parent.key = None
        self.lines[place] = line
        return place


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None, "what is read from a text stands somewhere"
    return event.start_mark.line + 1


def _plain(written: str) -> Any:
    """What a text without quotes means."""
    for pattern, made in _PLAIN:
        if pattern.fullmatch(written):
            return made(written)
    return written


def _invalid(detail: str, line: int | None = None) -> InvalidConfiguration:
    return InvalidConfiguration([Fault(place="", detail=detail, line=line)])
