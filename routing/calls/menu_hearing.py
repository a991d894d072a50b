"""Which option of a menu was said: phrases of its own, or the name of its key.

Letters and digits of both languages are folded first, so that «۲», "2" and "two" are one key.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from routing.calls.menus import Option
from routing.text import fold

#: How keys are called, folded.
_KEYS: Final[Mapping[str, str]] = {
    fold(word): key
    for key, words in {
        "0": "zero oh صفر",
        "1": "one یک یکی",
        "2": "two دو",
        "3": "three سه",
        "4": "four چهار چار",
        "5": "five پنج",
        "6": "six شش شیش",
        "7": "seven هفت",
        "8": "eight هشت",
        "9": "nine نه",
        "*": "star ستاره",
    }.items()
    for word in words.split()
}
#: What may stand around the name of a key: "press two please", «شماره دو».
_AROUND: Final = frozenset(
    fold("number press option key please the شماره گزینه عدد کلید دکمه لطفا رو را بزن").split()
)
_WORD: Final = re.compile(r"[^\W_]+|\*")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    return tuple(_WORD.findall(fold(text)))


def option_said(options: Mapping[str, Option], said: str, language: str | None) -> str | None:
    """The key of the one option that was said; None where it is none, or might be several.

    The longest phrase wins. Without a ``language`` the words of all of them count.
    """
    spoken = words_of(said)
    fits: dict[str, int] = {}
    for key, option in options.items():
        lengths = [
            len(phrase) for phrase in _phrases(option, language) if _is_within(phrase, spoken)
        ]
        if lengths:
            fits[key] = max(lengths)
    if fits:
        best = max(fits.values())
        keys = [key for key, length in fits.items() if length == best]
        return keys[0] if len(keys) == 1 else None
    named = [word for word in spoken if word not in _AROUND]
    if len(named) != 1:
        return None
    key = _KEYS.get(named[0], named[0])
    return key if key in options else None


def _phrases(option: Option, language: str | None) -> Iterator[tuple[str, ...]]:
    for spoken, phrases in option.words.items():
        if language in (None, spoken):
            yield from map(words_of, phrases)


def _is_within(phrase: tuple[str, ...], spoken: tuple[str, ...]) -> bool:
    size = len(phrase)
    return size > 0 and any(
        spoken[at : at + size] == phrase for at in range(len(spoken) - size + 1)
    )
