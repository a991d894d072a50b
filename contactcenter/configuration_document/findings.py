"""What a check goes by, and what it finds."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.naming import Names
from contactcenter.configuration_document.problems import Fault
from contactcenter.configuration_document.rows import Rows
from contactcenter.segments.conditions import Known

#: What people talk by. One that is not installed here may come.
CHANNELS = frozenset({"phone", "webchat", "email", "sms"})


class World(Struct, frozen=True, kw_only=True):
    """What there is beside the document.

    ``channels`` are those that are installed, ``known`` what conditions may name. ``in_use`` are
    those queues with unsolved tickets that the document leaves out or puts on another tier.
    """

    rows: Rows
    channels: frozenset[str]
    known: Known
    in_use: frozenset[int]


class Findings:
    """Faults that keep a document from becoming active, and what may be a slip."""

    def __init__(self, document: Document, world: World) -> None:
        self.document = document
        self.world = world
        self.names = Names(world.rows)
        self.errors: list[Fault] = []
        self.warnings: list[Fault] = []

    def error(self, place: str, detail: str) -> None:
        """This cannot be."""
        self.errors.append(Fault(place=place, detail=detail))

    def warn(self, place: str, detail: str) -> None:
        """This can be, but is it meant?"""
        self.warnings.append(Fault(place=place, detail=detail))

    def must_be(self, place: str, what: str, name: str, known: Collection[str]) -> None:
        """An error where there is nothing of that name; with what was perhaps meant."""
        if name not in known:
            self.error(place, f'no {what} "{name}"{_meant(name, known)}')

    def channel(self, place: str, name: str) -> None:
        """An error for what is no channel, a note on one that is not installed."""
        if name in self.world.channels:
            return
        if name in CHANNELS:
            self.warn(place, f"{name} is not installed here")
        else:
            self.must_be(place, "channel", name, CHANNELS | self.world.channels)


def _meant(name: str, known: Iterable[str]) -> str:
    folded = name.casefold()
    close = [other for other in known if other.casefold() == folded]
    return f', did you mean "{close[0]}"?' if close else ""
