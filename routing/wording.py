"""How numbers, names and spans of time are written in English and in Persian."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

Language = Literal["en", "fa"]

_PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
#: Around a name within Persian: whatever its letters are, the sentence keeps its direction.
_ISOLATED: Final = "\u2068{}\u2069"
_UNITS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"d": "d", "h": "h", "min": "min", "s": "s"},
    "fa": {"d": "روز", "h": "ساعت", "min": "دقیقه", "s": "ثانیه"},
}
_AND: Final[Mapping[Language, str]] = {"en": " ", "fa": " و "}
_COMMA: Final[Mapping[Language, str]] = {"en": ", ", "fa": "، "}
_MINUS: Final[Mapping[Language, str]] = {"en": "-", "fa": "منفی "}
#: Below this a tenth of a second is worth a word.
_SHORT_S: Final = 10
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400


def in_persian_digits(text: str) -> str:
    """The text with Persian digits and decimal sign."""
    return _POINT.sub("٫", text).translate(_PERSIAN_DIGITS)


def digits(text: str, language: Language) -> str:
    """The text with the digits of the language."""
    return in_persian_digits(text) if language == "fa" else text


def name(text: str, language: Language) -> str:
    """A name as it stands within a sentence."""
    return _ISOLATED.format(text) if language == "fa" else text


def listed(parts: Iterable[str], language: Language) -> str:
    """Several things, one after the other."""
    return _COMMA[language].join(parts)


def span(seconds: float, language: Language) -> str:
    """A span of time in words: ``4 min 10 s``; from a day on without its seconds."""
    if seconds < 0:
        return _MINUS[language] + span(-seconds, language)
    units = _UNITS[language]
    parts = (f"{count} {units[unit]}" for unit, count in _parts(seconds))
    return digits(_AND[language].join(parts), language)


def _parts(seconds: float) -> Iterator[tuple[str, str]]:
    if seconds < _SHORT_S:
        yield "s", f"{seconds:.1f}".removesuffix(".0")
        return
    left = round(seconds)
    if left >= _DAY_S:
        left = round(left / _MINUTE_S) * _MINUTE_S
    for unit, size in (("d", _DAY_S), ("h", _HOUR_S), ("min", _MINUTE_S), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            yield unit, str(count)
