"""Measures what a document of events amounts to, so that anybody can check a number by hand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct, field

from contactcenter.history import Entry, Fact, Id, facts_of_ticket
from contactcenter.measuring.asks import CLOCKS, DIMENSIONS, Ask, Row
from contactcenter.measuring.metrics import METRICS
from contactcenter.measuring.rows import measured
from routing.calendars import ALWAYS_OPEN, Calendar, InvalidHours, OpeningHours, Span, unchanging
from routing.calendars import WEEKDAYS as DAYS
from routing.calendars import check as check_hours


class BadDocument(ValueError):
    """What cannot be measured; the text begins with the place, such as ``ask[0].metric``."""

    def __init__(self, place: str, detail: str) -> None:
        super().__init__(f"{place}: {detail}")


class _Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    metric: str
    from_at: str | None = field(default=None, name="from")
    to_at: str | None = field(default=None, name="to")
    by: str | list[str] | None = None
    clock: str = "calendar"
    options: dict[str, Any] = {}


class _Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    events: list[dict[str, Any]]
    ask: list[_Ask]
    zone: str = "UTC"
    calendar: dict[str, Any] | None = None
    as_of: str | None = None


#: What an event says besides its ``data``.
_ENVELOPE: Final = ("at", "kind", "id", "ticket", "contact", "agent", "actor")
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def answered(raw: bytes) -> list[Row]:
    """The rows of every question of a JSON document, in the order of the questions.

    The document is ``{zone, calendar, as_of, events, ask}``. ``calendar`` has the hours of the days
    ``monday`` to ``sunday`` as ``[["09:00", "17:00"]]`` and ``exceptions`` by date; without one it
    is always open. What happened after ``as_of`` is not known yet. A time without offset is one of
    ``zone``. Raises ``BadDocument`` naming the place.
    """
    document = _read(raw)
    zone = _zone(document.zone)
    calendar = _calendar(document.calendar, zone)
    as_of = _LAST if document.as_of is None else _instant(document.as_of, zone, "as_of")
    entries = [_entry(event, zone, f"events[{n}]") for n, event in enumerate(document.events)]
    facts = _facts((entry for entry in entries if entry.at <= as_of), calendar)
    asks = [_ask(ask, zone, as_of, f"ask[{n}]") for n, ask in enumerate(document.ask)]
    return [row for ask in asks for row in measured(facts, ask)]


def _read(raw: bytes) -> _Document:
    try:
        return msgspec.json.decode(raw, type=_Document)
    except msgspec.ValidationError as error:
        detail, _, place = str(error).partition(" - at `$")
        raise BadDocument(place.strip("`.") or "document", detail) from None
    except msgspec.DecodeError as error:
        raise BadDocument("document", f"it is no JSON: {error}") from None


def _facts(entries: Iterable[Entry], calendar: Calendar) -> list[Fact]:
    of_ticket: Mapping[Id, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.ticket is not None:
            of_ticket[entry.ticket].append(entry)
    return [
        fact
        for ticket in sorted(of_ticket, key=str)
        for fact in facts_of_ticket(of_ticket[ticket], lambda _queue: calendar)
    ]


def _entry(event: Mapping[str, Any], zone: tzinfo, place: str) -> Entry:
    for name in ("at", "kind"):
        if not isinstance(event.get(name), str):
            raise BadDocument(f"{place}.{name}", "every event has one, a text")
    at = _instant(event["at"], zone, f"{place}.at")
    data = {name: value for name, value in event.items() if name not in _ENVELOPE}
    told = {n: event[n] for n in ("ticket", "contact", "agent") if event.get(n) is not None}
    # an event that has no name of its own is the same as another that says just the same
    id_ = event.get("id", msgspec.json.encode(event, order="sorted").decode())
    actor = event.get("actor") or _actor(event)
    return Entry(at=at, kind=event["kind"], id=id_, actor=actor, data=data, **told)


def _actor(event: Mapping[str, Any]) -> str:
    author = event.get("author")
    if author in (None, "customer"):
        return "customer" if event["kind"] == "ticket_opened" or author else "system"
    return "system" if author in ("system", "bot") else f"user:{event.get('agent')}"


def _ask(ask: _Ask, zone: tzinfo, as_of: datetime, place: str) -> Ask:
    by: Sequence[str] = ask.by.split(",") if isinstance(ask.by, str) else ask.by or ()
    by = [name.strip() for name in by if name.strip()]
    _among(ask.metric, METRICS, f"{place}.metric")
    for name in by:
        _among(name, DIMENSIONS, f"{place}.by")
    _among(ask.clock, CLOCKS, f"{place}.clock")
    from_at = _FIRST if ask.from_at is None else _instant(ask.from_at, zone, f"{place}.from")
    to_at = as_of if ask.to_at is None else _instant(ask.to_at, zone, f"{place}.to")
    if from_at >= to_at:
        raise BadDocument(f"{place}.from", "the period begins before it ends")
    told = {"metric": ask.metric, "by": by, "clock": ask.clock, "options": ask.options}
    return msgspec.convert({**told, "from_at": from_at, "to_at": to_at}, Ask)


def _among(name: str, allowed: Iterable[str], place: str) -> None:
    if name not in allowed:
        raise BadDocument(place, f"{name!r} is none of {', '.join(allowed)}")


def _instant(text: str, zone: tzinfo, place: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadDocument(place, f"{text!r} is no time, such as 2026-03-01T09:00:00Z") from None


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadDocument("zone", f"{name!r} is no time zone, such as Asia/Tehran") from None


def _calendar(hours: Mapping[str, Any] | None, zone: tzinfo) -> Calendar:
    if hours is None:
        return ALWAYS_OPEN
    for name in hours:
        _among(name, (*DAYS, "exceptions"), "calendar")
    week = tuple(_spans(hours.get(day, []), f"calendar.{day}") for day in DAYS)
    exceptions = {
        _date(day, "calendar.exceptions"): _spans(spans, f"calendar.exceptions.{day}")
        for day, spans in (hours.get("exceptions") or {}).items()
    }
    made = OpeningHours(zone=zone, week=week, exceptions=exceptions)
    try:
        check_hours(made)
    except InvalidHours as error:
        raise BadDocument(f"calendar.{error.place.removeprefix('week.')}", str(error)) from None
    return unchanging(made)


def _spans(told: Any, place: str) -> tuple[Span, ...]:
    try:
        pairs = [(_minutes(opens), _minutes(closes)) for opens, closes in told]
    except (TypeError, ValueError):
        raise BadDocument(place, 'write the hours as [["09:00", "17:00"]]') from None
    day_min = 24 * 60
    return tuple(
        Span(opens_min=opens, closes_min=closes if closes > opens else closes + day_min)
        for opens, closes in pairs
    )


def _minutes(text: str) -> int:
    if text == "24:00":
        return 24 * 60
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def _date(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDocument(place, f"{text!r} is no date, such as 2026-03-21") from None
