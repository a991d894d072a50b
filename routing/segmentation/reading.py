"""Makes a condition of what somebody wrote, or says what is wrong with it, and where.

A condition is an object: ``{"all": […]}``, ``{"any": […]}`` and ``{"not": …}`` by themselves, or
attributes with what is wanted of each, all of which must hold. An empty one holds of everybody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from routing.segmentation import wanting
from routing.segmentation.comparing import Comparison, SameText
from routing.segmentation.holding import leaves
from routing.segmentation.tree import All, AnyOf, Condition, Leaf, Not
from routing.segmentation.wanting import NotThis

#: What an attribute holds. A choice is a word of known ones; ``words`` are all there are of a kind,
#: so that nothing is missing; a list is one of texts; ``age`` and ``birthday`` are asked of a day.
Type = Literal[
    "number", "text", "choice", "flag", "date", "instant", "list", "words", "age", "birthday"
]

MAX_DEPTH: Final = 8
MAX_LEAVES: Final = 100
#: So many objects and attributes may lead to them; what is larger is not even read.
MAX_PARTS: Final = 4 * MAX_LEAVES
#: The segments that are rules themselves.
GROUP: Final = "segment.group"

_JOINS: Final = frozenset({"all", "any", "not"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Something that may be asked for; ``choices`` are the words that fit, None where any does.

    ``fact`` is the name of what is known where it rests on something else than its own.
    """

    name: str
    type: Type
    choices: frozenset[str] | None = None
    fact: str | None = None


class InvalidCondition(ValueError):
    """A condition that could never be asked; ``place`` names where, such as ``all[1].age``."""

    def __init__(self, place: str, detail: str) -> None:
        super().__init__(detail)
        self.place = place


def read(written: Any, schema: Mapping[str, Attribute], place: str = "condition") -> Condition:
    """Read a condition; raises ``InvalidCondition``."""
    too_large = f"It asks for more than {MAX_LEAVES} things: make groups."
    if _has_more_parts(written, MAX_PARTS):
        raise InvalidCondition(place, too_large)
    condition = _read(written, schema, place, 1)
    if sum(1 for _ in leaves(condition)) > MAX_LEAVES:
        raise InvalidCondition(place, too_large)
    return condition


def read_leniently(written: Any, schema: Mapping[str, Attribute]) -> Condition:
    """Read one that was stored: what is not among the attributes any more is known of nobody.

    A word that is not chosen any more is still asked for.
    """
    return _read(written, _Lenient(schema), "condition", 1)


def asked(condition: Condition) -> frozenset[str]:
    """The names of everything that must be known to ask it."""
    return frozenset(leaf.fact for leaf in leaves(condition))


def groups_asked(written: Any) -> Iterator[tuple[str, str]]:
    """The rule segments that a written condition asks for, with the place of each."""
    yield from _groups(written, "condition")


def _has_more_parts(written: Any, than: int) -> bool:
    ahead, parts = [written], 0
    while ahead and parts <= than:
        one = ahead.pop()
        if isinstance(one, Mapping):
            parts += max(1, len(one))
            ahead += [one[join] for join in _JOINS & one.keys()]
        elif isinstance(one, list):
            ahead += one
    return parts > than


class _Lenient(dict[str, Attribute]):
    """The attributes there are, with any words; of any other nothing is asked in particular."""

    def __getitem__(self, name: str) -> Attribute:
        found = self.get(name)
        if found is None:
            return Attribute(name=name, type="text")
        return found if found.choices is None else replace(found, choices=None)

    def __contains__(self, name: object) -> bool:
        return True


def _read(written: Any, schema: Mapping[str, Attribute], place: str, depth: int) -> Condition:
    if not isinstance(written, Mapping):
        raise InvalidCondition(place, "A condition is an object.")
    if depth > MAX_DEPTH:
        raise InvalidCondition(place, f"It is nested more than {MAX_DEPTH} deep.")
    join = next((name for name in written if name in _JOINS), None)
    if join is not None:
        if len(written) > 1:
            raise InvalidCondition(place, f"Beside {join} nothing else stands in one object.")
        return _joined(join, written[join], schema, f"{place}.{join}", depth)
    parts = [
        _leaf(name, wanted, schema, f"{place}.{name}", depth) for name, wanted in written.items()
    ]
    return parts[0] if len(parts) == 1 else All(parts=tuple(parts))


def _joined(
    join: str, written: Any, schema: Mapping[str, Attribute], place: str, depth: int
) -> Condition:
    if join == "not":
        return Not(part=_read(written, schema, place, depth + 1))
    if not isinstance(written, list) or not written:
        raise InvalidCondition(place, "It is a list of at least one condition.")
    parts = tuple(_read(part, schema, f"{place}[{n}]", depth + 1) for n, part in enumerate(written))
    return All(parts=parts) if join == "all" else AnyOf(parts=parts)


def _leaf(
    name: str, wanted: Any, schema: Mapping[str, Attribute], place: str, depth: int
) -> Condition:
    if depth > MAX_DEPTH:
        raise InvalidCondition(place, f"It is nested more than {MAX_DEPTH} deep.")
    if name not in schema:
        raise InvalidCondition(place[:200], "There is nothing of this name to ask for.")
    attribute = schema[name]
    if isinstance(wanted, Mapping) and list(wanted) == ["not"]:
        return Not(part=_leaf(name, wanted["not"], schema, place, depth + 1))
    if isinstance(wanted, Mapping) and "known" in wanted:
        if list(wanted) != ["known"] or not isinstance(wanted["known"], bool):
            raise InvalidCondition(place, "known is true or false, by itself.")
        return _made(attribute, place, None, is_known=wanted["known"])
    try:
        comparison = wanting.comparison(attribute.type, wanted, attribute.choices)
    except NotThis as problem:
        if not isinstance(schema, _Lenient):
            raise InvalidCondition(place, str(problem)) from problem
        comparison = SameText(folded=frozenset())
    return _made(attribute, place, comparison)


def _made(
    attribute: Attribute, place: str, comparison: Comparison | None, *, is_known: bool = True
) -> Leaf:
    return Leaf(
        place=place,
        name=attribute.name,
        fact=attribute.fact or attribute.name,
        comparison=comparison,
        is_known=is_known,
        is_text=attribute.type in ("text", "list"),
        is_complete=attribute.type == "words",
    )


def _groups(written: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(written, list):
        for n, part in enumerate(written):
            yield from _groups(part, f"{place}[{n}]")
    elif isinstance(written, Mapping):
        for name, wanted in written.items():
            if name == GROUP:
                yield from ((key, f"{place}.{name}") for key in _words(wanted))
            elif name in _JOINS:
                yield from _groups(wanted, f"{place}.{name}")


def _words(wanted: Any) -> Iterable[str]:
    if isinstance(wanted, Mapping):
        return [word for inner in wanted.values() for word in _words(inner)]
    found = wanted if isinstance(wanted, list) else [wanted]
    return [word for word in found if isinstance(word, str)]
