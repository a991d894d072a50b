"""Cuts a message into the pieces whose weights a trained model has learned, each as a number.

Three families, each with a table of its own: runs of letters inside a word (they carry endings,
compounds and misspellings), words with their neighbours, and for Persian the sounds of words with
their neighbours, alike in both scripts. A piece is known by a hash only.
"""

from functools import lru_cache
from typing import Final
from zlib import crc32

from routing.temperament.sounds import sound
from routing.text import Words

FAMILIES: Final = ("letters", "words", "sounds")
"""The families of pieces, in the order of their tables."""
BUCKETS: Final = (1 << 17, 1 << 17, 1 << 15)
"""How many different pieces each family can tell apart."""

Piece = tuple[int, int, int]
"""The hash of a word or of a pair of words, and the first and last word (inclusive)."""

_SHORTEST_RUN, _LONGEST_RUN = 3, 5
_LONGEST_WORD: Final = 24
_WORDS_REMEMBERED: Final = 20_000
_LETTERS, _WORDS, _SOUNDS = (buckets - 1 for buckets in BUCKETS)


@lru_cache(maxsize=_WORDS_REMEMBERED)
def letters_of(key: str) -> tuple[int, ...]:
    """Return the hashes of every run of three to five letters in a word, its ends marked."""
    if not key[0].isalpha():
        return ()
    marked = f"<{key[:_LONGEST_WORD]}>".encode("utf-16-le", "replace")
    return tuple(
        crc32(marked[start : start + length]) & _LETTERS
        for length in range(2 * _SHORTEST_RUN, 2 * _LONGEST_RUN + 1, 2)
        for start in range(0, len(marked) - length + 1, 2)
    )


def words_of(own: Words) -> list[Piece]:
    """Return the words of a text, each alone and with the one before it.

    Where a clause or a sentence ends a mark stands between the words, so that «final?» is not
    «final».
    """
    return _with_neighbours(_marked(own, own.keys), _WORDS)


def sounds_of(own: Words) -> list[Piece]:
    """Return the sounds of Persian words, each alone and with the one before it."""
    heard = tuple(sound(key) if key[0].isalpha() else key for key in own.keys)
    return _with_neighbours(_marked(own, heard), _SOUNDS)


def _marked(own: Words, keys: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the words in order with the marks between them; a mark stands at the word before."""
    marked: list[tuple[str, int]] = []
    last = len(keys) - 1
    for at, key in enumerate(keys):
        marked.append((_number(key) if key[:1].isdigit() else key, at))
        if at == last or own.sentences[at] != own.sentences[at + 1]:
            marked.append(("?" if own.sentences[at] in own.asks else ".", at))
        elif own.clauses[at] != own.clauses[at + 1]:
            marked.append((",", at))
    return marked


def _with_neighbours(marked: list[tuple[str, int]], mask: int) -> list[Piece]:
    pieces: list[Piece] = []
    before, before_at = "^", 0
    for key, at in marked:
        pieces.append((crc32(key.encode("utf-8", "replace")) & mask, at, at))
        pair = f"{before} {key}".encode("utf-8", "replace")
        pieces.append((crc32(pair) & mask, before_at, at))
        before, before_at = key, at
    return pieces


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _number(key: str) -> str:
    """Return a number without its digits: which one it is says nothing of a person."""
    shape = "".join("0" if letter.isdigit() else letter for letter in key)
    while "00" in shape:
        shape = shape.replace("00", "0")
    return shape
