"""Whether a condition can be asked at all: everything that is wrong with it, with its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from routing import entry
from routing.escalation.conditions import COUNTS, FLAGS, LEAVES, MINUTES, as_list
from routing.escalation.words import FAILURES

#: Nobody reads a condition that is deeper.
MAX_DEPTH: Final = 6
MAX_DAYS: Final = 366
_MAX_MINUTES: Final = 366 * 24 * 60
_MAX_COUNT: Final = 1000
_MAX_SHARE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong with a condition, and where: ``any[0].reopens``."""

    place: str
    text: str


def check(condition: Any) -> list[Mistake]:
    """Everything that is wrong with a condition, each with its place: nothing if it can be asked.

    Whether the categories, segments and channels that it names exist is not known here.
    """
    return list(_mistakes(condition, "", MAX_DEPTH))


def _mistakes(condition: Any, place: str, depth: int) -> Iterator[Mistake]:
    if not isinstance(condition, Mapping):
        yield Mistake(place=place.rstrip("."), text="a condition is an object")
        return
    if not condition:
        yield Mistake(place=place.rstrip("."), text="a condition names at least one leaf")
    for name, wanted in condition.items():
        here = f"{place}{str(name)[:60]}"
        if name not in ("all", "any"):
            text = _mistake(name, wanted)
            if text is not None:
                yield Mistake(place=here, text=text)
        elif not isinstance(wanted, list | tuple) or not wanted:
            yield Mistake(place=here, text="a list of conditions is wanted, at least one")
        elif depth == 0:
            yield Mistake(place=here, text=f"nested deeper than {MAX_DEPTH} times")
        else:
            for n, inner in enumerate(wanted):
                yield from _mistakes(inner, f"{here}[{n}].", depth - 1)


def _mistake(name: Any, wanted: Any) -> str | None:
    """What is wrong with one leaf."""
    if name in _WANTED:
        is_right, text = _WANTED[name]
        return None if is_right(wanted) else text
    try:
        entry.check({name: wanted})
    except entry.InvalidCondition as error:
        if name in entry.ATTRIBUTES or str(name).startswith(entry.SEGMENT):
            return str(error).removeprefix(f"{name}: ")
        known = ", ".join(["all", "any", *LEAVES, *entry.ATTRIBUTES, "segment.<kind>"])
        return f"no such leaf; there are {known}"
    return None


def _is_span(wanted: Any) -> bool:
    return _is_number(wanted, _MAX_MINUTES)


def _is_share(wanted: Any) -> bool:
    return _is_number(wanted, _MAX_SHARE)


def _is_times(wanted: Any) -> bool:
    return _is_count(wanted, _MAX_COUNT)


def _is_true(wanted: Any) -> bool:
    return wanted is True


def _is_repetition(wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        is_whole = wanted.keys() == {"times", "days"}
        return is_whole and _is_times(wanted["times"]) and _is_count(wanted["days"], MAX_DAYS)
    return _is_times(wanted)


def _is_reasons(wanted: Any) -> bool:
    reasons = as_list(wanted)
    named = bool(reasons) and all(isinstance(r, str) and r in FAILURES["en"] for r in reasons)
    return wanted is True or named


def _is_number(wanted: Any, most: float) -> bool:
    return isinstance(wanted, int | float) and wanted is not True and 0 < wanted <= most


def _is_count(wanted: Any, most: int) -> bool:
    return isinstance(wanted, int) and wanted is not True and 1 <= wanted <= most


_WANTED: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    **dict.fromkeys(MINUTES, (_is_span, f"minutes, more than 0 and up to {_MAX_MINUTES}")),
    **dict.fromkeys(COUNTS, (_is_times, f"a whole number, 1 to {_MAX_COUNT}")),
    **dict.fromkeys(FLAGS, (_is_true, "only true can be asked for")),
    "sla_burn": (_is_share, "a share above 0; 1 is all of the time"),
    "repeat_contacts": (_is_repetition, 'a whole number, or {"times": 2, "days": 7}'),
    "resolution_failed": (_is_reasons, f"true, or of {', '.join(FAILURES['en'])}"),
}
