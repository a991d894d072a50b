"""What may be wanted of an attribute of each type, and the comparison it makes."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

from routing.segmentation import dating
from routing.segmentation.comparing import (
    AnyWord,
    Between,
    Comparison,
    Contains,
    OneOf,
    SameText,
    folded,
    phrase,
)

MAX_VALUES: Final = 200
MAX_CHARACTERS: Final = 200
#: A hundred years.
MAX_DAYS: Final = 36_500
#: Beyond this a double does not tell two numbers apart.
MAX_NUMBER: Final = 2**53

_BOUNDS: Final = ("at_least", "more_than", "at_most", "less_than")
_DAYS: Final[Mapping[str, Callable[[int], Comparison]]] = {
    "within_days": lambda days: dating.WithinDays(days=days),
    "over_days_ago": lambda days: dating.OverDaysAgo(days=days),
    "in_next_days": lambda days: dating.InNextDays(days=days),
}


class NotThis(ValueError):
    """This is not something that may be wanted; the message says what is."""


def comparison(type_: str, wanted: Any, choices: Collection[str] | None) -> Comparison:
    """What is wanted, as a comparison; raises ``NotThis``."""
    return _READ[type_](wanted, choices)


def _flag(wanted: Any, _: Collection[str] | None) -> Comparison:
    if not isinstance(wanted, bool):
        raise NotThis("It is true or false.")
    return OneOf(values=frozenset({wanted}))


def _birthday(wanted: Any, _: Collection[str] | None) -> Comparison:
    if not isinstance(wanted, Mapping) or list(wanted) != ["in_next_days"]:
        raise NotThis('Write {"in_next_days": 7}.')
    return dating.Birthday(in_next_days=_days(wanted["in_next_days"], at_most=365))


def _number(wanted: Any) -> Comparison:
    if isinstance(wanted, Mapping):
        _check_names(wanted, _BOUNDS)
        between = Between(**{name: _a_number(bound) for name, bound in wanted.items()})
        if between.is_empty:
            raise NotThis("No number lies between these.")
        return between
    return OneOf(values=frozenset(_a_number(number) for number in _listed(wanted)))


def _a_number(written: Any) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise NotThis(f"{str(written)[:60]!r} is not a number; ranges are {', '.join(_BOUNDS)}.")
    if not -MAX_NUMBER <= written <= MAX_NUMBER:
        raise NotThis(f"Numbers are {MAX_NUMBER} at most.")
    return float(written)


def _words(wanted: Any, choices: Collection[str] | None) -> list[str]:
    words = [_a_text(word) for word in _listed(wanted)]
    for word in words:
        if choices is not None and word not in choices:
            raise NotThis(f"There is no {word!r}: this never fits.")
    return words


def _text(wanted: Any, choices: Collection[str] | None) -> Comparison:
    if isinstance(wanted, Mapping):
        _check_names(wanted, ("contains",))
        phrases = [_a_text(text) for text in _listed(wanted["contains"])]
        return Contains(phrases=tuple(phrase(text) for text in phrases))
    return SameText(folded=frozenset(folded(word) for word in _words(wanted, choices)))


def _day(wanted: Any) -> Comparison:
    ways = ("from", "before", *_DAYS)
    if not isinstance(wanted, Mapping):
        raise NotThis(f"Write an object with one of {', '.join(ways)}.")
    _check_names(wanted, ways)
    relative = [name for name in wanted if name in _DAYS]
    if relative:
        if len(wanted) > 1:
            raise NotThis(f"{relative[0]} stands by itself; join several by all.")
        return _DAYS[relative[0]](_days(wanted[relative[0]], at_most=MAX_DAYS))
    since, before = (_a_day(wanted[n]) if n in wanted else None for n in ways[:2])
    if since is not None and before is not None and since >= before:
        raise NotThis("No day lies between these.")
    return dating.From(since=since, before=before)


def _a_day(written: Any) -> date:
    try:
        if isinstance(written, str) and len(written) == len("2026-03-01"):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise NotThis(f"{str(written)[:60]!r} is not a day such as 2026-03-01.")


def _days(written: Any, *, at_most: int) -> int:
    if isinstance(written, bool) or not isinstance(written, int) or not 0 <= written <= at_most:
        raise NotThis(f"{str(written)[:60]!r} is not a number of days from 0 to {at_most}.")
    return written


def _a_text(written: Any) -> str:
    if not isinstance(written, str) or not folded(written):
        raise NotThis(f"{str(written)[:60]!r} is not a word.")
    if len(written) > MAX_CHARACTERS:
        raise NotThis(f"A text has {MAX_CHARACTERS} characters at most.")
    return written


def _listed(wanted: Any) -> list[Any]:
    if isinstance(wanted, Mapping):
        raise NotThis("It is a value, or a list of which one is met.")
    found = wanted if isinstance(wanted, list) else [wanted]
    if not 0 < len(found) <= MAX_VALUES:
        raise NotThis(f"A list has 1 to {MAX_VALUES} values.")
    return found


def _check_names(wanted: Mapping[str, Any], names: Collection[str]) -> None:
    unknown = [name for name in wanted if name not in names]
    if unknown or not wanted:
        named = f"{unknown[0][:60]!r} is none of these" if unknown else "It asks for nothing"
        raise NotThis(f"{named}: {', '.join(names)}.")


_READ: Final[Mapping[str, Callable[[Any, Collection[str] | None], Comparison]]] = {
    "number": lambda wanted, _: _number(wanted),
    "flag": _flag,
    "choice": lambda wanted, choices: OneOf(values=frozenset(_words(wanted, choices))),
    "words": lambda wanted, choices: AnyWord(words=frozenset(_words(wanted, choices))),
    "text": _text,
    "list": _text,
    "date": lambda wanted, _: _day(wanted),
    "instant": lambda wanted, _: _day(wanted),
    "age": lambda wanted, _: dating.OfAge(years=_number(wanted)),
    "birthday": _birthday,
}
