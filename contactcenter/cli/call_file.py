"""Reads the hooks of a call from a file: what was posted, and what our own console told."""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, get_args

import msgspec
from msgspec import Struct

import channels
from channels import CallEvent, HookName, Unreadable
from contactcenter.cli import call_gaps
from contactcenter.cli.call_gaps import Written

_KEYS: Final = ("hook", "received", "params")
_CONSOLE: Final = "agent_ui"
#: What consoles say when an agent is done with what was left to do, however it is spelt: the
#: last word of ``wrap_up_done``, ``Wrap-up ended``, ``wrapped_up``, ``available``, …
_DONE: Final = re.compile(
    r"(done|ended|end|finished|finish|completed?|closed?|over|ready|available|wrapped ?up|wrap ?up)"
)
_ALSO_CALLED: Final = re.compile(r"\b(acw|after call( work)?)\b")
#: Of another century it is a mistake, such as milliseconds for seconds; the provider began later.
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PROVIDERS_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_TIMES: Final = ("Timestamp", "RecordingStartTime")
_COUNTS: Final = ("QueueTime", "CallDuration")
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_CUSTOMER: Final = "customer"
_SHOWN_CALLS: Final = 5
_BEGUN: Final = re.compile(r"start|beg[aiu]n|enter|open")


class BadHook(Exception):
    """What is wrong in a file of hooks, and where."""


def events(raw: bytes) -> list[CallEvent]:
    """Read all that a file tells; raises ``BadHook``, naming the place. Hooks count from 0."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if not raw.strip():
        raise BadHook("it is empty; write a JSON list of hooks")
    try:
        listed = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadHook(f"it is not JSON: {_where_json_breaks(raw) or error}") from None
    except RecursionError:
        raise BadHook("it is nested too deeply; write a list of hooks") from None
    if not isinstance(listed, list):
        raise BadHook("it is not a list of hooks")
    read = [_read(place, hook) for place, hook in enumerate(listed)]
    filled = call_gaps.filled([one.written for one in read])
    told = [
        _events(place, one, written)
        for place, (one, written) in enumerate(zip(read, filled, strict=True))
    ]
    _check_is_one_call(told)
    found = [event for of_hook in told for event in of_hook]
    if all(event.kind == "wrapped_up" for event in found):
        raise BadHook("nothing in it tells of a call")
    return found


class _Hook(Struct, frozen=True, kw_only=True):
    """A hook of the file, and when it came."""

    received_at: datetime
    written: Written


def _check_is_one_call(told: Sequence[tuple[CallEvent, ...]]) -> None:
    """Two calls are told of by two who called us, or by a customer who is in two rooms.

    Their seconds would be added up as those of one. Who left the line to be called back was in a
    room once: that is accounted for as what it came to.
    """
    callers: dict[str, int] = {}
    rooms: dict[str, int] = {}
    for place, events in enumerate(told):
        for event in events:
            if event.kind == "began" and event.direction == "inbound" and event.leg:
                callers.setdefault(event.leg, place)
            if event.kind == "joined" and event.label == _CUSTOMER and event.leg:
                rooms.setdefault(event.leg, place)
    calls = callers if len(callers) > 1 else rooms
    if len(calls) > 1:
        shown = [f"{leg} from hook {place}" for leg, place in calls.items()]
        more = f" and {len(shown) - _SHOWN_CALLS} more" if len(shown) > _SHOWN_CALLS else ""
        raise BadHook(
            f"it tells of {len(calls)} calls: the customer is {', '.join(shown[:_SHOWN_CALLS])}"
            f"{more}; write the hooks of one"
        )


def _where_json_breaks(raw: bytes) -> str | None:
    """The line and the column at which it is no JSON any more, and what is wrong there."""
    try:
        json.loads(raw.decode())
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return f"line {line} is not UTF-8 (byte {error.start} of the file)"
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    except (ValueError, RecursionError):
        pass
    return None


def _read(place: int, hook: Any) -> _Hook:
    where = f"hook {place}"
    if not isinstance(hook, dict):
        raise BadHook(f"{where} is not an object with {', '.join(_KEYS)}")
    name = hook.get("hook")
    if not isinstance(name, str) or name not in get_args(HookName):
        raise BadHook(f"{where}: hook is {_shown(name)}; write {', '.join(get_args(HookName))}")
    received_at = _moment(hook.get("received"), f"{where}: received")
    params = _params(hook.get("params"), where)
    _check_values(params, where)
    written = Written(name=name, params=params)  # type: ignore[arg-type]  # looked up
    return _Hook(received_at=received_at, written=written)


def _events(place: int, hook: _Hook, written: Written) -> tuple[CallEvent, ...]:
    where, name = f"hook {place}", written.name
    if name == _CONSOLE:
        return _console(written.params, hook.received_at, where)
    read = channels.call_hook(name, written.params, hook.received_at)
    if isinstance(read, Unreadable):
        raise BadHook(f"{where} ({name}): {read.detail}")
    return read.events


def _params(given: Any, where: str) -> dict[str, str]:
    if not isinstance(given, dict):
        raise BadHook(f"{where}: params is {_shown(given)}; write an object of what was posted")
    return {name: _text(value, f"{where}: params.{name}") for name, value in given.items()}


def _check_values(params: Mapping[str, str], where: str) -> None:
    """What seconds are made of; whatever cannot be read would be left out without a word."""
    for name in _TIMES:
        if params.get(name):
            _moment(params[name], f"{where}: params.{name}", first=_PROVIDERS_FIRST)
    for name in _COUNTS:
        value = params.get(name, "").strip()
        if value and not _COUNT.fullmatch(value):
            raise BadHook(f"{where}: params.{name} is {_shown(value)}; write whole seconds")


def _text(value: Any, where: str) -> str:
    """A parameter as it is posted: numbers and flags are text there."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
    raise BadHook(f"{where} is {_shown(value)}, not text")


