"""Which queue a problem enters and what credit it gets by a configuration document."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from contactcenter.configuration_document.document import Document
from contactcenter.whatif.compiled import credit_s
from contactcenter.whatif.day import Arrival
from routing import entry, escalation
from routing.instants import SECOND_US

#: Reasons that are not of a segment, and what they are worth if a document does not say.
_BY_NAME: Final[Mapping[str, int]] = {
    "reopened": escalation.CREDIT_REOPENED_S,
    "repeat_contact": 0,
}
_TEMPERAMENT: Final = "temperament"


class Entry:
    """The entry rules and credits of one document.

    ``in_ids`` makes of a condition of the document one that a problem can be asked;
    ``entry_points`` are the names of our addresses in the document, by id.
    """

    def __init__(
        self,
        document: Document,
        in_ids: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        entry_points: Mapping[int, str],
    ) -> None:
        self._document = document
        self._entry_points = entry_points
        self._queues = [rule.queue for rule in document.entry]
        self._rules: Sequence[entry.Rule] = [
            entry.Rule(rule_id=n, condition=in_ids(rule.when), queue_id=n)
            for n, rule in enumerate(document.entry)
        ]

    def queue_of(self, problem: entry.Problem) -> str | None:
        """The queue of the first rule that fits, else that of its entry point; None of neither."""
        found = entry.first_match(self._rules, problem)
        if found is not None:
            return self._queues[found.rule_id]
        name = self._entry_points.get(problem.entry_point_id or 0)
        point = None if name is None else self._document.entry_points.get(name)
        return None if point is None else point.queue

    def credit_s(self, problem: entry.Problem, reasons: Mapping[str, int]) -> int:
        """The sum of what its segments are worth, and of the reasons it was granted by name."""
        worth = 0
        for kind, values in problem.segments.items():
            by_value = self._document.credits.get(kind)
            if kind != _TEMPERAMENT and isinstance(by_value, dict):
                worth += sum(by_value.get(value, 0) for value in values)
        for reason, default in _BY_NAME.items():
            if reason in reasons:
                worth += credit_s(self._document, reason, default)
        return worth


#: The reasons that were given to an arrival by name.
Reasons = Callable[[Arrival], Mapping[str, int]]


def entered(arrivals: Iterable[Arrival], entry: Entry) -> list[Arrival]:
    """The arrivals of a file as a document lets them in: into a queue if they have none yet."""
    return [
        anew if not arrival.queue else msgspec.structs.replace(anew, queue=arrival.queue)
        for arrival in arrivals
        for anew in (_anew(arrival, None, entry, {}),)
    ]


def entered_anew(
    arrivals: Iterable[Arrival], before: Entry | None, after: Entry, reasons: Reasons
) -> list[Arrival]:
    """The arrivals as they would have come under another document.

    A ticket whose queue the two find alike keeps the one it had, which a person may have chosen.
    """
    return [_anew(arrival, before, after, reasons(arrival)) for arrival in arrivals]


def no_reasons(_arrival: Arrival) -> Mapping[str, int]:
    """Of a file, which has none."""
    return {}


def _anew(
    arrival: Arrival, before: Entry | None, after: Entry, reasons: Mapping[str, int]
) -> Arrival:
    problem = arrival.problem
    if problem is None:
        return arrival
    found = after.queue_of(problem)
    former = None if before is None else before.queue_of(problem)
    more_s = after.credit_s(problem, reasons)
    more_s -= 0 if before is None else before.credit_s(problem, reasons)
    keeps_queue = found is None or found == former or arrival.held_by is not None
    return msgspec.structs.replace(
        arrival,
        queue=arrival.queue if keeps_queue else found,
        credit_us=arrival.credit_us + more_s * SECOND_US,
    )


class Categories:
    """Numbers for the categories of a file, which knows them by name, and all above them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def path(self, written: str) -> frozenset[int]:
        """The numbers of ``Hardware / Printer`` and of ``Hardware``."""
        parts = [part.strip() for part in written.split("/")]
        return frozenset(self._number(" / ".join(parts[:n])) for n in range(1, len(parts) + 1))

    def in_ids(self, condition: Mapping[str, Any]) -> dict[str, Any]:
        """A condition with the numbers of its categories."""
        return {
            name: self._wanted(wanted) if name == "category" else wanted
            for name, wanted in condition.items()
        }

    def _wanted(self, wanted: Any) -> Any:
        if isinstance(wanted, Mapping):
            return {name: self._wanted(value) for name, value in wanted.items()}
        if isinstance(wanted, list | tuple):
            return [self._wanted(value) for value in wanted]
        return self._number(" / ".join(part.strip() for part in str(wanted).split("/")))

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers) + 1)
