"""Makes a menu of what an administrator wrote, or says at which places it cannot be one.

A tree is written as ``{"start": …, "languages": […], "nodes": {name: {"kind": …, …}}, "waiting":
{…}}``. A place is named as ``tree.nodes.main.options.2``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from routing.calls import menus
from routing.calls.menu_prompts import Problem, prompt_of
from routing.calls.menus import Kind, Node, Offer, Option, Tree, Waiting
from routing.text import fold

MAX_NODES: Final = 200
MAX_LANGUAGES: Final = 10
MAX_PHRASES: Final = 30
MAX_PHRASE: Final = 60

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_KEY: Final = re.compile(r"[0-9*]")
_HTTPS: Final = re.compile(r"https://[!-~]{1,1900}")
#: What may be written at a node, by its kind; all may have a prompt but ``start``.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "say": ("next",),
    "menu": ("options", "otherwise", "tries", "timeout_s", "speech", "confidence"),
    "language": ("options", "next", "tries", "timeout_s", "speech", "confidence"),
    "service_tag": ("next", "tries", "timeout_s", "speech", "confidence"),
    "queue": ("queue_id", "at_most"),
    "voicemail": (),
    "callback": (),
    "hang_up": (),
    "start": (),
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "say": ("prompt", "next"),
    "menu": ("prompt", "options"),
    "language": ("prompt", "options", "next"),
    "service_tag": ("prompt", "next"),
}
_BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "tries": (1, 9),
    "timeout_s": (1, 60),
    "at_most": (0, menus.AT_MOST),
    "queue_id": (1, 2**53 - 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read; a tree with problems is not used."""

    tree: Tree
    problems: tuple[Problem, ...]


def read(written: Any) -> Read:
    """Read a tree as it came from JSON; where it leads is looked at by ``menu_checks``."""
    problems: list[Problem] = []
    fields = _object(written, "tree", problems, {"start", "languages", "nodes", "waiting"})
    languages = _languages(fields.get("languages", ["en"]), problems)
    nodes = {}
    listed = _object(fields.get("nodes", {}), "tree.nodes", problems, None)
    if len(listed) > MAX_NODES:
        problems.append(Problem("tree.nodes", f"A menu has {MAX_NODES} nodes at most."))
        listed = {}
    for name, one in listed.items():
        place = f"tree.nodes.{name[:60]}"
        if not _NAME.fullmatch(name):
            problems.append(
                Problem(place, "A name is of a-z, 0-9 and _, and begins with a letter.")
            )
            continue
        nodes[name] = _node(name, one, place, problems)
    waiting = _waiting(fields.get("waiting", {}), problems)
    start = fields.get("start")
    if not isinstance(start, str):
        problems.append(Problem("tree.start", "Name the node with which it begins."))
        start = ""
    tree = Tree(start=start, languages=languages, nodes=nodes, waiting=waiting)
    return Read(tree=menus.completed(tree), problems=tuple(problems))


def _languages(written: Any, problems: list[Problem]) -> tuple[str, ...]:
    found = tuple(written) if isinstance(written, list) else ()
    good = all(isinstance(one, str) and _LANGUAGE.fullmatch(one) for one in found)
    if not found or not good or len(set(found)) != len(found) or len(found) > MAX_LANGUAGES:
        detail = f"Name 1 to {MAX_LANGUAGES} languages once each, such as en and fa."
        problems.append(Problem("tree.languages", detail))
        return ("en",)
    return found


def _node(name: str, written: Any, place: str, problems: list[Problem]) -> Node:
    fields = _object(written, place, problems, None)
    kind: Any = fields.get("kind")
    if kind not in get_args(Kind):
        problems.append(Problem(f"{place}.kind", f"It is one of {', '.join(get_args(Kind))}."))
        return Node(name=name, kind="hang_up")
    allowed = {"kind", *_FIELDS[kind], *(() if kind == "start" else ("prompt",))}
    problems.extend(
        Problem(f"{place}.{unknown[:60]}", f"A node of kind {kind} has no such field.")
        for unknown in sorted(fields.keys() - allowed)
    )
    problems.extend(
        Problem(f"{place}.{missing}", f"A node of kind {kind} needs it.")
        for missing in _NEEDED.get(kind, ())
        if missing not in fields
    )
    known = {key: value for key, value in fields.items() if key in allowed}
    return _made(name, kind, known, place, problems)


