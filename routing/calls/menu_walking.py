"""Going through a menu: from a place and what was entered there to what is heard next.

Nothing is remembered between two steps but the place, which travels with the question and comes
back with the answer: asked twice, the same is answered twice.
"""

import re
from dataclasses import dataclass
from typing import Final

from routing.calls.menu_hearing import option_said
from routing.calls.menus import ASKING, ENDS, Node, Prompt, Tree
from routing.text import fold

#: What is said before a question is put again.
NOT_UNDERSTOOD: Final = Prompt(name="not_understood")
NO_SUCH_TAG: Final = Prompt(name="no_such_tag")
_PLACE: Final = re.compile(r"(?P<node>[a-z][a-z0-9_]*)\.(?P<tries>[0-9]{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a menu somebody was asked, and how often before."""

    node: str
    tries: int = 0

    def __str__(self) -> str:
        return f"{self.node}.{self.tries}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What came back: keys, or words and how sure one is of them; silence is none of both.

    ``tag`` is the service tag that this means, where there is such a machine.
    """

    digits: str | None = None
    said: str | None = None
    confidence: float | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A prompt, and in which language it is heard."""

    prompt: Prompt
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What comes next: what is heard, and then a question at ``asks`` or the end at ``ends``.

    ``chosen`` is what was chosen now, as ``main:2``; ``language`` the one that is spoken from now
    on; ``tag`` a service tag that became known.
    """

    heard: tuple[Heard, ...] = ()
    asks: Place | None = None
    ends: Node | None = None
    language: str
    chosen: str | None = None
    tag: str | None = None


def place(written: str) -> Place | None:
    """The place as it was written with the question; None for what is none."""
    match = _PLACE.fullmatch(written)
    return Place(node=match["node"], tries=int(match["tries"])) if match else None


def begun(tree: Tree, language: str) -> Walk:
    """From the start, for somebody of whom this language is known."""
    return led_to(tree, tree.start, language)


def led_to(
    tree: Tree,
    name: str,
    language: str,
    *,
    before: tuple[Heard, ...] = (),
    chosen: str | None = None,
    tag: str | None = None,
) -> Walk:
    """On from a node until something is asked or the menu is over."""
    heard = list(before)
    for _ in range(len(tree.nodes) + 1):  # a tree that was checked never goes in circles
        node = tree.node(name)
        if node.prompt is not None and node.kind != "start":
            heard += _heard(tree, node, language)
        if node.kind in ASKING:
            return Walk(
                heard=tuple(heard),
                asks=Place(node=node.name),
                language=language,
                chosen=chosen,
                tag=tag,
            )
        if node.kind in ENDS:
            return Walk(heard=tuple(heard), ends=node, language=language, chosen=chosen, tag=tag)
        name = tree.start if node.kind == "start" else node.next or ""
    return Walk(heard=tuple(heard), ends=tree.node(""), language=language, chosen=chosen, tag=tag)


def entered(tree: Tree, at: Place, entry: Entry, language: str) -> Walk:
    """On from a question by what was entered: keys that mean nothing are as good as silence."""
    node = tree.node(at.node)
    if node.kind == "service_tag":
        return _after_tag(tree, node, at, entry, language)
    if node.kind not in ASKING:
        return led_to(tree, node.name, language)
    key = _key(node, entry, language)
    if key is None:
        return _again(tree, node, at, entry, language)
    chosen = f"{node.name}:{key}"
    if node.kind == "language":
        return led_to(tree, node.next or "", node.options[key].to, chosen=chosen)
    return led_to(tree, node.options[key].to, language, chosen=chosen)


def _key(node: Node, entry: Entry, language: str) -> str | None:
    """Which of the options is meant."""
    if entry.digits:
        digits = fold(entry.digits)
        return digits if digits in node.options else None
    if entry.said and (entry.confidence is None or entry.confidence >= node.confidence):
        return option_said(node.options, entry.said, None if node.kind == "language" else language)
    return None


def _after_tag(tree: Tree, node: Node, at: Place, entry: Entry, language: str) -> Walk:
    if entry.tag is not None:
        chosen = f"{node.name}:known"
        return led_to(tree, node.next or "", language, chosen=chosen, tag=entry.tag)
    return _again(tree, node, at, entry, language)


def _again(tree: Tree, node: Node, at: Place, entry: Entry, language: str) -> Walk:
    """The question once more, or where those go who were asked often enough."""
    tries = at.tries + 1
    if tries >= node.tries:
        onward = node.next if node.kind in ("language", "service_tag") else node.otherwise
        return led_to(tree, onward or "", language)
    heard = _heard(tree, node, language)
    if entry.digits or entry.said:
        sorry = NO_SUCH_TAG if node.kind == "service_tag" else NOT_UNDERSTOOD
        heard = [Heard(prompt=sorry, language=language), *heard]
    return Walk(heard=tuple(heard), asks=Place(node=node.name, tries=tries), language=language)


def _heard(tree: Tree, node: Node, language: str) -> list[Heard]:
    """A choice of languages is heard in all of them, everything else in the caller's."""
    if node.prompt is None:
        return []
    spoken = tree.languages if node.kind == "language" else (language,)
    return [Heard(prompt=node.prompt, language=one) for one in spoken]
