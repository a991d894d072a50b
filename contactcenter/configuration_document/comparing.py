"""What two documents say differently, place by place."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from contactcenter.configuration_document.problems import at

#: Above this lists are compared item by item, as the search for what moved takes too long.
_MOST: Final = 2_000


class Difference(Struct, frozen=True, kw_only=True):
    """One place with its value before and after; null is what was not there, or is not any more.

    In a list ``place`` counts as it was before, of what came as it is afterwards.
    """

    place: str
    was: Any = field(name="from")
    becomes: Any = field(name="to")


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every difference of two plain documents, section by section."""
    return list(_of_maps(before, after, ""))


def _of(was: Any, becomes: Any, place: str) -> Iterator[Difference]:
    if was == becomes:
        return
    if isinstance(was, dict) and isinstance(becomes, dict):
        yield from _of_maps(was, becomes, place)
    elif isinstance(was, list) and isinstance(becomes, list):
        yield from _of_lists(was, becomes, place)
    else:
        yield Difference(place=place, was=was, becomes=becomes)


def _of_maps(
    was: Mapping[str, Any], becomes: Mapping[str, Any], place: str
) -> Iterator[Difference]:
    for name in dict.fromkeys([*was, *becomes]):
        yield from _of(was.get(name), becomes.get(name), at(place, name))


def _of_lists(was: Sequence[Any], becomes: Sequence[Any], place: str) -> Iterator[Difference]:
    """What is the same in both is found first, so that an item that came moves no other."""
    old, new = [[msgspec.json.encode(item) for item in items] for items in (was, becomes)]
    if len(old) + len(new) > _MOST:
        codes: Sequence[tuple[str, int, int, int, int]]
        codes = [("replace", 0, len(old), 0, len(new))]
    else:
        codes = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    for code, i, i_end, j, j_end in codes:
        if code == "equal":
            continue
        both = min(i_end - i, j_end - j)
        for n in range(both):
            yield from _of(was[i + n], becomes[j + n], at(place, i + n))
        for n in range(i + both, i_end):
            yield Difference(place=at(place, n), was=was[n], becomes=None)
        for n in range(j + both, j_end):
            yield Difference(place=at(place, n), was=None, becomes=becomes[n])
