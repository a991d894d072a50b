"""Cuts a message into the pieces whose weights a trained model has learned, each as a number.

Three families, each with a table of its own: runs of letters inside a word (they carry endings,
compounds and misspellings), words with their neighbours, and for Persian the sounds of words with
their neighbours, alike in both scripts. A piece is known by a hash only.
"""

from collections.abc import Sequence
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
    return _with_neighbours(own, [_word_hash(key) for key in own.keys], _WORDS)


def sounds_of(own: Words) -> list[Piece]:
    """Return the sounds of Persian words, each alone and with the one before it."""
    return _with_neighbours(own, [_sound_hash(key) for key in own.keys], _SOUNDS)


def _with_neighbours(own: Words, hashes: Sequence[int], mask: int) -> list[Piece]:
    """Return pieces in order; a mark stands at the word before it, and counts as a word does."""
    pieces: list[Piece] = []
    sentences, clauses, asks = own.sentences, own.clauses, own.asks
    last = len(hashes) - 1
    before, before_at = _START, 0
    for at, hashed in enumerate(hashes):
        pieces.append((hashed & mask, at, at))
        pieces.append((_pair(before, hashed) & mask, before_at, at))
        before, before_at = hashed, at
        if at == last or sentences[at] != sentences[at + 1]:
            mark = _ASKS if sentences[at] in asks else _ENDS
        elif clauses[at] != clauses[at + 1]:
            mark = _PAUSES
        else:
            continue
        pieces.append((mark & mask, at, at))
        pieces.append((_pair(before, mark) & mask, at, at))
        before = mark
    return pieces


def _pair(before: int, after: int) -> int:
    """Return the hash of a pair: odd multipliers spread what the hashes of both hold."""
    return ((before * 0x9E3779B1) ^ (after * 0x85EBCA6B)) >> 7


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _word_hash(key: str) -> int:
    shape = _number(key) if key[0].isdigit() else key
    return crc32(shape.encode("utf-8", "replace"))


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _sound_hash(key: str) -> int:
    return crc32(sound(key).encode()) if key[0].isalpha() else _word_hash(key)


def _number(key: str) -> str:
    """Return a number without its digits: which one it is says nothing of a person."""
    shape = "".join("0" if letter.isdigit() else letter for letter in key)
    while "00" in shape:
        shape = shape.replace("00", "0")
    return shape


_START, _ASKS, _ENDS, _PAUSES = (crc32(mark) for mark in (b"^", b"?", b".", b","))
