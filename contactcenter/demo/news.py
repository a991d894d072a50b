"""What has just happened in the demo, told by whoever did it, for whoever shows it."""

import time
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

Kind = Literal["in", "out", "move", "end", "note"]


class Item(Struct, frozen=True, kw_only=True):
    """One thing that happened: ``who`` did it, ``text`` is what was written or done."""

    at_s: float
    kind: Kind
    who: str
    text: str


class News:
    """Items in order; ``on_item`` hears of each as it is told."""

    def __init__(self, on_item: Callable[[Item], None] | None = None) -> None:
        self.items: list[Item] = []
        self.on_item = on_item
        self._started_s = time.monotonic()

    def tell(self, kind: Kind, who: str, text: str) -> None:
        """Keep one item."""
        item = Item(at_s=self.now_s(), kind=kind, who=who, text=text)
        self.items.append(item)
        if self.on_item:
            self.on_item(item)

    def now_s(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._started_s
