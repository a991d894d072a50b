"""A draft as the rules read it: the agent's own words, and the phrases of their language."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from routing.language import detect, reads_as_latin_persian
from routing.temperament.latin import latin_key
from routing.text import Words, own_spans, words
from routing.tone.wording import Book
from routing.tone.words_en import ENGLISH
from routing.tone.words_fa import PERSIAN
from routing.tone.words_latn import LATIN_PERSIAN

Script = Literal["en", "fa", "fa-Latn"]

LONGEST: Final = 10_000
"""Characters; no more of a text is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What was written: `own` is the text with everything quoted blanked, places unchanged."""

    own: str
    split: Words
    script: Script

    @property
    def book(self) -> Book:
        """The phrases of its language."""
        return _books()[self.script]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words from `first` to `last` stand."""
        return self.split.spans[first][0], self.split.spans[last][1]


def read(text: str) -> Text:
    """Read a draft. What an automatic message would say is the agent's own word here."""
    own = _own(text[:LONGEST])
    split = words(own)
    if any("\u0620" <= letter <= "\u06d3" for key in split.keys for letter in key):
        return Text(own=own, split=split, script="fa")
    english = Text(own=own, split=split, script="en")
    latin = replace(split, keys=tuple(map(latin_key, split.keys)))
    persian = Text(own=own, split=latin, script="fa-Latn")
    if reads_as_latin_persian(split.keys):
        return persian
    if detect(own) is None:  # too short to tell: whoever finds more in it knows it
        return max(english, persian, key=_found)
    return english


def _found(text: Text) -> int:
    return sum(1 for _ in text.book.phrases.find(text.split))


def _own(text: str) -> str:
    spans = own_spans(text)
    if not spans:
        return text
    own = [" "] * len(text)
    for start, end in spans:
        own[start:end] = text[start:end]
    return "".join(own)


@lru_cache(maxsize=1)
def _books() -> Mapping[Script, Book]:
    return MappingProxyType(
        {
            "en": Book(ENGLISH),
            "fa": Book(PERSIAN),
            "fa-Latn": Book(LATIN_PERSIAN, key=latin_key),
        }
    )
