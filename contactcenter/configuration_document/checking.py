"""Checks a document as a whole: every fault with its place, and what may be a slip."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from contactcenter.configuration_document import compiling, manner, reach, references
from contactcenter.configuration_document.document import Calendar, Document
from contactcenter.configuration_document.findings import Findings, World
from contactcenter.configuration_document.naming import attributes
from contactcenter.configuration_document.opening import opening_hours
from contactcenter.configuration_document.problems import at
from contactcenter.configuration_document.reading import read
from contactcenter.errors import BadInput
from contactcenter.segments import conditions
from contactcenter.time_zones import UnknownTimeZone
from routing import calendars as rules
from routing import entry, escalation
from routing.calendars import InvalidHours

#: Longer ago or further ahead than this nobody plans.
_FIRST_DAY: Final = date(1990, 1, 1)
_LAST_DAY: Final = date(2120, 12, 31)
#: What a condition may ask for, as it is called here.
_ATTRIBUTES: Final = sorted(
    {name.removesuffix("_id") for name in (*entry.ATTRIBUTES, "entry_point", "queue")}
)
#: What credit is given for, besides what is asserted of a contact.
_REASONS: Final = frozenset({"escalated_per_tier", "reopened", "repeat_contact", "sla_burn"})
#: What these are, a condition names.
_NAMED: Final = {"queue": "queue", "entry_point": "entry point", "category": "category"}


def check(document: Document, world: World) -> Findings:
    """All that is wrong with the document, as it would be if it became active now."""
    found = Findings(compiling.completed(document, read(world.rows)), world)
    for name, calendar in (found.document.calendars or {}).items():
        _calendar(found, at("calendars", name), calendar)
    references.check(found)
    _credits(found)
    for n, rule in enumerate(found.document.entry):
        _condition(found, f"{at('entry', n)}.when", rule.when, refused=frozenset({"tier", "queue"}))
    for n, policy in enumerate(found.document.sla):
        _condition(found, f"{at('sla', n)}.when", policy.when)
    for n, escalation_rule in enumerate(found.document.escalation):
        _escalation(found, f"{at('escalation', n)}.when", escalation_rule.when)
    manner.check(found)
    reach.check(found)
    return found


def _calendar(found: Findings, place: str, calendar: Calendar) -> None:
    for day in calendar.exceptions:
        if not _FIRST_DAY <= day <= _LAST_DAY:
            found.error(
                at(f"{place}.exceptions", str(day)),
                f"a day from {_FIRST_DAY} to {_LAST_DAY} is taken",
            )
    try:
        hours = opening_hours(calendar)
    except UnknownTimeZone as unknown:
        found.error(f"{place}.time_zone", _as_detail(str(unknown)))
        return
    try:
        rules.check(hours)
    except InvalidHours as invalid:
        found.error(f"{place}.{invalid.place}", _as_detail(str(invalid)))


def _credits(found: Findings) -> None:
    """A reason that has values is a kind of segment; the others are known by name."""
    for kind, worth in found.document.credits.items():
        place = at("credits", kind)
        if isinstance(worth, int):
            found.must_be(place, "reason", kind, _REASONS)
        elif kind in _REASONS:
            found.error(place, "it has no values: give it seconds alone")
        elif kind == "temperament":
            found.error(place, "temperament is worth nothing: it changes who is asked, not when")
        else:
            named = kind in entry.NAMED_SEGMENTS
            for value in worth:
                _attribute(found, at(place, value), kind if named else entry.SEGMENT + kind, value)


def _condition(
    found: Findings,
    place: str,
    condition: Mapping[str, Any],
    *,
    refused: frozenset[str] = frozenset(),
) -> None:
    for where, name, wanted in attributes(condition, place):
        if name in refused:
            found.error(at(where, name), "a new problem has none yet: this never fits")
        else:
            _attribute(found, at(where, name), name, wanted)


def _escalation(found: Findings, place: str, condition: Mapping[str, Any]) -> None:
    """What happens to a ticket may be asked for as well, and conditions of conditions.

    What the rules of escalation do not know by name is asked of this document.
    """
    for mistake in escalation.check(condition):
        name = mistake.place.rpartition(".")[2]
        if name not in _NAMED and not _is_attribute(name):
            text = mistake.text.partition("; there are")[0]
            found.error(f"{place}.{mistake.place}".removesuffix("."), text)
    for where, name, wanted in attributes(condition, place):
        if name in _NAMED or _is_attribute(name):
            _attribute(found, at(where, name), name, wanted)


def _is_attribute(name: str) -> bool:
    return name in entry.ATTRIBUTES or name.startswith(entry.SEGMENT)


def _attribute(found: Findings, place: str, name: str, wanted: Any) -> None:
    """One attribute; what goes by name here and by id in the rows is looked up first."""
    if name in ("queue_id", "entry_point_id"):
        found.error(place, f"here it is called {name.removesuffix('_id')}, and goes by name")
        return
    if name not in _NAMED and not _is_attribute(name):
        found.error(place, f"no such attribute; there are {', '.join(_ATTRIBUTES)}, segment.<kind>")
        return
    if name not in _NAMED:
        try:
            conditions.check({name: wanted}, "", found.world.known)
        except BadInput as bad:
            found.error(place, _as_detail(bad.detail.removeprefix(f"{name}: ")))
        return
    known: dict[str, Collection[str]] = {
        "queue": found.document.queues,
        "entry_point": found.names.entry_points,
        "category": found.names.categories,
    }
    try:
        entry.check({"channel": wanted})  # the same shape: words, a list of them, or "not"
    except entry.InvalidCondition as error:
        found.error(place, _as_detail(str(error).partition(": ")[2]))
        return
    for value in entry.values_of(wanted):
        found.must_be(place, _NAMED[name], value, known[name])


def _as_detail(sentence: str) -> str:
    """A sentence as it stands behind a place."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")
