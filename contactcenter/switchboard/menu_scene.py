"""Everything a step of a menu goes by: the call, the number that was called, what can be said."""

from collections.abc import Iterable

from msgspec import Struct

from contactcenter.calls.calls import Call
from contactcenter.calls.menus import Met, Room
from contactcenter.calls.sentences import House, Spoken
from contactcenter.switchboard.asked import Asked
from routing.calls.menu_walking import Heard
from routing.calls.menus import Tree


class Scene(Struct, frozen=True, kw_only=True):
    """A caller in a menu; ``room`` is the queue it led to, ``hindrance`` why he cannot wait."""

    asked: Asked
    call: Call
    met: Met
    tree: Tree
    house: House
    room: Room | None = None
    hindrance: str | None = None

    @property
    def language(self) -> str:
        """What the caller speaks: what he chose, that of the number, the first of the menu."""
        for language in (self.call.language, self.met.language):
            if language in self.tree.languages:
                return language
        return self.tree.languages[0]

    @property
    def calendar_id(self) -> int | None:
        """By which calendar it is closed: that of the queue, else that of the number."""
        return self.met.calendar_id if self.room is None else self.room.calendar_id

    def said(self, heard: Iterable[Heard], *, opens: str = "") -> Spoken:
        """What is said and played for these prompts."""
        return tuple(
            step
            for one in heard
            for step in self.house.heard(one.prompt, one.language, opens=opens)
        )


async def scene_of(asked: Asked) -> Scene | None:
    """The scene of a hook; None where nobody knows the call."""
    call = asked.call
    if call is None:
        return None
    menu = await asked.menus.of(asked.conn, call.entry_point_id)
    house = await asked.menus.house(asked.conn)
    return Scene(asked=asked, call=call, met=menu.met, tree=menu.tree, house=house)
