"""The shape of a scenario file. All times are numbers in the file's unit."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

#: Far more than a century in either unit, and far less than a number could lose digits at.
_MOST = 10**13

Time = Annotated[int, Meta(ge=0, le=_MOST)] | Annotated[float, Meta(ge=0, le=_MOST)]
Credit = Annotated[int, Meta(ge=-_MOST, le=_MOST)] | Annotated[float, Meta(ge=-_MOST, le=_MOST)]
Name = Annotated[str, Meta(min_length=1)]
Units = Annotated[int, Meta(ge=1, le=10**6)]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file."""


class Config(Entry, frozen=True, kw_only=True):
    """What holds for the whole centre."""

    offer_timeout: Time = 20
    exclude_for: Time = 60
    max_misses: Annotated[int, Meta(ge=1, le=1_000)] = 2
    auto_accept: bool = False
    wrap_up: Time = 0


class Member(Entry, frozen=True, kw_only=True):
    """An agent serves a queue."""

    queue: Name
    level: Annotated[int, Meta(ge=1, le=9)] = 1
    delay: Time = 0
    handicap: Credit = 0
    band: Annotated[int, Meta(ge=0, le=9)] = 0


class Agent(Entry, frozen=True, kw_only=True):
    """Somebody who may sign on."""

    id: Name
    capacity: Units = 1
    members: tuple[Member, ...] = ()


class Work(Entry, frozen=True, kw_only=True):
    """A ticket as it comes."""

    at: Time
    id: int
    queue: Name
    credit: Credit = 0
    weight: Units = 1
    sticky_agent: Name | None = None
    sticky_for: Time = 0
    overflow: tuple[tuple[Time, Name], ...] = ()
    patience: Time | None = None


class Drawn(Work, frozen=True, kw_only=True):
    """A ticket whose work is drawn beforehand: how long each leg lasts, and where it goes then."""

    service: tuple[Time, ...]
    escalate: tuple[Name, ...] = ()
    escalation_credit: Credit = 0


class Arrival(Work, frozen=True, kw_only=True, tag_field="do", tag="ticket"):
    """A ticket comes, and what happens to it is told by other events."""


class _Event(Entry, frozen=True, kw_only=True, tag_field="do", tag=str.lower):
    at: Time


class Presence(_Event, frozen=True, kw_only=True):
    """An agent signs on, goes away or goes home."""

    agent: Name
    to: Literal["available", "away", "offline"]


class Accept(_Event, frozen=True, kw_only=True):
    """The agent takes the ticket that rings at him."""

    ticket: int


class Decline(_Event, frozen=True, kw_only=True):
    """He does not."""

    ticket: int


class Finish(_Event, frozen=True, kw_only=True):
    """The work is done."""

    ticket: int


class Leave(_Event, frozen=True, kw_only=True):
    """The customer hangs up before he was answered."""

    ticket: int


class Escalate(_Event, frozen=True, kw_only=True):
    """The ticket goes to another tier."""

    ticket: int
    queue: Name
    credit: Credit = 0


class AddedCredit(_Event, frozen=True, kw_only=True, tag="credit"):
    """Something makes the ticket more urgent."""

    ticket: int
    credit: Credit


class Advance(_Event, frozen=True, kw_only=True):
    """Time passes."""


#: What happens to a ticket that has come.
OfTicket = Accept | Decline | Finish | Leave | Escalate | AddedCredit
Event = Arrival | Presence | Accept | Decline | Finish | Leave | Escalate | AddedCredit | Advance


class File(Entry, frozen=True, kw_only=True):
    """The whole file. ``name`` and ``comment`` are for its readers."""

    unit: Literal["s", "ticks"] = "s"
    config: Config = Config()
    agents: tuple[Agent, ...] = ()
    events: tuple[Event, ...] = ()
    tickets: tuple[Drawn, ...] = ()
    name: str = ""
    comment: str = ""
