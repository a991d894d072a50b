"""Values of the house's own attributes: each as it was defined, or refused by name."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from contactcenter.contact_attributes import Attribute
from contactcenter.errors import BadInput

MAX_TEXT: Final = 1000
MAX_WORD: Final = 200
MAX_WORDS: Final = 50
#: The largest whole number that every reader of JSON keeps exact.
MAX_NUMBER: Final = 2**53

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def checked(
    known: Mapping[str, Attribute],
    before: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    place: str = "body.attributes",
) -> dict[str, Any]:
    """The attributes as they are stored; what is null is not known, and left out.

    What a contact has already may be sent along as it is, even where it would not be taken anew:
    from before it was defined, or since it was archived. Raises ``BadInput`` naming the attribute.
    """
    found: dict[str, Any] = {}
    for key, value in wanted.items():
        if key in before and _same(before[key], value):
            found[key] = value
        elif value is not None:
            found[key] = _checked(known.get(key), key, value, f"{place}.{key}")
        elif key not in before and key not in known:
            raise BadInput(f"{place}.{key}", f"There is no attribute {key!r}.")
    return found


def words(given: tuple[str, ...] | list[str]) -> list[str]:
    """Words without spaces around them, each once, in their order."""
    return list(dict.fromkeys(word.strip() for word in given))


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _checked(attribute: Attribute | None, key: str, value: Any, place: str) -> Any:
    if attribute is None or attribute.built_in or attribute.archived_at is not None:
        raise BadInput(place, f"There is no attribute {key!r}.")
    return _BY_TYPE[attribute.type](attribute, value, place)


def _text(_attribute: Attribute, value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise BadInput(place, "This attribute is a text.")
    if not value.strip() or len(value) > MAX_TEXT:
        raise BadInput(place, f"It has 1 to {MAX_TEXT} characters, not only spaces.")
    return value.strip()


def _number(attribute: Attribute, value: Any, place: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(place, "This attribute is a number.")
    if not abs(value) <= MAX_NUMBER:
        raise BadInput(place, f"It lies between -{MAX_NUMBER} and {MAX_NUMBER}.")
    low, high = attribute.minimum, attribute.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise BadInput(place, f"It lies {_range(low, high)}.")
    return value


def _date(attribute: Attribute, value: Any, place: str) -> str:
    try:
        day = date.fromisoformat(value) if _DAY.fullmatch(str(value)) else None
    except ValueError:
        day = None
    if day is None or not isinstance(value, str):
        raise BadInput(place, "This attribute is a date, such as 1986-03-21.")
    low, high = attribute.earliest, attribute.latest
    if (low is not None and day < low) or (high is not None and day > high):
        raise BadInput(place, f"It lies {_range(low, high)}.")
    return value


def _boolean(_attribute: Attribute, value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(place, "This attribute is true or false.")
    return value


def _choice(attribute: Attribute, value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise BadInput(place, "This attribute is a text.")
    if value not in {choice.value for choice in attribute.choices}:
        raise BadInput(place, f"There is no {attribute.key} {value[:MAX_WORD]!r}.")
    return value


def _list(attribute: Attribute, value: Any, place: str) -> list[str]:
    if not isinstance(value, list) or len(value) > MAX_WORDS:
        raise BadInput(place, f"This attribute is a list of at most {MAX_WORDS} texts.")
    for n, word in enumerate(value):
        if not isinstance(word, str) or not word.strip() or len(word) > MAX_WORD:
            raise BadInput(
                f"{place}[{n}]", f"This is a text of 1 to {MAX_WORD} characters, not only spaces."
            )
        if attribute.choices:
            _choice(attribute, word, f"{place}[{n}]")
    return words(value)


def _range(low: Any, high: Any) -> str:
    if high is None:
        return f"at {low} or above"
    return f"at {high} or below" if low is None else f"between {low} and {high}"


_BY_TYPE: Final[Mapping[str, Callable[[Attribute, Any, str], Any]]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "boolean": _boolean,
    "choice": _choice,
    "list": _list,
}
