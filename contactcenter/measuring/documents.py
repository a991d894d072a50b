"""A document of events and questions, as somebody wrote it, read strictly.

Ids are numbers or texts, times RFC 3339 or local ones of the document's zone, a date its midnight.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

import msgspec
from msgspec import Struct

from contactcenter.history import Entry, Id
from contactcenter.history.entries import is_person
from contactcenter.measuring import document_hours, names
from contactcenter.measuring.asks import CLOCKS, Ask
from contactcenter.measuring.bad_document import BadDocument
from contactcenter.measuring.metrics import METRICS
from contactcenter.time_zones import UnknownTimeZone, zone_of
from routing.calendars import Calendar

#: An event that the product does not have yet: for whom somebody planned what, and when.
PLANNED: Final = "shift_planned"
#: Events that ``docs/events.md`` does not list.
KINDS: Final = (PLANNED, "survey_sent", "survey_answered", "ticket_merged")

#: What an event says besides its ``data``.
_ENVELOPE: Final = ("at", "kind", "id", "ticket", "contact", "agent", "actor")
_IDS: Final = ("id", "ticket", "contact", "agent", "team", "queue", "entry_point", "category")
_BY_CUSTOMERS: Final = (
    *("ticket_reopened", "interaction_received", "ticket_abandoned"),
    *("chat_rated", "call_began", "call_waiting"),
)
_BY_ITSELF: Final = ("sla_met", "sla_breached", "sla_warned", "ticket_overflowed", "ticket_closed")
_FIELDS: Final = ("zone", "calendar", "as_of", "events", "ask")
_ASKED: Final = ("metric", "by", "from", "to", "at", "clock", "options")
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


class Question(Struct, frozen=True, kw_only=True):
    """A question, and what its metric was called by who asks."""

    called: str
    ask: Ask


class Document(Struct, frozen=True, kw_only=True):
    """Events up to ``as_of``, the hours they are timed by, and the questions."""

    entries: Sequence[Entry]
    calendar: Calendar
    questions: Sequence[Question]
    until: datetime


def read(raw: bytes, kinds: Collection[str]) -> Document:
    """Read a document; ``kinds`` are those an event may be of. Raises ``BadDocument``."""
    told = _document(raw)
    zone = _zone(told.get("zone") or "UTC")
    hours = told.get("calendar")
    if hours is not None and not isinstance(hours, dict):
        raise BadDocument("calendar", "it has the hours by day, or is null: always open")
    as_of = None if told.get("as_of") is None else _instant(told["as_of"], zone, "as_of")
    known = (*kinds, *KINDS)
    events = _list(told, "events")
    entries = [_entry(event, zone, known, f"events[{n}]") for n, event in enumerate(events)]
    entries = [entry for entry in entries if as_of is None or entry.at <= as_of]
    until = as_of or max((entry.at for entry in entries), default=_FIRST)
    asks = _list(told, "ask")
    questions = [_question(ask, zone, as_of, until, f"ask[{n}]") for n, ask in enumerate(asks)]
    calendar = document_hours.calendar(hours, zone)
    return Document(entries=entries, calendar=calendar, questions=questions, until=until)


def _document(raw: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise BadDocument("document", f"it is no JSON: {error}") from None
    if not isinstance(told, dict):
        raise BadDocument("document", "it is an object with events and ask")
    for name in told:
        if name not in _FIELDS:
            raise BadDocument(name, names.refusal(name, _FIELDS, _FIELDS))
    return told


def _list(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = told.get(name)
    found = [found] if name == "ask" and isinstance(found, dict) else found
    if not isinstance(found, list):
        raise BadDocument(name, "it is a list")
    for n, one in enumerate(found):
        if not isinstance(one, dict):
            raise BadDocument(f"{name}[{n}]", "it is an object")
    return found


def _entry(event: Mapping[str, Any], zone: tzinfo, kinds: Collection[str], place: str) -> Entry:
    kind = event.get("kind")
    if not isinstance(kind, str):
        raise BadDocument(f"{place}.kind", "every event has one, a text")
    if kind not in kinds:
        raise BadDocument(f"{place}.kind", names.refusal(kind, sorted(kinds), kinds))
    named = {
        n.removesuffix("_id") if n.removesuffix("_id") in _IDS else n: v for n, v in event.items()
    }
    at = _instant(named.get("at"), zone, f"{place}.at")
    for name in _IDS:
        _check_id(named.get(name), f"{place}.{name}")
    _check_labels(named, place)
    data = {name: value for name, value in named.items() if name not in _ENVELOPE}
    if isinstance(data.get("data"), dict):
        data = {**data, **data.pop("data")}
    if kind == PLANNED:
        data |= {
            f"{name}_at": _instant(
                named.get(name, named.get(f"{name}_at")), zone, f"{place}.{name}"
            )
            for name in ("from", "to")
        }
    if data.get("due_at") is not None:
        data["due_at"] = _instant(data["due_at"], zone, f"{place}.due_at").isoformat()
    told = {n: named[n] for n in ("ticket", "contact", "agent") if named.get(n) is not None}
    return Entry(at=at, kind=kind, id=_id(event, at), actor=_actor(named), data=data, **told)


def _id(event: Mapping[str, Any], at: datetime) -> Id:
    """Its own; an event without one is the same as another that says just the same."""
    told: Id | None = event.get("id")
    if told is not None:
        return told
    same = {name: value for name, value in event.items() if value is not None}
    return msgspec.json.encode({**same, "at": at}, order="sorted").decode()


def _actor(event: Mapping[str, Any]) -> str:
    """Who did it, where only an author is told, or nobody."""
    kind, agent, author = event["kind"], event.get("agent"), event.get("author")
    if event.get("actor"):
        return str(event["actor"])
    if author is not None:
        return author if author == "customer" else "user" if is_person(author) else "system"
    if kind in _BY_ITSELF:
        return "system"
    if kind in _BY_CUSTOMERS or (kind == "ticket_opened" and agent is None):
        return "customer"
    return "user" if agent is None else f"user:{agent}"


def _check_id(told: Any, place: str) -> None:
    if told is not None and (isinstance(told, bool) or not isinstance(told, int | str)):
        raise BadDocument(place, "it is a number or a text")


def _check_labels(event: Mapping[str, Any], place: str) -> None:
    for name in ("tier", "from_tier"):
        if event.get(name) is not None and not isinstance(event[name], int):
            raise BadDocument(f"{place}.{name}", "it is a whole number")
    for name in ("channel", "direction", "author", "temperament", "value", "actor"):
        if event.get(name) is not None and not isinstance(event[name], str):
            raise BadDocument(f"{place}.{name}", "it is a text")
    if event.get("public") not in (None, True, False):
        raise BadDocument(f"{place}.public", "it is true or false")


def _question(
    ask: Mapping[str, Any], zone: tzinfo, as_of: datetime | None, until: datetime, place: str
) -> Question:
    if not isinstance(ask.get("metric"), str):
        raise BadDocument(f"{place}.metric", f"it is one of {', '.join(METRICS)}")
    metric, options = _called(names.metric, f"{place}.metric", ask["metric"])
    options = dict(options)
    own = ask.get("options") or {}
    if not isinstance(own, dict):
        raise BadDocument(f"{place}.options", "it is an object")
    for name, value in (*((n, v) for n, v in ask.items() if n not in _ASKED), *own.items()):
        if name not in ask or value is not None:
            named = _called(names.option, f"{place}.{name}", metric, name)
            options[named] = _option(metric, named, value, f"{place}.{name}")
    clock = ask.get("clock") or CLOCKS[0]
    if clock not in CLOCKS:
        raise BadDocument(f"{place}.clock", names.refusal(str(clock), CLOCKS, CLOCKS))
    from_at = _FIRST if ask.get("from") is None else _instant(ask["from"], zone, f"{place}.from")
    ends = "at" if ask.get("to") is None and ask.get("at") is not None else "to"
    to_at = _LAST if ask.get(ends) is None else _instant(ask[ends], zone, f"{place}.{ends}")
    if METRICS[metric].measure == "instant":
        from_at, to_at = min(from_at, to_at), min(to_at, max(until, from_at))
    elif from_at > to_at:
        raise BadDocument(f"{place}.from", "the period begins before it ends")
    asked = Ask(
        metric=metric,
        from_at=from_at,
        to_at=to_at,
        by=_dimensions(ask.get("by"), f"{place}.by"),
        clock=clock,
        options=options,
        as_of=as_of,
    )
    return Question(called=ask["metric"], ask=asked)


def _dimensions(told: Any, place: str) -> Any:
    if told is None:
        return ()
    listed = told.split(",") if isinstance(told, str) else told
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise BadDocument(place, "it is a name, or a list of names")
    wanted = [_called(names.dimension, place, name) for name in listed if name.strip()]
    return tuple(dict.fromkeys(wanted))


def _option(metric: str, name: str, value: Any, place: str) -> Any:
    if name == "variant":
        return _called(names.variant, place, metric, value)
    if name in names.TELLING:
        return bool(value)
    if name == "ringing":
        if value not in ("idle", "work"):
            raise BadDocument(place, f"{value!r} is none of idle, work")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadDocument(place, "it is a number, not below 0")
    return value


def _called(look_up: Any, place: str, *told: Any) -> Any:
    try:
        return look_up(*told)
    except names.UnknownName as error:
        raise BadDocument(place, str(error)) from None


def _instant(told: Any, zone: tzinfo, place: str) -> datetime:
    try:
        at = datetime.fromisoformat(told)
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadDocument(place, f"{told!r} is no time, such as 2026-03-01T09:00:00Z") from None


def _zone(name: Any) -> tzinfo:
    if not isinstance(name, str):
        raise BadDocument("zone", f"{name!r} is no time zone, such as Asia/Tehran")
    try:
        return zone_of(name)
    except UnknownTimeZone as error:
        raise BadDocument("zone", str(error)) from None
