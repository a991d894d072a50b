"""A what-if of a day that lies in files."""

from collections.abc import Sequence
from datetime import tzinfo

from msgspec import Struct

from contactcenter.whatif import arrivals_csv, staff_csv
from contactcenter.whatif.changing import Heads, with_heads, with_times
from contactcenter.whatif.comparing import Answer, answer
from contactcenter.whatif.day import Arrival, Centre, Day, OnDuty
from contactcenter.whatif.figures import Within
from contactcenter.whatif.replaying import outcome_of
from contactcenter.whatif.wording import Notes


class Given(Struct, frozen=True, kw_only=True):
    """A file: what it is called where something is wrong with it, and what is in it."""

    name: str
    content: bytes


class Changes(Struct, frozen=True, kw_only=True):
    """What is to be different."""

    heads: Sequence[Heads] = ()
    staff: Given | None = None
    handle: float = 1
    patience: float = 1

    @property
    def are_none(self) -> bool:
        """Whether nothing is."""
        return not self.heads and self.staff is None and self.handle == self.patience == 1


def ask(
    arrivals: Given, staff: Given, changes: Changes, *, zone: tzinfo | None, within: Within
) -> tuple[Answer, list[str]]:
    """Play the day of the files as it is and with the changes; with notes on what may be slips.

    Raises ``InvalidFile`` or ``Impossible``.
    """
    came = arrivals_csv.read(arrivals.content, arrivals.name, zone=zone, needs_queue=True)
    span = staff_csv.Span(came.arrivals[0].at_us, came.arrivals[-1].at_us, came.zone)
    there = staff_csv.read(staff.content, staff.name, span)
    day, centre = Day(arrivals=came.arrivals), Centre()
    as_configured = outcome_of(day, centre, there, within=within)
    changed = None
    if not changes.are_none:
        others = there
        if changes.staff is not None:
            others = staff_csv.read(changes.staff.content, changes.staff.name, span)
        others = with_heads(others, changes.heads)
        arrived = with_times(came.arrivals, handle=changes.handle, patience=changes.patience)
        changed = outcome_of(Day(arrivals=arrived), centre, others, within=within)
    return answer(as_configured, changed, within, _NOTES), list(unserved(came.arrivals, there))


def unserved(arrivals: Sequence[Arrival], staff: Sequence[OnDuty]) -> list[str]:
    """Queues that nobody serves, each once: what may be meant, or a slip."""
    served = {membership.queue for agent in staff for membership in agent.memberships}
    named = {a.queue for a in arrivals} | {q for a in arrivals for q in a.escalate}
    return [f"nobody serves queue “{queue}”" for queue in sorted(named - served)]


_NOTES = Notes(
    en=(
        (
            "Played by the rules of routing, with the arrivals, handle times and patience of the "
            "file. Who has none waits until he is answered."
        ),
        "When a shift ends, what is in hand is finished and nothing new is begun.",
    ),
    fa=(
        (
            "با قواعد مسیریابی و ورودها، زمان‌های رسیدگی و شکیبایی فایل بازی شده است. هر که "
            "شکیبایی ندارد تا پاسخ منتظر می‌ماند."
        ),
        "در پایان شیفت، کار در دست تمام می‌شود و کار تازه‌ای آغاز نمی‌شود.",
    ),
)
