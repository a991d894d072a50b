"""Whether callers can get lost in a menu: what leads nowhere, what nothing leads to, silence."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from routing.calls import menus
from routing.calls.menu_prompts import Problem
from routing.calls.menus import Node, Prompt, Tree, Utterance

#: Where a queue may send those who cannot wait in it.
_HINDERED: Final = menus.HINDRANCES


def problems_of(
    tree: Tree, *, spoken: Collection[str], recorded: Mapping[str, Collection[str]]
) -> list[Problem]:
    """Everything that is wrong with where a tree leads, each with its place.

    ``spoken`` are the languages there is a voice for; ``recorded`` the prompts of the house by
    name, each with the languages it is there in.
    """
    found = [*_unknown(tree)]
    if not found:
        found = [*_unreachable(tree), *_circles(tree)]
    return [*found, *_unheard(tree, spoken, recorded)]


def _written(tree: Tree) -> list[Node]:
    return [node for node in tree.nodes.values() if not node.is_ours]


def _unknown(tree: Tree) -> Iterator[Problem]:
    if tree.start not in tree.nodes:
        yield Problem("tree.start", f"There is no node {tree.start[:60]!r}.")
    for node in _written(tree):
        place = f"tree.nodes.{node.name}"
        if node.kind == "language":
            for key, option in node.options.items():
                if option.to not in tree.languages:
                    detail = f"{option.to[:60]!r} is none of the languages of this menu."
                    yield Problem(f"{place}.options.{key}", detail)
        for at, target in _targets(node):
            if target not in tree.nodes:
                yield Problem(f"{place}.{at}", f"There is no node {target[:60]!r}.")


def _targets(node: Node) -> Iterator[tuple[str, str]]:
    """Where a node says that it leads, and at which place it says so."""
    if node.next is not None:
        yield "next", node.next
    if node.otherwise is not None:
        yield "otherwise", node.otherwise
    if node.kind == "menu":
        for key, option in node.options.items():
            yield f"options.{key}", option.to


def _unreachable(tree: Tree) -> Iterator[Problem]:
    seen: set[str] = set()
    ahead = [tree.start, *menus.RESERVED]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += [target for _, target in _targets(tree.nodes[name])]
    for node in _written(tree):
        if node.name not in seen:
            yield Problem(f"tree.nodes.{node.name}", "Nothing leads here.")


def _circles(tree: Tree) -> Iterator[Problem]:
    """Ways on which somebody who does nothing goes round for ever, each told once."""
    done: set[str] = set()
    for begin in tree.nodes:
        way = _circle(tree, begin, (), done)
        if way:
            circle = " → ".join([*way, way[0]])
            detail = f"Who presses nothing goes round for ever: {circle}."
            yield Problem(f"tree.nodes.{way[0]}", detail)


def _circle(tree: Tree, name: str, trail: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    """The circle one gets into from here, having come by the trail; none where there is none."""
    if name in trail:
        return trail[trail.index(name) :]
    if name in done:
        return ()
    done.add(name)
    for onward in _onward(tree, tree.nodes[name]):
        way = _circle(tree, onward, (*trail, name), done)
        if way:
            return way
    return ()


def _onward(tree: Tree, node: Node) -> tuple[str, ...]:
    """Where somebody comes who does nothing."""
    if node.kind in ("say", "language", "service_tag"):
        return (node.next or "",)
    if node.kind == "menu":
        return (node.otherwise or menus.AGENT,)
    if node.kind == "start":
        return (tree.start,)
    return _HINDERED if node.kind == "queue" else ()


def _unheard(
    tree: Tree, spoken: Collection[str], recorded: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    for node in _written(tree):
        if node.prompt is None:
            continue
        place = f"tree.nodes.{node.name}.prompt"
        for language in tree.languages:
            detail = _why_unheard(node.prompt, language, spoken, recorded)
            if detail is not None:
                at = place if node.prompt.name is not None else f"{place}.{language}"
                yield Problem(at, detail)


def _why_unheard(
    prompt: Prompt,
    language: str,
    spoken: Collection[str],
    recorded: Mapping[str, Collection[str]],
) -> str | None:
    utterance: Utterance | None = prompt.heard(language)
    if utterance is None:
        return f"Nothing is heard in {language}."
    if utterance.prompt is not None and language not in recorded.get(utterance.prompt, ()):
        return f"There is no prompt {utterance.prompt} in {language}."
    if utterance.say is not None and language not in spoken:
        return f"There is no voice for {language}: give a recording, as play or prompt."
    return None
