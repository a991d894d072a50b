"""What routing goes by, beside queues and who serves them: read as a whole, once a version.

The rows are written when a configuration becomes active (``configuration_version``); whoever
decides under the routing lock takes them from ``current`` and says which version it was.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from contactcenter import db
from contactcenter.configuration_vocabulary import DAY_S, Channel, Few, Minutes, Seconds, WaitS
from contactcenter.db import Conn
from routing import sla

#: The weight of a ticket by channel in a centre that has set none; of other channels it is 1. An
#: agent takes 3 as a rule: one call and nothing else, or three chats.
#: Why: docs/decisions/0043-what-a-chat-takes.md.
CAPACITY: Final[Mapping[str, int]] = {"phone": 3, "webchat": 1}
#: The settings of a centre that has set none.
DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "capacity": CAPACITY,
    "sticky": {},
    "limits": {},
    "bands": {},
}


class Setting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What holds for the whole centre, in the rows as in a document."""


class Sticky(Setting, frozen=True, kw_only=True):
    """How long a ticket that comes back is kept for who had it, by channel; else not at all."""

    window_s: dict[Channel, WaitS] = {}
    forget_after_days: Annotated[int, Meta(ge=1, le=3650)] = 14


class Limits(Setting, frozen=True, kw_only=True):
    """What no rule may exceed; a person may.

    Who declined or missed a ticket is not asked again for ``exclude_for_s``; after ``max_misses``
    in a row he is taken to be away.
    """

    escalations_per_ticket: Few = 3
    returns_per_ticket: Few = 2
    cooldown_s: Seconds = 300
    exclude_for_s: Annotated[int, Meta(ge=0, le=DAY_S)] = 60
    max_misses: Annotated[int, Meta(ge=1, le=100)] = 2


class Experiment(Setting, frozen=True, kw_only=True):
    """Bands are used for some minutes, then not for some: what they are worth can be seen."""

    on_minutes: Minutes
    off_minutes: Minutes


class Bands(Setting, frozen=True, kw_only=True):
    """How agents are put into bands by p·mu; without ``by`` they are not: the default."""

    by: Literal["p_mu"] | None = None
    per: tuple[Literal["queue", "segment"], ...] = ("queue", "segment")
    levels: Annotated[int, Meta(ge=1, le=9)] = 3
    min_handled: Annotated[int, Meta(ge=1, le=1_000_000)] = 50
    experiment: Experiment | None = None


class CreditRule(Struct, frozen=True, kw_only=True):
    """A reason and how many seconds of waiting it is worth."""

    kind: str
    value: str
    credit_s: int


class OverflowStep(Struct, frozen=True, kw_only=True):
    """Still waiting so long after it came, a ticket of these channels goes elsewhere; none: all."""

    queue_id: int
    after_s: int
    to_queue_id: int
    channels: tuple[str, ...]


class EscalationRule(Struct, frozen=True, kw_only=True):
    """When a ticket is referred unasked; no ``from`` means any queue, no ``to`` the next tier.

    One that does not move the ticket only tells somebody.
    """

    name: str
    from_queue_id: int | None
    condition: dict[str, Any]
    to_queue_id: int | None
    moves: bool
    notify: Literal["supervisor"] | None


class SlaPolicy(Struct, frozen=True, kw_only=True):
    """What is promised to whom; a target that is None is not promised.

    The first policy whose condition holds when a clock begins is the one. Without a calendar the
    clock goes by that of the queue. People are warned when ``warn_share`` of the time is gone.
    """

    name: str
    condition: dict[str, Any]
    first_reply_s: int | None
    next_reply_s: int | None
    resolution_s: int | None
    calendar_id: int | None
    warn_share: float = sla.WARN_SHARE

    def target_s(self, metric: sla.Metric) -> int | None:
        """What it promises of this."""
        match metric:
            case "first_reply":
                return self.first_reply_s
            case "next_reply":
                return self.next_reply_s
            case "resolution":
                return self.resolution_s


class Rules(Struct, frozen=True, kw_only=True):
    """Everything of one version. ``capacity`` is the weight of a ticket by channel, else 1."""

    version: int
    capacity: dict[str, int]
    sticky: Sticky
    limits: Limits
    bands: Bands
    credits: tuple[CreditRule, ...]
    overflow: tuple[OverflowStep, ...]
    escalation: tuple[EscalationRule, ...]
    sla: tuple[SlaPolicy, ...]

    def weight(self, channel: str) -> int:
        """How many units of capacity a ticket of this channel takes."""
        return self.capacity.get(channel, 1)

    def credit_s(self, kind: str, value: str = "", *, default: int = 0) -> int:
        """What a reason is worth."""
        found = (c.credit_s for c in self.credits if (c.kind, c.value) == (kind, value))
        return next(found, default)


class _Read(Struct, frozen=True, kw_only=True):
    rules: dict[str, Any]


_SQL = db.Statements(__name__)
_read = _SQL.take("read", _Read)
_version = _SQL.take("version", int)


async def version(conn: Conn) -> int:
    """The version in force; 0 where nobody has configured anything yet."""
    return await _version.one(conn)


async def current(conn: Conn) -> Rules:
    """The rules in force."""
    found = (await _read.one(conn)).rules
    settings = found.pop("settings") or {}
    return msgspec.convert({**found, **DEFAULTS, **settings}, Rules)