def _made(
    name: str, kind: Kind, fields: Mapping[str, Any], place: str, problems: list[Problem]
) -> Node:
    more: dict[str, Any] = {"tries": menus.TAG_TRIES} if kind == "service_tag" else {}
    for key in ("next", "otherwise"):
        if key in fields:
            more[key] = _text(fields[key], f"{place}.{key}", problems)
    for key, (least, most) in _BOUNDS.items():
        if key in fields and _is_within(fields[key], least, most, f"{place}.{key}", problems):
            more[key] = fields[key]
    if "speech" in fields:
        more["speech"] = _flag(fields["speech"], f"{place}.speech", problems)
    if "confidence" in fields:
        more["confidence"] = _share(fields["confidence"], f"{place}.confidence", problems)
    if "prompt" in fields:
        more["prompt"] = prompt_of(fields["prompt"], f"{place}.prompt", problems)
    if "options" in fields:
        more["options"] = _options(fields["options"], f"{place}.options", problems)
    return Node(name=name, kind=kind, **more)


def _options(written: Any, place: str, problems: list[Problem]) -> Mapping[str, Option]:
    options: dict[str, Option] = {}
    said: dict[tuple[str, str], str] = {}
    for raw, one in _object(written, place, problems, None).items():
        key, at = fold(raw), f"{place}.{raw[:20]}"
        if not _KEY.fullmatch(key):
            problems.append(Problem(at, "A key is 0 to 9 or *."))
            continue
        if key in options:
            problems.append(Problem(at, f"The key {key} is there already."))
            continue
        fields = (
            {"to": one} if isinstance(one, str) else _object(one, at, problems, {"to", "words"})
        )
        words = _words(fields.get("words", {}), f"{at}.words", problems)
        for language, phrases in words.items():
            for phrase in phrases:
                other = said.setdefault((language, fold(phrase)), key)
                if other != key:
                    detail = f"“{phrase}” means the key {other} already."
                    problems.append(Problem(f"{at}.words.{language}", detail))
        options[key] = Option(to=_text(fields.get("to"), at, problems), words=words)
    if not options:
        problems.append(Problem(place, "Give at least one key."))
    return options


def _words(written: Any, place: str, problems: list[Problem]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, phrases in _object(written, place, problems, None).items():
        good = isinstance(phrases, list) and len(phrases) <= MAX_PHRASES
        if not good or not all(
            isinstance(one, str) and one.strip() and len(one) <= MAX_PHRASE for one in phrases
        ):
            detail = f"List up to {MAX_PHRASES} phrases of up to {MAX_PHRASE} characters."
            problems.append(Problem(f"{place}.{language[:20]}", detail))
            continue
        found[language] = tuple(phrases)
    return found


def _waiting(written: Any, problems: list[Problem]) -> Waiting:
    place = "tree.waiting"
    known = {"music", "position", "expected_wait", "offers", "offer_every"}
    fields = _object(written, place, problems, known)
    more: dict[str, Any] = {}
    if fields.get("music") is not None:
        music = fields["music"]
        if not isinstance(music, str) or not _HTTPS.fullmatch(music):
            problems.append(Problem(f"{place}.music", "Give an address that begins with https://."))
        else:
            more["music"] = music
    for key in ("position", "expected_wait"):
        if key in fields:
            more[key] = _flag(fields[key], f"{place}.{key}", problems)
    if "offers" in fields:
        offers = fields["offers"]
        if not isinstance(offers, list) or not all(one in get_args(Offer) for one in offers):
            problems.append(Problem(f"{place}.offers", "List callback, voicemail, both or none."))
        else:
            more["offers"] = tuple(dict.fromkeys(offers))
    every = fields.get("offer_every", 3)
    if _is_within(every, 1, 100, f"{place}.offer_every", problems):
        more["offer_every"] = every
    return Waiting(**more)


def _object(
    written: Any, place: str, problems: list[Problem], known: set[str] | None
) -> dict[str, Any]:
    if not isinstance(written, dict) or not all(isinstance(key, str) for key in written):
        problems.append(Problem(place, "This is an object, with names for what is in it."))
        return {}
    strange = written.keys() - known if known is not None else set()
    problems.extend(
        Problem(f"{place}.{unknown[:60]}", "There is no such field.") for unknown in sorted(strange)
    )
    return written


def _text(written: Any, place: str, problems: list[Problem]) -> str:
    if not isinstance(written, str) or not written.strip():
        problems.append(Problem(place, "Give a text."))
        return ""
    return written.strip()


def _flag(written: Any, place: str, problems: list[Problem]) -> bool:
    if not isinstance(written, bool):
        problems.append(Problem(place, "It is true or false."))
    return written is True


def _share(written: Any, place: str, problems: list[Problem]) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 <= written <= 1:
        problems.append(Problem(place, "It is from 0 to 1."))
        return 0.0
    return float(written)


def _is_within(written: Any, least: int, most: int, place: str, problems: list[Problem]) -> bool:
    good = isinstance(written, int) and not isinstance(written, bool) and least <= written <= most
    if not good:
        problems.append(Problem(place, f"It is a whole number from {least} to {most}."))
    return good
