"""Writes a Persian word by its consonants, alike in Persian and in Latin letters.

Whoever writes Persian in Latin letters spells the vowels as he likes; the consonants stay. So
«تخفیف» and "takhfif" are both ``txff``, and what is known of one is known of the other.
"""

from functools import lru_cache
from typing import Final

_WORDS_REMEMBERED: Final = 20_000
_PERSIAN: Final = str.maketrans(
    "بپتطثسصجچحهخدذزضظرژشغقفکگلمن",
    "bpttsssjChhxdzzzzrZSqqfkglmn",
)
_LATIN: Final = (("kh", "x"), ("sh", "S"), ("ch", "C"), ("zh", "Z"), ("gh", "q"), ("$", "S"))
_CONSONANTS: Final = frozenset("bptsjChxdzrZSqfkglmn")


@lru_cache(maxsize=_WORDS_REMEMBERED)
def sound(word: str) -> str:
    """Return the consonants of a word in either script; empty if it has none.

    A closing «ه» is a vowel as often as not, and is left out in both scripts. Doubled letters of
    the Latin script stay one.
    """
    if word.isascii():
        for spelling, letter in _LATIN:
            word = word.replace(spelling, letter)
        heard = "".join(
            letter
            for at, letter in enumerate(word)
            if letter in _CONSONANTS and word[at - 1 : at] != letter
        )
        closing = word.endswith("h")
    else:
        heard = "".join(c for c in word.translate(_PERSIAN) if c in _CONSONANTS)
        closing = word.endswith("ه")
    return heard[:-1] if closing and len(heard) > 1 else heard
