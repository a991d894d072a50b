"""The parts of a configuration document.

Queues, teams, calendars and categories go by name, agents by e-mail address, entry points by
channel and address (``sms:+12025550123``). Times are seconds. What is left out has the value shown
here; ``calendars`` and ``agents`` that are left out as a whole stay as they are, and so does an
entry point that is not named.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from contactcenter.configuration_vocabulary import (
    ANY_QUEUE,
    DAY_S,
    DEFAULT,
    RINGS,
    Band,
    Channel,
    CreditS,
    DayHours,
    Email,
    Level,
    Name,
    OptionKey,
    OptionValue,
    Reason,
    RingS,
    Seconds,
    Tier,
    Units,
    WaitS,
    Word,
    WrapUpS,
)
from contactcenter.rules import CAPACITY, Bands, Limits, Sticky
from routing.sla import WARN_SHARE

Condition = dict[str, Any]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the document; what has the value it has anyhow is not written."""


class ExceptionalDay(Part, frozen=True, kw_only=True):
    """A date with hours of its own; without any it is closed."""

    name_en: Name
    name_fa: Name
    hours: DayHours = ()


class Week(Part, frozen=True, kw_only=True):
    """The hours that begin on each day of the week; none is closed."""

    monday: DayHours = ()
    tuesday: DayHours = ()
    wednesday: DayHours = ()
    thursday: DayHours = ()
    friday: DayHours = ()
    saturday: DayHours = ()
    sunday: DayHours = ()


class Calendar(Part, frozen=True, kw_only=True):
    """When somebody is there. Its name in the document is the English one."""

    name_fa: Name
    time_zone: Name
    week: Week = Week()
    exceptions: dict[date, ExceptionalDay] = {}


class Skills(Part, frozen=True, kw_only=True):
    """Levels 1 to 9 by name: what an agent has, or the least that a queue requires."""

    skill: dict[Name, Level] = {}
    language: dict[Name, Level] = {}
    product: dict[Name, Level] = {}

    def by_kind(self) -> Mapping[str, Mapping[str, int]]:
        """The kinds of which there is anything."""
        kinds = {"skill": self.skill, "language": self.language, "product": self.product}
        return {kind: levels for kind, levels in kinds.items() if levels}

    def meet(self, required: "Skills") -> bool:
        """Whether each requirement is met at its level at least."""
        mine = self.by_kind()
        return all(
            mine.get(kind, {}).get(name, 0) >= level
            for kind, levels in required.by_kind().items()
            for name, level in levels.items()
        )


class Queue(Part, frozen=True, kw_only=True):
    """One team at one tier.

    ``offer_s`` is how long an offer rings: one number, or by channel with ``default``; else what it
    is where nothing is said.
    ``return_after_s`` takes an accepted ticket back that is not answered in time. ``requires`` is
    what a member of a team must know to serve the queue.
    """

    team: Name
    tier: Tier
    calendar: Name | None = None
    offer_s: RingS | dict[Channel, RingS] | None = None
    auto_accept: tuple[Channel, ...] = ()
    wrap_up_s: WrapUpS = 0
    return_after_s: WaitS | None = None
    escalate_to: Name | None = None
    escalate_after_s: Annotated[int, Meta(ge=60, le=90 * DAY_S)] | None = None
    requires: Skills = Skills()

    @property
    def rings_s(self) -> tuple[int, dict[str, int]]:
        """How long an offer rings, and the channels on which that is another time."""
        if isinstance(self.offer_s, int):
            return self.offer_s, {}
        by_channel = RINGS if self.offer_s is None else self.offer_s
        others = {channel: s for channel, s in by_channel.items() if channel != DEFAULT}
        return by_channel.get(DEFAULT, RINGS[DEFAULT]), others


class Terms(Part, frozen=True, kw_only=True):
    """On what terms a queue is served: lower level first, then higher band, after a delay."""

    level: Level = 1
    delay_s: Seconds = 0
    handicap_s: Seconds = 0
    band: Band = 0


class TeamQueue(Part, frozen=True, kw_only=True):
    """A team serves a queue: each of its members who meets what the queue requires."""

    team: Name
    queue: Name
    level: Level = 1
    delay_s: Seconds = 0
    handicap_s: Seconds = 0
    band: Band = 0

    @property
    def terms(self) -> Terms:
        """The terms alone."""
        return Terms(
            level=self.level, delay_s=self.delay_s, handicap_s=self.handicap_s, band=self.band
        )


class Agent(Part, frozen=True, kw_only=True):
    """Somebody's teams, what he knows, and queues he serves on terms of his own."""

    teams: tuple[Name, ...] = ()
    skills: Skills = Skills()
    queues: dict[Name, Terms] = {}


class EntryRule(Part, frozen=True, kw_only=True):
    """A new problem that fits enters this queue; the first rule that fits decides."""

    when: Condition
    queue: Name


class EntryPoint(Part, frozen=True, kw_only=True):
    """Where the problems of one of our addresses go if no rule says otherwise.

    ``options`` are what it has of its own where the settings hold something for all: no secrets.
    """

    queue: Name
    calendar: Name | None = None
    options: dict[OptionKey, OptionValue] = {}


class OverflowStep(Part, frozen=True, kw_only=True):
    """Still waiting so long after it came, a ticket of these channels goes elsewhere; none: all."""

    after_s: WaitS
    to: Name
    only: tuple[Channel, ...] = ()


class EscalationRule(Part, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Who is referred higher without anybody asking; the first rule that holds decides.

    ``from`` is a queue or ``*``, ``to`` a queue or ``next_tier``. Without ``to`` the ticket stays,
    and somebody is told.
    """

    name: Word
    from_: Name = ANY_QUEUE
    when: Condition
    to: Name | None = None
    notify: Literal["supervisor"] | None = None


class SlaPolicy(Part, frozen=True, kw_only=True):
    """What is promised; the first policy that fits decides, and what it leaves out is not promised.

    Times are those of ``calendar``, else of the queue's. People are warned when ``warn_share`` of
    the time is gone.
    """

    name: Word
    when: Condition = {}
    first_reply_s: WaitS | None = None
    next_reply_s: WaitS | None = None
    resolution_s: WaitS | None = None
    calendar: Name | None = None
    warn_share: Annotated[float, Meta(gt=0, lt=1)] = WARN_SHARE


class Document(Part, frozen=True, kw_only=True):
    """Everything routing goes by. ``version`` is the one it is an edit of.

    ``capacity`` is the weight of a ticket by channel, else 1. ``credits`` are seconds by reason;
    where the reason has values, by these.
    """

    version: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    calendars: dict[Name, Calendar] | None = None
    capacity: dict[Channel, Units] = field(default_factory=lambda: dict(CAPACITY))
    queues: dict[Name, Queue] = {}
    teams: tuple[TeamQueue, ...] = ()
    agents: dict[Email, Agent] | None = None
    credits: dict[Reason, CreditS | dict[Name, CreditS]] = {}
    sticky: Sticky = Sticky()
    bands: Bands = Bands()
    entry: tuple[EntryRule, ...] = ()
    entry_points: dict[Name, EntryPoint] = {}
    overflow: dict[Name, tuple[OverflowStep, ...]] = {}
    escalation: tuple[EscalationRule, ...] = ()
    limits: Limits = Limits()
    sla: tuple[SlaPolicy, ...] = ()
