"""What callers of our numbers hear, as their hooks ask for it: from memory."""

import time
from typing import Final

from msgspec import Struct

from contactcenter.calls import menus, sentences
from contactcenter.calls.menus import Met
from contactcenter.calls.sentences import House
from contactcenter.db import Conn
from routing.calls.menus import Tree

#: How long a change may stay unheard in a process that has read what was there before.
TTL_S: Final = 2.0


class OwnMenu(Struct, frozen=True, kw_only=True):
    """A number of ours, and where its menu leads."""

    met: Met
    tree: Tree


class OwnMenus:
    """One a process."""

    def __init__(self, *, ttl_s: float = TTL_S) -> None:
        """With ``ttl_s`` 0 a change is heard at once."""
        self._ttl_s = ttl_s
        self._read_at_s = float("-inf")
        self._menus: dict[int, OwnMenu] = {}
        self._house: House | None = None

    async def of(self, conn: Conn, entry_point_id: int) -> OwnMenu:
        """What a caller of one of our numbers meets."""
        self._forget()
        menu = self._menus.get(entry_point_id)
        if menu is None:
            met = await menus.met(conn, entry_point_id)
            menu = self._menus[entry_point_id] = OwnMenu(met=met, tree=met.menu)
        return menu

    async def house(self, conn: Conn) -> House:
        """Everything that can be said."""
        self._forget()
        house = self._house
        if house is None:
            house = self._house = await sentences.house(conn)
        return house

    def _forget(self) -> None:
        """Let all of it be read anew, together, when its time is over."""
        now_s = time.monotonic()
        if now_s - self._read_at_s >= self._ttl_s:
            self._read_at_s, self._menus, self._house = now_s, {}, None