def _console(params: Mapping[str, str], received_at: datetime, where: str) -> tuple[CallEvent, ...]:
    agent, said = params.get("agent", "").strip(), params.get("event", "")
    if not agent:
        raise BadHook(f"{where}: params.agent is missing")
    if not said:
        raise BadHook(f"{where}: params.event is missing")
    if not _is_done(said):
        return ()
    at = _moment(params["at"], f"{where}: params.at") if params.get("at") else None
    label = agent if agent.startswith("agent:") else f"agent:{agent}"
    return (CallEvent(kind="wrapped_up", received_at=received_at, at=at, label=label),)


def _is_done(said: str) -> bool:
    words = " ".join(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said).lower()))
    words = _ALSO_CALLED.sub("wrap up", words)
    is_of_wrap_up = "wrap" in words or _DONE.fullmatch(words) is not None
    is_done = re.search(rf"(^|wrap ?up|\b){_DONE.pattern}$", words) is not None
    return is_of_wrap_up and is_done and not _BEGUN.search(words)


def _moment(given: Any, where: str, *, first: datetime = _FIRST) -> datetime:
    """A time in ISO 8601, in RFC 2822 or in seconds since 1970; without an offset it is UTC."""
    try:
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        found = _time(str(given) if is_number else given.strip()).astimezone(UTC)
        if first <= found < _LAST:
            return found
    except (AttributeError, ValueError, TypeError, IndexError, OverflowError, OSError):
        pass
    shown = _shown(given)
    raise BadHook(f"{where} is {shown}; write a time such as 2026-05-04T12:00:00Z")


def _time(text: str) -> datetime:
    if text.replace(".", "", 1).isdecimal():
        return datetime.fromtimestamp(float(text), UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown(value: Any) -> str:
    written = msgspec.json.encode(value).decode()
    return "missing" if value is None else written if len(written) <= 40 else f"{written[:40]}…"  # noqa: PLR2004
