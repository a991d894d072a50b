"""The phrases of one language, and how it denies something."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routing.phrases import PhraseBook
from routing.text import word_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Phrases by what they show, in the notation of `routing.phrases`.

    `denials_before` and `denials_after` deny a phrase of the same sentence from where they stand.
    `or_words` stand between alternatives.
    """

    phrases: Mapping[str, str]
    denials_before: str
    denials_after: str
    or_words: str


class Book:
    """A wording made ready to be looked up in."""

    def __init__(self, wording: Wording, *, key: Callable[[str], str] = word_key) -> None:
        """Compile it; raises ValueError for a phrase that does not follow the notation."""
        self.phrases = PhraseBook(wording.phrases, key=key)
        self.denials_before = frozenset(map(key, wording.denials_before.split()))
        self.denials_after = frozenset(map(key, wording.denials_after.split()))
        self.or_words = frozenset(map(key, wording.or_words.split()))
