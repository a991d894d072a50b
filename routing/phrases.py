"""Finds many short phrases in one pass over a text.

Phrases are separated by semicolons; a phrase is words separated by spaces:

    deal            the word
    knock*          any word that begins so
    price|rate      either; a|? a|$  the word, or the end of the sentence
    the?            may be missing
    _  __           up to three, up to seven words of the same sentence between its neighbours
    #               a number that may be a sum of money (not a time, a date or a count of days)
    ^  $            the beginning, the end of a sentence
    ?               the end of a sentence that asks

A phrase never runs over the end of a sentence. Words are compared in the form of
`routing.text.word_key`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from routing.text import Words, word_key

_SHORT_GAP, _LONG_GAP = 3, 7
_WORDS_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found: whose it is, and its first and last word (inclusive)."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One element of a phrase; `kind` is word, number, gap, start, end or ask."""

    kind: str
    words: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    optional: bool = False
    reach: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """The steps of a phrase of `name` after its first word.

    `needs` lists what one of its later words may be; `next` is the word that must follow at once,
    if any must; `opens` is true where the first word must begin a sentence.
    """

    name: str
    steps: tuple[_Step, ...]
    needs: frozenset[str] | None
    next: _Step | None
    opens: bool


class PhraseBook:
    """Phrases under the names they stand for, indexed by their first word."""

    def __init__(self, phrases: Mapping[str, str], *, key: Callable[[str], str] = word_key) -> None:
        """Compile the phrases of each name; `key` normalises a word of the table.

        Raises ValueError for a phrase that does not follow the notation.
        """
        self._by_word: dict[str, list[_Phrase]] = {}
        self._by_prefix: dict[str, list[_Phrase]] = {}
        self._by_number: list[_Phrase] = []
        # Few words of a language are used again and again; most of them begin no phrase.
        self._beginning_with = lru_cache(maxsize=_WORDS_REMEMBERED)(self._look_up)
        for name, table in phrases.items():
            for phrase in _CONTINUED.sub("|", table).split(";"):
                if phrase.strip():
                    self._add(name, _steps(phrase, key))

    def find(self, text: Words) -> Iterator[Hit]:
        """Yield every phrase found, in the order of its first word; hits may overlap."""
        present: set[str] | None = None
        ends: list[int] = []
        for at, word in enumerate(text.keys):
            phrases = self._beginning_with(word)
            if self._by_number and is_sum(text, at):
                phrases = (*phrases, *self._by_number)
            if phrases and present is None:
                present, ends = _present(text.keys), _sentence_ends(text)
            for phrase in phrases:
                if phrase.needs is not None and phrase.needs.isdisjoint(present or ()):
                    continue
                if phrase.next and (at + 1 == ends[at] or not _fits(text, at + 1, phrase.next)):
                    continue
                if phrase.opens and not _stands(text, at, ends[at], "start"):
                    continue
                last = _match(text, at + 1, ends[at], phrase.steps, 0)
                if last >= 0:
                    yield Hit(name=phrase.name, first=at, last=max(at, last - 1))

    def _look_up(self, word: str) -> tuple[_Phrase, ...]:
        found = list(self._by_word.get(word, ()))
        for length in range(1, len(word) + 1):
            found += self._by_prefix.get(word[:length], ())
        return tuple(found)

    def _add(self, name: str, steps: tuple[_Step, ...]) -> None:
        first = next(n for n, step in enumerate(steps) if step.kind != "start")
        if steps[first].kind not in _WORDS or steps[first].optional or steps[first].ends:
            raise ValueError(f"phrase of {name}: must begin with a word or a number")
        later = steps[first + 1 :]
        phrase = _Phrase(
            name=name,
            steps=later,
            needs=_needs(later),
            next=later[0] if later and later[0] in _required(later) else None,
            opens=first > 0,
        )
        if steps[first].kind != "word":
            self._by_number.append(phrase)
        for word in steps[first].words:
            self._by_word.setdefault(word, []).append(phrase)
        for prefix in steps[first].prefixes:
            self._by_prefix.setdefault(prefix, []).append(phrase)


_CONTINUED = re.compile(r"\|\s+")
_WORDS = frozenset(("word", "number", "word_or_number"))


def _needs(later: tuple[_Step, ...]) -> frozenset[str] | None:
    """Return the fewest words of which one must be present, prefixes with a star; None if none."""
    sets = [s.words.union(prefix + "*" for prefix in s.prefixes) for s in _required(later)]
    return min(sets, key=len, default=None)


def _required(later: tuple[_Step, ...]) -> list[_Step]:
    return [s for s in later if s.kind == "word" and not s.optional and not s.ends]


@lru_cache(maxsize=4)  # the same text is looked through for several tables, one after the other
def _present(keys: tuple[str, ...]) -> set[str]:
    return set(keys).union(*map(_starred, keys))


@lru_cache(maxsize=20_000)
def _starred(word: str) -> tuple[str, ...]:
    return tuple(word[:length] + "*" for length in range(1, len(word) + 1))


