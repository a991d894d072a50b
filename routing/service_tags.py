"""Service tags in free text: written, in groups, letter by letter, or spelled out in words.

The answer depends on the text and on the tags given as ``own``, and on nothing else: whoever passes
only the writer's own machines cannot be told anything about those of others, not even that there
are any.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from routing import spoken_tags
from routing.spoken_tags import Heard
from routing.text import fold

#: In a mask: a letter or a digit, a letter, a digit. Anything else stands for itself.
ANY, LETTER, DIGIT = "?", "@", "#"
_MASK: Final = re.compile(r"[A-Z0-9?@#]{4,24}")
_CANONICAL: Final = re.compile(r"[A-Z0-9]{4,24}")
_SEPARATORS: Final = re.compile(r"[\s\-‐‑‒–—_./]+")
#: People take these for one another.
LOOK_ALIKES: Final[Mapping[str, str]] = {"O": "0", "0": "O", "I": "1", "1": "I"}
_END: Final = "end"
#: What may be read in more ways from one word on names nothing.
MOST_WAYS: Final = 500

#: Places in the tree of tags, each with what it costs to take what is said for that.
Ways = list[tuple[Mapping[str, Any], int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a house writes its tags; a ``mixed`` one has at least one letter and one digit."""

    mask: str
    mixed: bool = False

    def __post_init__(self) -> None:
        """Refuse a mask that no tag could be written by."""
        if not _MASK.fullmatch(self.mask):
            raise ValueError(f"{self.mask[:60]!r} is not a mask of 4 to 24 of A-Z, 0-9, ?, @ and #")
        letters = any(one in (ANY, LETTER) or one.isalpha() for one in self.mask)
        digits = any(one in (ANY, DIGIT) or one.isdigit() for one in self.mask)
        if self.mixed and not (letters and digits):
            raise ValueError(f"{self.mask!r} never has both a letter and a digit")

    def fits(self, tag: str) -> bool:
        """Whether a canonical tag is written so."""
        if len(tag) != len(self.mask) or not all(map(_is_so, tag, self.mask)):
            return False
        return not self.mixed or not (tag.isdigit() or tag.isalpha())


#: Seven letters and digits, at least one of each, as Dell's machines have them.
DEFAULT: Final = (Format(mask=ANY * 7, mixed=True),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The writer's own tags in the order of their first mention, and tags that are not his."""

    own: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def canonical(written: str) -> str:
    """A tag in capitals and ASCII digits, without separators; what is no tag stays none."""
    return _SEPARATORS.sub("", fold(written)).upper()


def is_tag(tag: str, formats: Iterable[Format] = DEFAULT) -> bool:
    """Whether a canonical text is a tag by any of these formats."""
    return bool(_CANONICAL.fullmatch(tag)) and any(one.fits(tag) for one in formats)


def find(text: str, own: Iterable[str] = (), formats: Sequence[Format] = DEFAULT) -> Found:
    """What tags a text names; the time it takes grows with its length and no faster.

    One of the ``own`` is found however it is written or said. Where letters are taken for digits
    (O and 0, I and 1), or a name for several letters, it is found if exactly one of them fits. What
    is not his is only named where it can hardly be anything else.
    """
    heard = spoken_tags.heard(fold(text))
    found, taken = _own(heard, _tree(own))
    others = [
        tag
        for tag, words in spoken_tags.candidates(heard, {len(one.mask) for one in formats})
        if taken.isdisjoint(words) and is_tag(tag, formats)
    ]
    return Found(own=found, others=tuple(dict.fromkeys(others)))


def _tree(tags: Iterable[str]) -> dict[str, Any]:
    """The tags by their letters, one below the other."""
    root: dict[str, Any] = {}
    for tag in tags:
        node = root
        for character in tag:
            node = node.setdefault(character, {})
        node[_END] = tag
    return root


def _own(heard: Heard, tree: Mapping[str, Any]) -> tuple[tuple[str, ...], set[int]]:
    """The tags of the tree that are named, and the words that name them."""
    found: dict[str, None] = {}
    taken: set[int] = set()
    if not tree:
        return (), taken
    heads = frozenset(tree) | {LOOK_ALIKES[head] for head in tree if head in LOOK_ALIKES}
    for start, first in enumerate(heard.said):
        if all(written[0] not in heads for written, _ in first.readings):
            continue
        named = _named_at(heard, start, tree)
        if named is None:
            continue
        tag, end = named
        if not (tag.isdigit() and _goes_on(heard, start, end)):
            found[tag] = None
            taken.update(word for at in range(start, end) for word in heard.said[at].words)
    return tuple(found), taken


def _named_at(heard: Heard, start: int, tree: Mapping[str, Any]) -> tuple[str, int] | None:
    """The one tag that what is said from ``start`` on fits best, and where it ends."""
    fits: dict[str, tuple[int, int]] = {}
    ahead: Ways = [(tree, 0)]
    at, ways = start, 0
    while ahead:
        ways += len(ahead)
        if ways > MOST_WAYS:
            return None
        for node, cost in ahead:
            if _END in node:
                fits[node[_END]] = min((cost, at), fits.get(node[_END], (cost, at)))
        if at == len(heard.said) or (at > start and heard.said[at].begins):
            break
        ahead = _further(ahead, heard.said[at].readings)
        at += 1
    if not fits:
        return None
    least = min(cost for cost, _ in fits.values())
    best = [(tag, end) for tag, (cost, end) in fits.items() if cost == least or least > 0]
    return best[0] if len(best) == 1 else None


def _further(ways: Ways, readings: Iterable[tuple[str, int]]) -> Ways:
    """Where one more thing said leads, each place once and as cheaply as it is reached."""
    reached: dict[int, tuple[Mapping[str, Any], int]] = {}
    for node, cost in ways:
        for written, doubt in readings:
            for below, more in _below(node, written, doubt):
                _, known = reached.get(id(below), (below, cost + more))
                reached[id(below)] = below, min(known, cost + more)
    return list(reached.values())


def _below(
    node: Mapping[str, Any], written: str, doubt: int
) -> list[tuple[Mapping[str, Any], int]]:
    """Where these characters lead from a node, taken as they are or for what looks like them."""
    ways = [(node, doubt)]
    for character in written:
        if not ways:
            break
        alike = LOOK_ALIKES.get(character, "")
        ways = [
            *((way[character], cost) for way, cost in ways if character in way),
            *((way[alike], cost + 1) for way, cost in ways if alike in way),
        ]
    return ways


def _goes_on(heard: Heard, start: int, end: int) -> bool:
    """Whether more digits stand before or after: part of a telephone number is no tag."""
    said = heard.said
    before = start > 0 and not said[start].begins and said[start - 1].is_digits
    after = end < len(said) and not said[end].begins and said[end].is_digits
    return before or after


def _is_so(character: str, wanted: str) -> bool:
    if wanted == ANY:
        return True
    if wanted == LETTER:
        return character.isalpha()
    return character.isdigit() if wanted == DIGIT else character == wanted
