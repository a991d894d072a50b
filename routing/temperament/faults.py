"""Counts the different faults somebody names: clauses that each find something else not right."""

from dataclasses import dataclass

from routing.phrases import PhraseBook
from routing.text import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The clauses that name a fault, as (first, last word); how many are trifles; all clauses."""

    places: tuple[tuple[int, int], ...]
    trifles: int
    clauses: int


def count_faults(text: Words, book: PhraseBook, joints: frozenset[str]) -> Faults:
    """Return the clauses that name a fault; each counts once, however much it complains of.

    `book` holds the names `taste` (trifles) and `defect`; `joints` are the words that, like a
    comma, open another clause.
    """
    parts = _parts(text, joints)
    found: dict[int, tuple[int, int]] = {}
    trifles: set[int] = set()
    for hit in book.find(text):
        part = parts[hit.first]
        first, last = found.get(part, (hit.first, hit.last))
        found[part] = (min(first, hit.first), max(last, hit.last))
        if hit.name == "taste":
            trifles.add(part)
    places = tuple(found[part] for part in sorted(found))
    return Faults(places=places, trifles=len(trifles), clauses=len(set(parts)))


def _parts(text: Words, joints: frozenset[str]) -> tuple[int, ...]:
    parts: list[int] = []
    number = 0
    for at, word in enumerate(text.keys):
        if at and (text.clauses[at] != text.clauses[at - 1] or word in joints):
            number += 1
        parts.append(number)
    return tuple(parts)
