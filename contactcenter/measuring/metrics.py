"""Every metric there is, and which facts it is made of."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from contactcenter.history import Kind
from contactcenter.measuring.asks import Ask, Dimension
from contactcenter.measuring.selections import Chosen, Selection
from contactcenter.statistics.rates import USUAL_VARIANT, Variant

#: ``count`` counts, ``duration`` times, ``score`` and ``transfers`` average what facts tell,
#: ``share`` divides counts and ``balance`` their difference, ``portion`` divides by all groups,
#: ``time_share`` divides seconds of the period, ``load`` averages over time, ``instant`` is about
#: one moment.
Measure = Literal[
    "count",
    "duration",
    "score",
    "transfers",
    "share",
    "balance",
    "portion",
    "time_share",
    "load",
    "instant",
]
#: What comes back within this time was not solved for good. Source: most centres take 7 days, from
#: 1 to 30 are in use.
WINDOW_D: Final = 7
_DAY_S: Final = 86_400
_HOUR_S: Final = 3_600

Options = Mapping[str, Any]


class Metric(Struct, frozen=True, kw_only=True):
    """A metric. ``choose`` says what it is made of, by its ``options`` (each with its default).

    ``variants`` are what its option ``variant`` may be, the usual one first. ``over`` is the
    dimension whose groups are portions of one whole. With ``has_reasons`` the outcome tells the
    hits of a share apart and not what it is of. ``version`` rises with every change of meaning.
    """

    name: str
    measure: Measure
    choose: Callable[[Ask, Options], Chosen]
    options: Options = {}
    variants: tuple[str, ...] = ()
    over: Dimension | None = None
    has_reasons: bool = False
    version: int = 1

    @property
    def matures(self) -> bool:
        """Whether it judges only what happened so long ago that a window is over."""
        return "window_d" in self.options

    def chosen(self, ask: Ask) -> Chosen:
        """What it is made of where this is asked."""
        return self.choose(ask, {**self.options, **ask.options})


def _of(kind: Kind, *outcomes: str) -> Selection:
    return Selection(kind=kind, outcomes=frozenset(outcomes) or None)


def _plain(name: str, measure: Measure, *of: Selection, **told: Any) -> Metric:
    chosen = Chosen(of=of)
    return Metric(name=name, measure=measure, choose=lambda _ask, _options: chosen, **told)


def _count(name: str, kind: Kind, *outcomes: str) -> Metric:
    return _plain(name, "count", _of(kind, *outcomes))


def _duration(name: str, kind: Kind, *outcomes: str) -> Metric:
    return _plain(name, "duration", _of(kind, *outcomes))


def _share(
    name: str, hits: Selection, *of: Selection, measure: Measure = "share", **told: Any
) -> Metric:
    chosen = Chosen(of=of, hits=(hits,))
    return Metric(name=name, measure=measure, choose=lambda _ask, _options: chosen, **told)


def _reopen_rate(_ask: Ask, options: Options) -> Chosen:
    window_s = float(options["window_d"]) * _DAY_S
    of = Selection(kind="solved", mature_s=window_s)
    back = Selection(kind="solved", mature_s=window_s, back_within_s=window_s)
    return Chosen(of=(of,), hits=(back,))


def _first_contact_resolution(_ask: Ask, options: Options) -> Chosen:
    window_s = float(options["window_d"]) * _DAY_S
    easy = 0 if options["variant"] == "net" else None
    of = Selection(kind="solved", only_first=True, mature_s=window_s, escalations_max=easy)
    good = Selection(
        kind="solved",
        only_first=True,
        mature_s=window_s,
        escalations_max=easy,
        contacts_max=1,
        lasted_s=window_s,
    )
    return Chosen(of=(of,), hits=(good,))


def _escalation_rate(ask: Ask, _options: Options) -> Chosen:
    """Of the tickets that came to a tier; of an agent's, of those that he took there.

    Where neither is told apart each ticket counts once, whatever tiers it came to.
    """
    told = {*ask.by, *ask.only}
    left = Selection(kind="escalated", only_first=True)
    if "agent" in told:
        return Chosen(of=(_of("taken"),), hits=(left,))
    if told & {"tier", "to_tier", "queue", "team"}:
        return Chosen(of=(_of("tier_entered"),), hits=(left,))
    came = Selection(kind="tier_entered", only_first=True)
    return Chosen(of=(came,), hits=(Selection(kind="escalated", escalations_max=0),))


def _bounce_back_rate(_ask: Ask, options: Options) -> Chosen:
    within_s = float(options["within_h"]) * _HOUR_S
    return Chosen(of=(_of("received"),), hits=(Selection(kind="received", back_within_s=within_s),))


def _abandonment(_ask: Ask, options: Options) -> Chosen:
    """Gross, or net of those who left at once."""
    limit_s = float(options["short_s"]) if options["variant"] == "net" else None
    abandoned = Selection(kind="queue_wait", outcomes=frozenset({"abandoned"}), at_least_s=limit_s)
    return Chosen(of=(_of("queue_wait", "answered"), abandoned), hits=(abandoned,))


def _service_level(_ask: Ask, options: Options) -> Chosen:
    """Of the definitions that are in use the one that is asked for: ``statistics.rates``."""
    within_s, short_s = float(options["within_s"]), float(options["short_s"])
    gone = frozenset({"abandoned"})
    answered, abandoned = _of("queue_wait", "answered"), _of("queue_wait", "abandoned")
    in_time = Selection(kind="queue_wait", outcomes=frozenset({"answered"}), at_most_s=within_s)
    gone_in_time = Selection(kind="queue_wait", outcomes=gone, at_most_s=within_s)
    gone_late = Selection(kind="queue_wait", outcomes=gone, above_s=within_s)
    gone_long = Selection(kind="queue_wait", outcomes=gone, at_least_s=short_s)
    flowed_out = _of("queue_wait", "flowed_out")
    made_of = {
        Variant.ABANDONED_IN_TIME_IGNORED: ((in_time,), (answered, gone_late)),
        Variant.ABANDONED_IN_TIME_GOOD: ((in_time, gone_in_time), (answered, abandoned)),
        Variant.ABANDONED_BAD: ((in_time,), (answered, abandoned)),
        Variant.ANSWERED_ONLY: ((in_time,), (answered,)),
        Variant.SHORT_ABANDONED_IGNORED: ((in_time,), (answered, gone_long)),
        Variant.FLOWED_OUT_BAD: ((in_time,), (answered, gone_long, flowed_out)),
    }
    hits, of = made_of[Variant(options["variant"])]
    return Chosen(of=of, hits=hits)


def _occupancy(_ask: Ask, options: Options) -> Chosen:
    more = ("ringing",) if options["ringing"] == "work" else ()
    working = ("handling", "wrap_up", *more)
    of = _of("presence", "handling", "wrap_up", "ringing", "available")
    return Chosen(of=(of,), hits=(_of("presence", *working),))


def _net_promoter_score(_ask: Ask, _options: Options) -> Chosen:
    nps = frozenset({"nps"})
    return Chosen(
        of=(Selection(kind="rated", outcomes=nps),),
        hits=(Selection(kind="rated", outcomes=nps, score_from=9),),
        misses=(Selection(kind="rated", outcomes=nps, score_to=6),),
    )


_CSAT: Final = frozenset({"csat"})
_CES: Final = frozenset({"ces"})
_OPEN: Final = ("waiting", "held", "on_hold")
_THERE: Final = ("handling", "wrap_up", "ringing", "available", "draining")

_ALL: Final = (
    _count("opened", "opened"),
    _count("solved", "solved"),
    _count("assisted", "assisted"),
    _count("escalated", "escalated"),
    _count("reopened", "reopened"),
    _count("transferred", "transferred"),
    _count("returned", "bounced"),
    _count("handled", "handled"),
    _count("abandoned", "queue_wait", "abandoned"),
    _count("flowed_out", "queue_wait", "flowed_out"),
    _duration("first_reply", "first_reply"),
    _duration("next_reply", "next_reply"),
    _duration("time_to_solve", "solved"),
    _duration("first_resolution", "first_resolution"),
    _duration("full_resolution", "full_resolution"),
    _duration("unsolved_time", "unsolved_time"),
    _duration("requester_wait", "requester_wait"),
    _duration("agent_wait", "agent_wait"),
    _duration("on_hold", "on_hold"),
    _duration("queue_wait", "queue_wait", "answered", "abandoned", "flowed_out", "ended"),
    _duration("speed_of_answer", "queue_wait", "answered"),
    _duration("handle_time", "handled"),
    _duration("time_to_accept", "offer"),
    _duration("time_to_escalate", "escalated"),
    _duration("time_lost_per_hop", "hop"),
    _duration("time_to_reopen", "reopened"),
    _duration("tier_flow", "moved"),
    _plain("transfers_per_episode", "transfers", _of("solved")),
    Metric(
        name="first_contact_resolution",
        measure="share",
        choose=_first_contact_resolution,
        options={"window_d": WINDOW_D, "variant": "gross"},
        variants=("gross", "net"),
    ),
    Metric(
        name="reopen_rate", measure="share", choose=_reopen_rate, options={"window_d": WINDOW_D}
    ),
    Metric(
        name="abandonment",
        measure="share",
        choose=_abandonment,
        options={"short_s": 5, "variant": "gross"},
        variants=("gross", "net"),
    ),
    Metric(
        name="service_level",
        measure="share",
        choose=_service_level,
        options={"within_s": 20, "short_s": 5, "variant": USUAL_VARIANT.value},
        variants=(USUAL_VARIANT.value, *(v.value for v in Variant if v != USUAL_VARIANT)),
    ),
    Metric(name="escalation_rate", measure="share", choose=_escalation_rate, has_reasons=True),
    Metric(
        name="bounce_back_rate",
        measure="share",
        choose=_bounce_back_rate,
        options={"within_h": 24},
    ),
    _plain("resolution_share", "portion", _of("solved"), over="tier"),
    _share("sla_attainment", _of("promise", "met"), _of("promise", "met", "breached")),
    _share(
        "csat",
        Selection(kind="rated", outcomes=_CSAT, score_from=4),
        Selection(kind="rated", outcomes=_CSAT),
    ),
    _plain("score", "score", Selection(kind="rated", outcomes=_CSAT)),
    _share(
        "customer_effort",
        Selection(kind="rated", outcomes=_CES, score_from=5),
        Selection(kind="rated", outcomes=_CES),
    ),
    Metric(name="net_promoter_score", measure="balance", choose=_net_promoter_score),
    _share("response_rate", _of("rated"), _of("asked")),
    Metric(
        name="occupancy",
        measure="time_share",
        choose=_occupancy,
        options={"ringing": "idle"},
    ),
    _share(
        "utilisation",
        _of("presence", "handling", "wrap_up"),
        _of("presence"),
        measure="time_share",
    ),
    _share("adherence", _of("adhered"), _of("planned"), measure="time_share"),
    _share(
        "conformance",
        _of("presence", *_THERE),
        _of("planned", "productive"),
        measure="time_share",
    ),
    _plain("concurrency", "load", _of("busy")),
    _plain("backlog", "instant", _of("stay")),
    _plain("backlog_ours", "instant", _of("stay", *_OPEN)),
    _plain("backlog_pending", "instant", _of("stay", "pending")),
)
METRICS: Final[Mapping[str, Metric]] = {metric.name: metric for metric in _ALL}
