"""Every metric there is, and which facts it is made of."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from contactcenter.history import Fact, Kind

Measure = Literal["count", "duration", "score", "share", "instant"]

#: What comes back within this time was not solved for good. Source: most centres take 7 days, from
#: 1 to 30 are in use.
WITHIN_D: Final = 7


class Selection(Struct, frozen=True, kw_only=True):
    """Which facts count: of one kind and, where given, with one of these outcomes and so on."""

    kind: Kind
    outcomes: frozenset[str] | None = None
    only_first: bool = False
    score_from: int | None = None

    def has(self, fact: Fact) -> bool:
        """Whether the fact is among them."""
        return (
            fact.kind == self.kind
            and (self.outcomes is None or fact.outcome in self.outcomes)
            and (fact.is_first or not self.only_first)
            and (self.score_from is None or (fact.score or 0) >= self.score_from)
        )


class Metric(Struct, frozen=True, kw_only=True):
    """A metric. ``of`` are the facts it counts or times; of a share, the denominator.

    ``version`` rises with every change of what it means.
    """

    name: str
    measure: Measure
    of: Selection
    hits: Selection | None = None
    version: int = 1


def _count(name: str, kind: Kind, *outcomes: str) -> Metric:
    return Metric(name=name, measure="count", of=_of(kind, *outcomes))


def _duration(name: str, kind: Kind, *outcomes: str) -> Metric:
    return Metric(name=name, measure="duration", of=_of(kind, *outcomes))


def _share(name: str, hits: Selection, of: Selection) -> Metric:
    return Metric(name=name, measure="share", of=of, hits=hits)


def _of(kind: Kind, *outcomes: str) -> Selection:
    return Selection(kind=kind, outcomes=frozenset(outcomes) or None)


_ALL: Final = (
    _count("opened", "opened"),
    _count("solved", "solved"),
    _count("assisted", "assisted"),
    _count("escalated", "escalated"),
    _count("reopened", "reopened"),
    _count("transferred", "transferred"),
    _count("returned", "bounced"),
    _count("handled", "handled"),
    _duration("first_reply", "first_reply"),
    _duration("next_reply", "next_reply"),
    _duration("time_to_solve", "solved"),
    _duration("first_resolution", "first_resolution"),
    _duration("full_resolution", "full_resolution"),
    _duration("requester_wait", "requester_wait"),
    _duration("agent_wait", "agent_wait"),
    _duration("on_hold", "on_hold"),
    _duration("queue_wait", "queue_wait"),
    _duration("speed_of_answer", "queue_wait", "answered"),
    _duration("handle_time", "handled"),
    _duration("time_to_accept", "offer"),
    _duration("time_to_escalate", "escalated"),
    _duration("time_lost_per_hop", "hop"),
    _duration("time_to_reopen", "reopened"),
    _share(
        "abandonment",
        _of("queue_wait", "abandoned"),
        _of("queue_wait", "answered", "abandoned"),
    ),
    _share(
        "escalation_rate",
        Selection(kind="escalated", only_first=True),
        _of("tier_entered"),
    ),
    _share("bounce_back_rate", _of("bounced"), _of("received")),
    _share("sla_attainment", _of("promise", "met"), _of("promise", "met", "breached")),
    _share("csat", Selection(kind="rated", score_from=4), _of("rated")),
    _share("response_rate", _of("rated"), _of("asked")),
    Metric(name="score", measure="score", of=_of("rated")),
    Metric(name="backlog", measure="instant", of=_of("stay")),
)
METRICS: Final[Mapping[str, Metric]] = {metric.name: metric for metric in _ALL}