def _sentence_ends(text: Words) -> list[int]:
    ends = [len(text.keys)] * len(text.keys)
    for at in range(len(text.keys) - 2, -1, -1):
        ends[at] = ends[at + 1] if text.sentences[at] == text.sentences[at + 1] else at + 1
    return ends


def _steps(line: str, key: Callable[[str], str]) -> tuple[_Step, ...]:
    return tuple(_step(element, key) for element in line.split())


def _step(element: str, key: Callable[[str], str]) -> _Step:
    if element in _ZERO_WIDTH:
        return _Step(kind=_ZERO_WIDTH[element])
    if element in {"_", "__"}:
        return _Step(kind="gap", reach=_SHORT_GAP if element == "_" else _LONG_GAP)
    if element == "#":
        return _Step(kind="number")
    options = element.split("|")
    optional = options[-1] not in _ZERO_WIDTH and options[-1].endswith("?")
    if optional:
        options[-1] = options[-1].removesuffix("?")
    plain = [option for option in options if option not in _ZERO_WIDTH and option != "#"]
    if wrong := [option for option in plain if not option or "*" in option[:-1]]:
        raise ValueError(f"{element!r}: {wrong[0]!r} is no word")
    return _Step(
        kind="word_or_number" if "#" in options else "word",
        words=frozenset(key(word) for word in plain if not word.endswith("*")),
        prefixes=tuple(key(word.removesuffix("*")) for word in plain if word.endswith("*")),
        ends=tuple(_ZERO_WIDTH[option] for option in options if option in _ZERO_WIDTH),
        optional=optional,
    )


_ZERO_WIDTH = {"^": "start", "$": "end", "?": "ask", "؟": "ask"}


def _match(text: Words, at: int, end: int, steps: tuple[_Step, ...], n: int) -> int:
    """Return the index after the match of steps[n:] from `at`, at most to `end`; or -1."""
    if n == len(steps):
        return at
    step = steps[n]
    if step.kind == "gap":
        for place in range(at, min(at + step.reach, end) + 1):
            if (last := _match(text, place, end, steps, n + 1)) >= 0:
                return last
        return -1
    if step.kind not in _WORDS:
        return _match(text, at, end, steps, n + 1) if _stands(text, at, end, step.kind) else -1
    if at < end and _fits(text, at, step):
        last = _match(text, at + 1, end, steps, n + 1)
        if last >= 0:
            return last
    passed = step.optional or any(_stands(text, at, end, kind) for kind in step.ends)
    return _match(text, at, end, steps, n + 1) if passed else -1


def _stands(text: Words, at: int, end: int, kind: str) -> bool:
    if kind == "start":
        return at == 0 or text.sentences[at] != text.sentences[at - 1]
    return at == end and (kind == "end" or text.sentences[at - 1] in text.asks)


def _fits(text: Words, at: int, step: _Step) -> bool:
    word = text.keys[at]
    if word in step.words or (step.prefixes and word.startswith(step.prefixes)):
        return True
    return step.kind != "word" and is_sum(text, at)


def is_sum(text: Words, at: int) -> bool:
    """Whether the word is a number that may be a sum of money."""
    word = text.keys[at]
    if "1" <= word[0] <= "9":
        if not _SHORTEST_SUM <= len(word) <= _LONGEST_SUM or _NOT_A_SUM & set(word):
            return False
    elif word not in _NUMBER_WORDS:
        return False
    following = text.keys[at + 1] if at + 1 < len(text.keys) else ""
    return following not in _COUNTED


_SHORTEST_SUM = 2  # one digit is a quantity
_LONGEST_SUM = 11  # 999,999,999: longer ones are telephone, card and order numbers
_NOT_A_SUM = frozenset(":/thndrsamp")  # 10:30, 5/6, 4th, 3pm
_NUMBER_WORDS = frozenset(
    word_key(word)
    for word in """
    ten eleven twelve fifteen twenty thirty forty fifty
    sixty seventy eighty ninety hundred thousand grand
    ده پونزده پانزده بیست سی چهل پنجاه شصت هفتاد هشتاد نود صد
    دویست سیصد چهارصد پونصد پانصد ششصد هفتصد هشتصد نهصد هزار میلیون تومن تومان
    dah bist chehel panjah shast haftad hashtad navad sad devist sisad charsad punsad pansad
    hezar milyun milion toman tomen tuman
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_COUNTED = frozenset(
    word_key(word)
    for word in """
    am pm oclock minute minutes mins min hour hours hrs day days week weeks month months year years
    people persons of us them times things copies rooms bedrooms beds nights adults children kids kg
    grams litres miles km metres inches cm o'clock january february march april may june july august
    september october november december
    دقیقه ساعت روز روزه هفته ماه ماهه سال ساله نفر نفره بار دفعه تا شب عدد کیلو متر گرم اتاق خوابه
    صبح عصر ظهر مرداد تیر خرداد مهر آبان آذر دی بهمن اسفند فروردین اردیبهشت شهریور
    daghighe saat ruz rooz hafte mah sal nafar bar ta shab adad sobh asr
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
