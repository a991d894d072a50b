"""Dry runs of phone menus: what a caller would hear who enters this and that."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from channels import Say
from contactcenter import tag_entry
from contactcenter.calls import menus, sentences
from contactcenter.calls.sentences import House
from contactcenter.calls.voices import Speaks
from contactcenter.db import Conn
from contactcenter.errors import BadInput
from routing.calls import menu_walking
from routing.calls.menu_walking import Entry, Walk
from routing.calls.menus import Kind, Tree

#: More questions nobody answers.
MOST_ENTRIES: Final = 50

_Input = Annotated[str, Meta(min_length=1, max_length=200)]


class Entered(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys, or words; silence is none of both."""

    digits: _Input | None = None
    said: _Input | None = None


class TrialStep(Struct, frozen=True, kw_only=True):
    """What is heard in one go: texts, and the addresses of sounds.

    Then something is asked at a node, or the menu ends there as ``ends`` says.
    """

    heard: tuple[str, ...]
    node: str
    ends: Kind | None
    queue_id: int | None
    language: str
    service_tag: str | None


class Trial(Struct, frozen=True, kw_only=True):
    """What was heard at each step; ``unused`` is how many entries nobody asked for."""

    steps: tuple[TrialStep, ...]
    unused: int


async def tried(
    conn: Conn,
    tree: dict[str, Any],
    entries: Sequence[Entered],
    language: str | None,
    *,
    speaks: Speaks,
) -> Trial:
    """Walk through a tree; raises ``BadInput`` where it is none, or is not spoken so."""
    checked = await menus.check(conn, tree, speaks=speaks)
    if language is not None and language not in checked.languages:
        raise BadInput("body.language", f"This menu is not spoken in {language}.")
    house = await sentences.house(conn)
    walk = menu_walking.begun(checked, language or checked.languages[0])
    steps = [_step(house, walk)]
    left = list(entries)
    while left and walk.asks is not None:
        entry = await _entry(conn, checked, walk.asks.node, left.pop(0))
        walk = menu_walking.entered(checked, walk.asks, entry, walk.language)
        steps.append(_step(house, walk))
    return Trial(steps=tuple(steps), unused=len(left))


async def _entry(conn: Conn, tree: Tree, node: str, entered: Entered) -> Entry:
    tag = None
    if tree.node(node).kind == "service_tag":
        nobody = {"address_kind": "phone", "address": ""}
        if entered.digits is not None:
            tag = await tag_entry.typed(conn, entered.digits, **nobody)
        elif entered.said is not None:
            tag = await tag_entry.said(conn, entered.said, **nobody)
    return Entry(digits=entered.digits, said=entered.said, tag=tag)


def _step(house: House, walk: Walk) -> TrialStep:
    end = walk.ends
    node = end.name if end is not None else walk.asks.node if walk.asks is not None else ""
    heard = [
        part.text if isinstance(part, Say) else part.url
        for one in walk.heard
        for part in house.heard(one.prompt, one.language)
    ]
    return TrialStep(
        heard=tuple(heard),
        node=node,
        ends=None if end is None else end.kind,
        queue_id=None if end is None else end.queue_id,
        language=walk.language,
        service_tag=walk.tag,
    )
