"""Which reports there are: each a few metrics that are read together, and what tells them apart."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from contactcenter.measuring.asks import Dimension


class Report(Struct, frozen=True, kw_only=True):
    """A report: its metrics in the order of its columns, and what it is told apart by at first."""

    name: str
    metrics: tuple[str, ...]
    by: tuple[Dimension, ...]


_ALL: Final = (
    Report(
        name="performance",
        metrics=("opened", "solved", "escalated", "reopened", "first_reply", "time_to_solve"),
        by=("agent", "tier", "channel", "temperament"),
    ),
    Report(
        name="work",
        metrics=("handled", "solved", "assisted", "reopened", "handle_time", "time_to_solve"),
        by=("agent",),
    ),
    Report(
        name="volumes",
        metrics=("opened", "solved", "reopened", "escalated", "transferred"),
        by=("channel",),
    ),
    Report(
        name="waiting",
        metrics=("queue_wait", "speed_of_answer", "abandonment", "time_to_accept"),
        by=("queue",),
    ),
    Report(name="replies", metrics=("first_reply", "next_reply"), by=("channel",)),
    Report(
        name="resolution",
        metrics=(
            "first_resolution",
            "full_resolution",
            "requester_wait",
            "agent_wait",
            "on_hold",
            "time_to_reopen",
        ),
        by=("tier",),
    ),
    Report(name="lasting", metrics=("first_contact_resolution", "reopen_rate"), by=("agent",)),
    Report(
        name="escalations",
        metrics=(
            "escalation_rate",
            "time_to_escalate",
            "time_lost_per_hop",
            "bounce_back_rate",
            "returned",
        ),
        by=("tier",),
    ),
    Report(
        name="agent_time",
        metrics=("occupancy", "utilisation", "concurrency"),
        by=("agent",),
    ),
    Report(name="promises", metrics=("sla_attainment",), by=("queue",)),
    Report(name="satisfaction", metrics=("csat", "score", "response_rate"), by=("agent",)),
    Report(name="backlog", metrics=("backlog",), by=("queue", "outcome")),
)
REPORTS: Final[Mapping[str, Report]] = {report.name: report for report in _ALL}
