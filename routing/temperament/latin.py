"""One spelling for Persian in Latin letters, which everybody spells as he likes."""

import re
from functools import lru_cache

from routing.text import word_key

_SPELLINGS = (
    ("gh", "q"),
    ("x", "kh"),
    ("w", "v"),
    ("ee", "i"),
    ("oo", "o"),
    ("ou", "o"),
    ("u", "o"),
)
_DOUBLED = re.compile(r"([^\W\d])\1")
_SHORT = 3


@lru_cache(maxsize=10_000)
def latin_key(word: str) -> str:
    """Return the form under which a Latin-script Persian word is looked up in a phrase table."""
    key = word_key(word)
    for spelling, normal in _SPELLINGS:
        key = key.replace(spelling, normal)
    key = _DOUBLED.sub(r"\1", key)
    return key[:-1] if len(key) > _SHORT and key.endswith("eh") else key
