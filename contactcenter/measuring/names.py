"""What metrics and dimensions may be called by whoever asks: their names, and the usual ones.

Whatever is not known is refused with the names there are. Capitals, hyphens and spaces make no
difference.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from contactcenter.measuring.asks import DIMENSIONS
from contactcenter.measuring.metrics import METRICS

#: The usual names of metrics, each with the options that it stands for.
_METRICS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    **{
        usual: (name, {})
        for name, usuals in {
            "opened": "created tickets_opened new_tickets volume",
            "solved": "resolved resolutions tickets_solved solutions",
            "assisted": "assists assist",
            "escalated": "escalations",
            "reopened": "reopens reopenings",
            "transferred": "transfers",
            "returned": "returns bounce_backs bounced",
            "handled": "handled_tickets handled_segments",
            "abandoned": "abandons abandoned_calls",
            "flowed_out": "flow_out flow_outs",
            "first_reply": "frt first_reply_time first_response first_response_time",
            "next_reply": "nrt next_reply_time next_response next_response_time",
            "time_to_solve": "resolution_time ttr episode_resolution time_to_resolve",
            "first_resolution": "first_resolution_time",
            "full_resolution": "full_resolution_time last_resolution last_resolution_time",
            "unsolved_time": "open_time unsolved",
            "requester_wait": "requester_wait_time customer_wait customer_wait_time",
            "agent_wait": "agent_wait_time pending_time",
            "on_hold": "on_hold_time hold_time",
            "queue_wait": "queue_wait_time wait_time waiting_time queue_time",
            "speed_of_answer": "asa average_speed_of_answer",
            "handle_time": "aht average_handle_time average_handling_time handling_time",
            "time_to_accept": "accept_time offer_time ring_time",
            "time_to_escalate": "escalation_latency escalation_time",
            "time_lost_per_hop": "hop_time hop escalation_pickup time_to_touch",
            "time_to_reopen": "reopen_time",
            "tier_flow": "flow flow_between_tiers tier_flows",
            "transfers_per_episode": "transfer_count transfer_rate owner_changes",
            "first_contact_resolution": "fcr first_contact_resolution_rate fcr_gross fcr_rate",
            "reopen_rate": "reopening_rate",
            "abandonment": "abandonment_rate abandon_rate abandonment_gross",
            "service_level": "sl",
            "escalation_rate": "escalations_rate",
            "bounce_back_rate": "bounce_back bounce_rate bounceback bounceback_rate",
            "resolution_share": "resolution_share_per_tier resolution_share_by_tier",
            "sla_attainment": "sla sla_met sla_rate sla_compliance",
            "csat": "satisfaction customer_satisfaction",
            "score": "csat_mean csat_score mean_score rating rating_mean average_rating",
            "customer_effort": "ces customer_effort_score",
            "net_promoter_score": "nps",
            "response_rate": "survey_response_rate csat_response_rate",
            "occupancy": "occupancy_rate",
            "utilisation": "utilization utilisation_rate utilization_rate",
            "adherence": "schedule_adherence",
            "conformance": "schedule_conformance",
            "concurrency": "concurrent_tickets",
            "backlog": "open_tickets backlog_age backlog_ageing backlog_aging",
            "backlog_ours": "backlog_without_pending",
            "backlog_pending": "pending_backlog",
        }.items()
        for usual in usuals.split()
    },
    "fcr_net": ("first_contact_resolution", {"variant": "net"}),
    "first_contact_resolution_net": ("first_contact_resolution", {"variant": "net"}),
    "abandonment_net": ("abandonment", {"variant": "net"}),
    "abandonment_rate_net": ("abandonment", {"variant": "net"}),
}
_DIMENSIONS: Final = {
    "agents": "agent",
    "teams": "team",
    "queues": "queue",
    "tiers": "tier",
    "from_tier": "tier",
    "channels": "channel",
    "entrypoint": "entry_point",
    "categories": "category",
    "value_class": "value",
    "state": "outcome",
    "status": "outcome",
    "reason": "outcome",
    "bucket": "age",
    "age_bucket": "age",
    "ageing": "age",
    "target": "promise",
    "sla_metric": "promise",
}
#: What options are called besides.
_OPTIONS: Final = {
    "within": "within_s",
    "threshold_s": "within_s",
    "target_s": "within_s",
    "answered_within_s": "within_s",
    "short": "short_s",
    "short_abandon_s": "short_s",
    "window_days": "window_d",
    "days": "window_d",
    "within_hours": "within_h",
    "hours": "within_h",
}
#: The six service levels, by the names that ICMI, Cisco and others have for them.
_VARIANTS: Final = {
    "default": "abandoned_in_time_ignored",
    "abandoned_ignored": "abandoned_in_time_ignored",
    "ignored": "abandoned_in_time_ignored",
    "abandoned_calls_ignored": "abandoned_in_time_ignored",
    "positive_impact": "abandoned_in_time_good",
    "abandoned_positive": "abandoned_in_time_good",
    "abandoned_calls_positive_impact": "abandoned_in_time_good",
    "negative_impact": "abandoned_bad",
    "abandoned_negative": "abandoned_bad",
    "abandoned_calls_negative_impact": "abandoned_bad",
    "offered": "abandoned_bad",
    "answered": "answered_only",
    "short_ignored": "short_abandoned_ignored",
    "flow_out": "flowed_out_bad",
    "with_flow_out": "flowed_out_bad",
}
#: Options that every metric takes: what else is told of a figure.
TELLING: Final = ("interval", "max")


class UnknownName(ValueError):
    """A name that means nothing here; the text says which do."""


def metric(told: str) -> tuple[str, Mapping[str, Any]]:
    """The metric that is meant, and the options its name stands for; raises ``UnknownName``."""
    name = _plain(told)
    if name in METRICS:
        return name, {}
    if name in _METRICS:
        return _METRICS[name]
    raise UnknownName(refusal(told, METRICS, (*METRICS, *_METRICS)))


def dimension(told: str) -> str:
    """The dimension that is meant; raises ``UnknownName``."""
    name = _plain(told)
    name = _DIMENSIONS.get(name, name.removesuffix("_id"))
    if name not in DIMENSIONS:
        raise UnknownName(refusal(told, DIMENSIONS, (*DIMENSIONS, *_DIMENSIONS)))
    return name


def option(of: str, told: str) -> str:
    """The option of a metric that is meant; raises ``UnknownName``."""
    name = _plain(told)
    name = name if name in METRICS[of].options else _OPTIONS.get(name, name)
    allowed = (*METRICS[of].options, *TELLING)
    if name not in allowed:
        raise UnknownName(refusal(told, allowed, allowed))
    return name


def variant(of: str, told: object) -> str:
    """The variant of a metric that is meant; raises ``UnknownName``."""
    allowed = METRICS[of].variants
    name = _plain(str(told))
    if name not in allowed:
        name = _VARIANTS.get(name, name)
    if name not in allowed:
        raise UnknownName(refusal(str(told), allowed, allowed))
    return name


def refusal(told: str, allowed: Iterable[str], known: Iterable[str]) -> str:
    """Why a name is refused, what might have been meant, and what is allowed."""
    close = get_close_matches(_plain(told), list(known), n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"{told!r} is none of {', '.join(allowed)}{meant}"


def _plain(told: str) -> str:
    return told.strip().lower().replace("-", "_").replace(" ", "_")
