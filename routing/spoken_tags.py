"""What a text may spell, character by character, and where it can hardly mean anything but a tag.

Every step looks at a word once, whatever the text is.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from routing.spelled_characters import (
    AS_IN,
    BETWEEN,
    IN,
    OF_THEM,
    SECOND_PARTS,
    SPELLED,
    TIMES,
    Reading,
)
from routing.text import fold

#: No tag is longer, and so is no word that belongs to one.
LONGEST: Final = 24
_CHUNK: Final = re.compile(r"\S+")
_WORD: Final = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+|\d+")
_ADDRESS: Final = re.compile(r"://|@|^www\.")
_HYPHENS: Final = frozenset("-‐‑–")
#: Words by which people say that a tag follows, or has just been said.
_CUES: Final = frozenset(fold("tag servicetag serial sn asset تگ سریال برچسب").split())
#: Words by which they say that it is something else.
_OTHERWISE: Final = frozenset(
    fold(
        "order invoice ref reference tracking parcel shipment booking flight ticket case coupon"
        " code voucher password postcode zip plate licence license model version part sku iban"
        " account sefaresh peygiri rahgiri faktor ramz سفارش فاکتور پیگیری رهگیری مرسوله بلیت"
        " بلیط پرواز تخفیف رمز کد پلاک کدپستی مدل نسخه حساب شبا"
    ).split()
)
#: So far away may the word stand that says so.
_BEFORE: Final = 6
_AFTER: Final = 4
#: So often do letters and digits change places in a tag that nobody introduces.
_CHANGES: Final = 3
_CHANGE: Final = re.compile(r"(?<=[0-9])(?=[A-Z])|(?<=[A-Z])(?=[0-9])")
#: British postcodes and number plates, and hexadecimal numbers.
_LOOKS_OTHERWISE: Final = re.compile(
    r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}|[A-Z]{2}[0-9]{2}[A-Z]{3}|[0-9A-F]+"
)
#: So many words that can only be letters or digits say that something is being spelled.
_SPELLED_OUT: Final = 3


@dataclass(slots=True)
class Said:
    """One piece of what may be spelled: what it may stand for, and the words it is made of.

    It ``begins`` where the words before belong to nothing spelled.
    """

    readings: tuple[Reading, ...]
    words: tuple[int, ...]
    begins: bool

    @property
    def is_digits(self) -> bool:
        """Whether it is a number."""
        return bool(self.readings) and self.readings[0][0].isdigit()


@dataclass(slots=True, kw_only=True)
class Heard:
    """The words of a text, which of them are tied by a hyphen, and what they may spell."""

    words: list[str] = field(default_factory=list)
    tied: set[int] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)


def heard(text: str) -> Heard:
    """Take a folded text apart; addresses of pages and people spell nothing."""
    result = Heard()
    for chunk in _CHUNK.finditer(text):
        piece = chunk.group()
        if _ADDRESS.search(piece):
            result.words.append("")
            continue
        last = -1
        for match in _WORD.finditer(piece):
            if last >= 0 and piece[last : match.start()] in _HYPHENS:
                result.tied.add(len(result.words))
            result.words.append(match.group())
            last = match.end()
    _spell(result)
    return result


def candidates(heard: Heard, lengths: Collection[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What looks like a tag of one of these lengths, and the words it is made of, in order."""
    for word, tag in enumerate(map(str.upper, heard.words)):
        if len(tag) in lengths and tag.isascii() and word not in heard.tied:
            introduced = _introduced(heard.words, word, word)
            if introduced > 0 or (introduced == 0 and _is_plain(tag)):
                yield tag, (word,)
    for words in _tied_together(heard):
        tag = "".join(heard.words[word] for word in words).upper()
        if len(tag) in lengths and _introduced(heard.words, words[0], words[-1]) > 0:
            yield tag, words
    for run in _runs(heard.said):
        tag = "".join(_character(one.readings) for one in run)
        words = tuple(word for one in run for word in one.words)
        introduced = _introduced(heard.words, words[0], words[-1])
        spelled = sum(len(heard.words[word]) > 1 for word in words)
        if len(tag) in lengths and (
            introduced > 0 or (introduced == 0 and spelled >= _SPELLED_OUT)
        ):
            yield tag, words


