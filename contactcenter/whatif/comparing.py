"""Days side by side: as it was, as the router plays it, and with the change."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from contactcenter.whatif.figures import Figures, Outcome, Within
from contactcenter.whatif.wording import DEFINITIONS, Definition, Notes

#: The counts and shares of ``Figures``, of which differences are taken; then those of both waits.
COUNTS: Final = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "overflowed",
    "moved",
    "waiting",
    "escalated",
    "in_time",
)
SHARES: Final = ("service_level", "abandonment", "occupancy")
WAITS: Final = ("answered_wait", "wait")
TIMES: Final = ("mean_s", "median_s", "p90_s", "longest_s")


class Validation(Struct, frozen=True, kw_only=True):
    """How far the unchanged day, played, is from what was recorded.

    Of ``tickets`` that were answered both times so many went to the same agent;
    the differences are between the two waits of each, in seconds.
    """

    tickets: int
    same_agent: int
    same_agent_share: float | None
    mean_recorded_s: float | None
    mean_played_s: float | None
    median_difference_s: float | None
    p90_difference_s: float | None
    answered_only_recorded: int
    answered_only_played: int


class Answer(Struct, frozen=True, kw_only=True):
    """What came of a what-if.

    ``as_it_was`` and ``validation`` are null for a file, which does not say; ``changed`` and
    ``differences`` (of ``changed`` to ``as_configured``) where nothing was changed.
    ``within`` is what counts as in time.
    """

    as_it_was: Outcome | None
    as_configured: Outcome
    changed: Outcome | None
    differences: Mapping[str, Mapping[str, float]] | None
    total_difference: Mapping[str, float] | None
    validation: Validation | None
    within: Within
    definitions: Sequence[Definition]
    notes: Notes


def answer(
    as_configured: Outcome,
    changed: Outcome | None,
    within: Within,
    notes: Notes,
    *,
    as_it_was: Outcome | None = None,
    validation: Validation | None = None,
) -> Answer:
    """Set outcomes side by side."""
    differences = None
    if changed is not None:
        both = as_configured.queues.keys() & changed.queues.keys()
        differences = {
            name: difference(as_configured.queues[name], changed.queues[name])
            for name in sorted(both)
        }
    return Answer(
        as_it_was=as_it_was,
        as_configured=as_configured,
        changed=changed,
        differences=differences,
        total_difference=difference(as_configured.total, changed.total) if changed else None,
        validation=validation,
        within=within,
        definitions=DEFINITIONS,
        notes=notes,
    )


def difference(before: Figures, after: Figures) -> dict[str, float]:
    """How much more or less each figure is, where both are known; waits as ``wait.mean_s``."""
    values = {name: (getattr(before, name), getattr(after, name)) for name in (*COUNTS, *SHARES)}
    for waits in WAITS:
        old, new = getattr(before, waits), getattr(after, waits)
        values |= {f"{waits}.{t}": (getattr(old, t), getattr(new, t)) for t in TIMES}
    return {
        name: round(new - old, 6)
        for name, (old, new) in values.items()
        if old is not None and new is not None
    }
