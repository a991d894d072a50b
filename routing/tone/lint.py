"""Checks a draft against the guidance for the person it is for.

Better to miss something than to nag: a phrase that is denied ("no hurry") is left alone, and so is
a discount that is given for something. The writer's own words count, quotations do not.
"""

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from routing.phrases import Hit
from routing.temperament.values import Label
from routing.tone import forms
from routing.tone.reading import Text, read
from routing.tone.values import RULES, Draft, Remark, RuleName

Place = tuple[RuleName, tuple[int, int]]

#: Of one rule no more places are shown: the sentence is the same.
AT_MOST: Final = 3
#: A denial stands no further away, in words of the same sentence.
_NEAR: Final = 6
#: One defence is an answer, two are an argument.
_DEFENCES: Final = 2
_DENIABLE: Final = frozenset(
    {"joke", "small_talk", "promise_of_perfection", "pressure", "rushing", "discount", "upselling"}
)


def check(draft: Draft) -> tuple[Remark, ...]:
    """Return what goes against the guidance for this person, in the order of the text.

    The same draft is always judged alike; an empty one is one word too few.
    """
    text = read(draft.text)
    hits = [hit for hit in text.book.phrases.find(text.split) if not _is_denied(text, hit)]
    places = {*_phrases(draft, text, hits), *_forms(draft, text, hits)}
    return tuple(
        Remark(rule=rule, span=span, en=RULES[rule].en, fa=RULES[rule].fa)
        for rule, span in _first(sorted(places, key=lambda place: (place[1], place[0])))
    )


def _phrases(draft: Draft, text: Text, hits: list[Hit]) -> Iterator[Place]:
    """What a phrase alone shows."""
    label = draft.temperament
    for hit in hits:
        for rule, holds in _RULES_OF.get(hit.name, ()):
            if label in RULES[rule].labels and holds(label, draft.matter_is_open):
                yield rule, text.span(hit.first, hit.last)
    if label == "haggler":
        for hit in hits:
            if hit.name == "discount" and not _is_traded(text, hit, hits):
                yield "discount_at_once", text.span(hit.first, hit.last)
    if label == "fault_finding":
        defences = {text.split.clauses[h.first]: h for h in hits if h.name == "defence"}
        if len(defences) >= _DEFENCES:
            for hit in defences.values():
                yield "point_by_point_defence", text.span(hit.first, hit.last)


def _forms(draft: Draft, text: Text, hits: list[Hit]) -> Iterator[Place]:
    """What is not a matter of words."""
    if draft.temperament == "serious":
        for span in forms.emoji(text.own):
            yield "emoji", span
        for span in forms.laughter(text.own):
            yield "joke", span
        for span in forms.first_names(text, draft.contact_name):
            yield "first_name", span
    if draft.temperament == "hesitant":
        for span in forms.alternatives(text, has_options=any(h.name == "option" for h in hits)):
            yield "many_options", span
    if not draft.has_files and forms.is_one_word(text):
        yield "one_word", (0, len(draft.text))


def _is_denied(text: Text, hit: Hit) -> bool:
    """Whether the sentence says the opposite, as in "no hurry"."""
    if hit.name not in _DENIABLE:
        return False
    keys, sentences, book = text.split.keys, text.split.sentences, text.book
    first, last = hit.first, hit.last
    here = sentences[first]
    return any(
        sentences[n] == here and keys[n] in denials
        for denials, near in (
            (book.denials_before, range(max(0, first - _NEAR), first)),
            (book.denials_after, range(last + 1, min(len(keys), last + 1 + _NEAR))),
        )
        for n in near
    )


def _is_traded(text: Text, discount: Hit, hits: list[Hit]) -> bool:
    """Whether it is given for something, or told of as coming."""
    sentences = text.split.sentences
    here = sentences[discount.first]
    return any(
        (hit.name == "for_something" and abs(sentences[hit.first] - here) <= 1)
        or (hit.name == "later" and sentences[hit.first] == here)
        for hit in hits
    )


def _first(places: list[Place]) -> Iterator[Place]:
    """Each place of a rule once, overlapping ones as one, and not more than a few."""
    ends: dict[RuleName, list[int]] = {}
    for rule, span in places:
        seen = ends.setdefault(rule, [])
        if len(seen) < AT_MOST and (not seen or span[0] >= seen[-1]):
            seen.append(span[1])
            yield rule, span


def _always(label: Label, matter_is_open: bool) -> bool:  # noqa: ARG001
    return True


def _rules_of() -> Iterator[tuple[str, tuple[tuple[RuleName, Callable[[Label, bool], bool]], ...]]]:
    yield (
        "endearment",
        (("endearment", _always), ("too_intimate", lambda label, _: label != "warm")),
    )
    yield "kiss", (("too_intimate", _always),)
    yield "upselling", (("upselling", lambda _, matter_is_open: matter_is_open),)
    alone: tuple[RuleName, ...] = (
        "joke",
        "small_talk",
        "irony",
        "promise_of_perfection",
        "pressure",
        "many_options",
        "as_i_said",
        "offence",
        "stock_phrase",
        "rushing",
        "bookish",
    )
    for rule in alone:
        yield rule, ((rule, _always),)


_RULES_OF: Final = MappingProxyType(dict(_rules_of()))