def _spell(heard: Heard) -> None:
    words, said = heard.words, heard.said
    before: tuple[int, ...] = ()
    at, begins, times = 0, True, 1
    while at < len(words):
        word = words[at]
        explains = not begins and (word in AS_IN or word in SECOND_PARTS)
        skipped = _skipped(words, at, said[-1]) if explains else 0
        if word in TIMES and not skipped:
            times, before, at = TIMES[word], (at,), at + 1
        elif word == OF_THEM and not begins and _is_few(said[-1]):
            last = said.pop()
            times, before, at = int(last.readings[0][0]), (*last.words, at), at + 1
            begins = last.begins
        elif word in BETWEEN or skipped:
            at += skipped or 1
        else:
            readings = _readings(word, times) if len(word) <= LONGEST else ()
            if readings:
                said.append(Said(readings, (*before, at), begins))
            begins, times, before, at = not readings, 1, (), at + 1


@lru_cache(maxsize=4096)
def _readings(word: str, times: int) -> tuple[Reading, ...]:
    """What a word may stand for, so many times."""
    known = SPELLED.get(word, ())
    if word.isascii() and 0 < len(word) <= LONGEST:
        literal = (word.upper(), 1 if known else 0)
        known = (literal, *known) if len(word) == 1 else (*known, literal)
    if times == 1:
        return known
    repeated = tuple((written * times, cost) for written, cost in known)
    return (("W", 0), *repeated) if times == 2 and word in {"u", "you", fold("یو")} else repeated  # noqa: PLR2004


def _skipped(words: Sequence[str], at: int, last: Said) -> int:
    """How many words from here on only explain the letter before."""
    letters = {written for written, _ in last.readings if len(written) == 1 and written.isalpha()}
    if words[at] in SECOND_PARTS and "X" in letters:
        return 1
    if words[at] not in AS_IN or not letters:
        return 0
    inside = at + 1 < len(words) and words[at + 1] in IN
    named = words[at + 1 + inside] if at + 1 + inside < len(words) else ""
    if len(named) < 2:  # noqa: PLR2004 -- a letter explains no letter
        return 0
    explains = inside or not named.isascii() or named[0].upper() in letters
    return 2 + inside if explains else 0


def _is_few(said: Said) -> bool:
    return said.readings[0][0] in {"2", "3", "4"}


def _introduced(words: Sequence[str], first: int, last: int) -> int:
    """1 where a tag is announced, -1 where something else is, 0 where nobody says what it is."""
    for word in reversed(words[max(0, first - _BEFORE) : first]):
        if word in _CUES:
            return 1
        if word in _OTHERWISE:
            return -1
    return int(any(word in _CUES for word in words[last + 1 : last + 1 + _AFTER]))


def _is_plain(tag: str) -> bool:
    """Whether it looks like a tag and like nothing else that is written so."""
    return len(_CHANGE.findall(tag)) >= _CHANGES and not _LOOKS_OTHERWISE.fullmatch(tag)


def _tied_together(heard: Heard) -> Iterator[tuple[int, ...]]:
    """Words that hyphens tie to one another."""
    group: list[int] = []
    for word in sorted(heard.tied):
        if group and group[-1] == word - 1:
            group.append(word)
        else:
            if group:
                yield tuple(group)
            group = [word - 1, word]
    if group:
        yield tuple(group)


def _runs(said: Sequence[Said]) -> Iterator[list[Said]]:
    """Pieces next to one another of which each can only be one character."""
    run: list[Said] = []
    for one in said:
        is_one = bool(_character(one.readings))
        if run and (one.begins or not is_one):
            yield run
            run = []
        if is_one:
            run.append(one)
    if run:
        yield run


@lru_cache(maxsize=4096)
def _character(readings: tuple[Reading, ...]) -> str:
    """The one letter or digit this surely is, or nothing."""
    sure = [written for written, cost in readings if len(written) == 1 and cost == 0]
    return sure[0] if len(sure) == 1 else ""
