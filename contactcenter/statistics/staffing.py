"""How many agents: the fewest that keep a promise, and how many have to be scheduled for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

from contactcenter.statistics.queueing import MOST_AGENTS, Demand, Service, service

#: So much of a scheduled agent more or less is rounding.
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is to be kept; a ``None`` is not asked for. Shares are between 0 and 1.

    Args:
        service_level: the least share answered within ``threshold_s``; below 1.
        threshold_s: 0 or more.
        most_abandon: the largest share that may leave.
        most_occupied: the largest share of agents' time that may be handling.

    Raises:
        ValueError: an argument is outside its range.
    """

    service_level: float
    threshold_s: float
    most_abandon: float | None = None
    most_occupied: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.service_level < 1:
            raise ValueError(f"service_level must be from 0 to below 1, not {self.service_level}")
        for name, value in (
            ("most_abandon", self.most_abandon),
            ("most_occupied", self.most_occupied),
        ):
            if value is not None and not 0 < value <= 1:
                raise ValueError(f"{name} must be above 0 and at most 1, not {value}")

    def kept_by(self, met: Service) -> bool:
        """Whether this is what callers and agents meet."""
        return (
            met.service_level >= self.service_level
            and (self.most_abandon is None or met.abandons <= self.most_abandon)
            and (self.most_occupied is None or met.occupancy <= self.most_occupied)
        )


def required(demand: Demand, promise: Promise) -> Service | None:
    """The fewest agents that keep a promise, with what callers meet then.

    Each agent more makes all of it better, so the number is found by halving.

    Returns:
        ``None`` where even `queueing.MOST_AGENTS` would not.

    Raises:
        ValueError: ``promise.threshold_s`` is outside its range.
    """

    def met(agents: int) -> Service:
        return service(demand, agents, threshold_s=promise.threshold_s)

    too_few, enough = 0, 1
    while not promise.kept_by(met(enough)):
        if enough == MOST_AGENTS:
            return None
        too_few, enough = enough, min(enough * 2, MOST_AGENTS)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if promise.kept_by(met(middle)):
            enough = middle
        else:
            too_few = middle
    return met(enough)


def curve(demand: Demand, agents: Iterable[int], *, threshold_s: float) -> list[Service]:
    """What callers meet with each of these numbers of agents, for a what-if curve.

    Raises:
        ValueError: an argument is outside its range; see `queueing.service`.
    """
    return [service(demand, one, threshold_s=threshold_s) for one in agents]


def spare_s(met: Service, *, period_s: float) -> float:
    """The agents' time that is not handling, for work that may wait, such as mails.

    Args:
        met: what callers meet with these agents.
        period_s: the length of the period; 0 or more.

    Returns:
        Seconds of all agents together. Work that is begun must be let go when a caller comes, or
        callers wait longer than ``met`` says.

    Raises:
        ValueError: ``period_s`` is below 0.
    """
    if not period_s >= 0:
        raise ValueError(f"period_s must not be below 0, not {period_s}")
    return met.agents * (1 - met.occupancy) * period_s


def scheduled(agents: int, *, shrinkage: float) -> int:
    """How many have to be on the roster for so many to be there: ``agents / (1 - shrinkage)``.

    Args:
        agents: 0 or more.
        shrinkage: the share of paid time that is breaks, training, meetings, illness; from 0 to
            below 1.

    Raises:
        ValueError: an argument is outside its range.
    """
    if agents < 0:
        raise ValueError(f"agents must not be below 0, not {agents}")
    if not 0 <= shrinkage < 1:
        raise ValueError(f"shrinkage must be from 0 to below 1, not {shrinkage}")
    return ceil(agents / (1 - shrinkage) - _ROUNDING)


def patience_s(waited_s: float, abandoned: int) -> float | None:
    """The mean patience of callers: the waits of all, answered or not, by how many left.

    The maximum-likelihood estimate for exponential patience, where who was answered is known only
    to have had more. Source: Mandelbaum and Zeltyn 2005 (`queueing`), section 5.

    Args:
        waited_s: sum of the waits of all; 0 or more.
        abandoned: how many of them left; 0 or more.

    Returns:
        Seconds; ``None`` where nobody left: then nothing says how long they would have stayed.

    Raises:
        ValueError: an argument is below 0.
    """
    if not waited_s >= 0:
        raise ValueError(f"waited_s must not be below 0, not {waited_s}")
    if abandoned < 0:
        raise ValueError(f"abandoned must not be below 0, not {abandoned}")
    return waited_s / abandoned if abandoned else None
