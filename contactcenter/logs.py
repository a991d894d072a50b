"""Sets up logging: columns on a terminal, one JSON object a line elsewhere.

What the standard library's loggers say (asyncio, aiohttp) comes out in the same way, from WARNING
up. No value can forge a line of the log, and what is named like a secret is masked.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

MASK: Final = "***"

_SECRET_NAME = re.compile(
    r"token|password|passwd|secret|authorization|cookie|api_?key|credential", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
# What ends a line or steers a terminal: C0, DEL, C1, and Unicode's own two line separators.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FIRST = ("timestamp", "level", "event")
_DEEPEST = 6  # levels of nesting that are shown


_is_debugging = False


def configure(
    level: str, log_format: str, *, stream: TextIO | None = None, worker: int | None = None
) -> None:
    """Set up structlog and the standard library's logging for this process.

    ``level`` is debug, info, warning or error; ``log_format`` is auto, console or json; lines go
    to ``stream``, by default standard error. ``worker`` is this process's number where it has one;
    then every line tells it.
    """
    global _is_debugging  # noqa: PLW0603  there is one log a process
    _is_debugging = level == "debug"
    out = stream or sys.stderr
    columns = log_format == "console" or (log_format == "auto" and out.isatty())
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([] if worker is None else [_numbered(worker)]),
    ]
    last = _columns(colors=out.isatty()) if columns else _json_lines()
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,  # a second call of configure must reach every logger
    )
    _route_standard_library(out, first, last)


def is_debugging() -> bool:
    """Whether a line of level debug is written: to ask costs a hundredth of writing to nobody."""
    return _is_debugging


def _numbered(worker: int) -> Processor:
    """Say which of several processes wrote the line: they share one stream."""

    def add_worker(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["worker"] = worker
        return event

    return add_worker


def _columns(*, colors: bool) -> list[Processor]:
    # The renderer's own tracebacks would print the local variables, and with them the secrets.
    renderer = structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=_write_indented_traceback
    )
    return [mask_secrets, escape_control_characters, renderer]


def _json_lines() -> list[Processor]:
    renderer = structlog.processors.JSONRenderer(serializer=_as_json)
    return [structlog.processors.format_exc_info, mask_secrets, renderer]


def _route_standard_library(out: TextIO, first: list[Processor], last: list[Processor]) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*first, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    root = logging.root
    for handler in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(handler)
    handler = _Handler(out)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that a second ``configure`` finds it."""


def mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask values whose keys are named like secrets, and passwords inside of URLs."""
    return {key: _masked(key, value, 0) for key, value in event.items()}


def _masked(key: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float) or key == "exc_info":
        return value  # a number or a flag beside a secret's name is a fact about it
    if _SECRET_NAME.search(key):
        return MASK
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\1{MASK}@", value)
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return _masked("", repr(value), depth)
    return _masked_inside(value, depth + 1) if depth < _DEEPEST else "…"


def _masked_inside(values: Any, depth: int) -> Any:
    if isinstance(values, Mapping):
        return {str(name): _masked(str(name), one, depth) for name, one in values.items()}
    return [_masked("", one, depth) for one in values]


def escape_control_characters(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    r"""Write a line break in a value as ``\n``, and so on, so that one event stays one line."""
    return {
        key: value if key == "exc_info" or not isinstance(value, str) else _escaped(value)
        for key, value in event.items()
    }


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _as_json(event: EventDict, **_options: Any) -> str:
    ordered = {**{name: event[name] for name in _FIRST if name in event}, **event}
    line = json.dumps(ordered, ensure_ascii=False, default=repr)
    # JSON escapes C0 itself. The others, and halves of surrogate pairs, only stand in strings.
    line = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    return line.encode(errors="backslashreplace").decode()


def _write_indented_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    """Write a traceback whose lines cannot be mistaken for the log's own."""
    text = _URL_PASSWORD.sub(rf"\1{MASK}@", "".join(traceback.format_exception(*exc_info)))
    out.writelines(f"\n  | {_escaped(line)}" for line in text.rstrip("\n").split("\n"))


#: Errors whose message speaks of our code and not of the values it worked on.
_SPEAKS_OF_CODE: Final = (AssertionError, AttributeError, ImportError, NameError, TypeError)


class Unquoted(Exception):
    """An error as it is logged: where and of what kind, without words it may have from a caller."""


def unquoted(error: Exception) -> Unquoted:
    """PostgreSQL shows the failing row, Python the failing value: only our own words are kept."""
    said = f": {error}" if isinstance(error, _SPEAKS_OF_CODE) else ""
    return Unquoted(type(error).__name__ + said).with_traceback(error.__traceback__)
