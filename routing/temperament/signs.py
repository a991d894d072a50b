"""Finds the signs of temperament in one message of the customer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from routing.phrases import Hit, is_sum
from routing.temperament.faults import count_faults
from routing.temperament.readers import Reader
from routing.temperament.values import HINT, MIDDLING, STRONG, WEAK, Label
from routing.text import Words

_DENIAL_REACH = 4
_MANY_FAULTS = 3
"""Three different faults, one of them a trifle, are a manner; fewer need another sign."""
_FRAGMENT_WORDS = 7
_FRAGMENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One place where a cue shows; `repeats` is what a further place adds, as a share."""

    cue: str
    label: Label
    weight: float
    span: tuple[int, int]
    repeats: float = 0.5


def signs_in(text: str, own: Words, reader: Reader) -> Iterator[Sign]:
    """Yield the signs in one message: `text` with what is not the writer's own blanked, split."""
    if not own.keys:
        return
    phrases = list(_phrases(own, reader))
    yield from phrases
    yield from _own_figure(own, phrases)
    yield from _faults(own, reader)
    yield from _telegram(text, own, reader)
    yield from _letters(text)


def _phrases(own: Words, reader: Reader) -> Iterator[Sign]:
    taken: dict[str, int] = {}
    pleads = not _PLEAS.isdisjoint(own.keys)
    for hit in reader.book.find(own):
        cue = reader.cues[hit.name]
        if taken.get(hit.name, -1) >= hit.first or (cue.deniable and _denied(own, hit, reader)):
            continue
        if cue.curt and pleads:
            continue
        if cue.label == "serious" and own.sentences[hit.first] in own.asks:
            continue  # «Is it required?» asks; only a statement keeps people at a distance
        taken[hit.name] = hit.last
        yield Sign(
            cue=cue.name,
            label=cue.label,
            weight=cue.weight,
            span=span_of(own, hit.first, hit.last),
            repeats=cue.repeats,
        )


def _denied(own: Words, hit: Hit, reader: Reader) -> bool:
    sentence = own.sentences[hit.first]
    if sentence in own.asks:
        return False
    if reader.denies_before:
        around = range(max(0, hit.first - _DENIAL_REACH), hit.first)
    else:
        around = range(hit.first + 1, min(len(own.keys), hit.last + 1 + _DENIAL_REACH))
    return any(own.sentences[at] == sentence and own.keys[at] in reader.denials for at in around)


def _own_figure(own: Words, phrases: list[Sign]) -> Iterator[Sign]:
    """Yield a sign if beside other talk of terms one sum is set against another."""
    sums = [at for at in range(len(own.keys)) if is_sum(own, at)]
    apart = [at for at in sums if at - 1 not in sums]  # «two hundred» is one sum
    if len(apart) > 1 and any(s.label == "haggler" and s.weight >= WEAK for s in phrases):
        span = span_of(own, apart[-1], sums[-1])
        yield Sign(cue="sum_against_sum", label="haggler", weight=MIDDLING, span=span)


def _faults(own: Words, reader: Reader) -> Iterator[Sign]:
    faults = count_faults(own, reader.faults, reader.joints)
    found = len(faults.places)
    if not found or found * 4 < faults.clauses:
        return
    if found >= _MANY_FAULTS:
        weight = STRONG if faults.trifles else WEAK
    elif found == _MANY_FAULTS - 1:
        weight = WEAK if faults.trifles else HINT
    else:
        weight = HINT if faults.trifles else HINT / 2
    if weight < STRONG and _lists_observations(own, reader):
        weight = STRONG if found > 1 and faults.trifles else WEAK
    cue = "many_faults" if weight == STRONG else "some_faults"
    for place in faults.places:
        yield Sign(
            cue=cue,
            label="fault_finding",
            weight=weight,
            span=span_of(own, *place),
            repeats=0.15 if weight == STRONG else 0.0,
        )


def _lists_observations(own: Words, reader: Reader) -> bool:
    """Whether one sentence remarks upon three or more things, none of them the writer."""
    if _PLEAS.intersection(own.keys):  # who asks for help reports, however much is wrong
        return False
    parts: dict[int, int] = {}
    about_writer: set[int] = set()
    for at, (key, sentence) in enumerate(zip(own.keys, own.sentences, strict=True)):
        new = at == 0 or own.clauses[at] != own.clauses[at - 1] or key in reader.joints
        parts[sentence] = parts.get(sentence, 0) + new
        if key in reader.writer:
            about_writer.add(sentence)
    return any(n >= _MANY_FAULTS for s, n in parts.items() if s not in about_writer)


_PLEAS = frozenset(("please", "لطفا", "lotfan"))


def _telegram(text: str, own: Words, reader: Reader) -> Iterator[Sign]:
    """Yield a sign if the message is bare fragments: nobody greets, asks, thanks or says «I»."""
    if own.asks or "!" in text or reader.persons.intersection(own.keys):
        return
    lengths: dict[int, int] = {}
    for sentence in own.sentences:
        lengths[sentence] = lengths.get(sentence, 0) + 1
    short = sum(length <= _FRAGMENT_WORDS for length in lengths.values())
    clauses = len(set(own.clauses))
    if short < len(lengths) or len(lengths) + clauses < _FRAGMENTS + 1:
        return
    exact = any(is_sum(own, at) or key[0].isdigit() for at, key in enumerate(own.keys))
    many = len(lengths) >= _FRAGMENTS
    weight = STRONG if many and exact else MIDDLING if many or exact else WEAK
    yield Sign(
        cue="telegram_style",
        label="serious",
        weight=weight,
        span=span_of(own, 0, len(own.keys) - 1),
    )


def _letters(text: str) -> Iterator[Sign]:
    lowered = text.lower()
    pictures = max(text) >= _FIRST_PICTURE or any(mark in text for mark in ":;<")
    for cue, hints, pattern, weight in _LETTERS:
        if not (pictures if hints == () else any(hint in lowered for hint in hints)):
            continue
        if found := pattern.search(text):
            yield Sign(cue=cue, label="warm", weight=weight, span=found.span())


_FIRST_PICTURE = "\u2600"
_LETTERS = (
    (
        "affectionate_emoji",
        (),
        re.compile("[❤♥🥰😍😘🤗💕💖💗💞💓💛💚💙🧡💜🌹🌷🌸💐🌺🥹🫶🐾😇]|<3"),
        WEAK,
    ),
    ("playful_emoji", (), re.compile("[😂🤣😄😁😅😆😜😉😊🙈😋😎]|[:;]-?[)D]"), HINT),
    (
        "laughter",
        ("ها", "هه", "خخ", "haha", "hehe", "lol", "loo", "lmao", "khkh", "khhh"),
        re.compile(
            r"(?:ها){2,}|ه{3,}|خ{3,}|\b(?:a*(?:ha){2,}\w*|(?:he){2,}|lo+l|lmao|kh{3,})\b",
            re.IGNORECASE,
        ),
        WEAK,
    ),
    ("stretched_letters", ("",), re.compile(r"(?!www)([^\W\d_])\1\1"), WEAK),
)


def span_of(own: Words, first: int, last: int) -> tuple[int, int]:
    """Return the characters from the first to the last word."""
    return own.spans[first][0], own.spans[last][1]
