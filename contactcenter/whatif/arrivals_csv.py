"""A day's arrivals from a CSV file; docs/whatif.md has the columns."""

from datetime import tzinfo
from typing import Final, NamedTuple

from contactcenter.whatif.columns import (
    BadCell,
    Cells,
    Problems,
    Row,
    instant,
    latin,
    rows,
    signed_span_us,
    span_us,
    spans_us,
    whole,
    words,
)
from contactcenter.whatif.day import Arrival
from contactcenter.whatif.entering import Categories
from routing import entry
from routing.instants import to_us

#: What a column is called, in English and in Persian.
COLUMNS: Final = {
    "at": "زمان ورود",
    "queue": "صف",
    "handle_s": "زمان رسیدگی",
    "patience_s": "شکیبایی",
    "channel": "کانال",
    "weight": "وزن",
    "credit_s": "اعتبار",
    "escalate": "ارجاع",
    "answer_s": "زمان پاسخ",
}
#: Others are facts that entry rules may ask for.
FACTS: Final = {
    "category": "دسته",
    "customer_category": "نوع مشتری",
    "contract": "قرارداد",
    "value_class": "رتبهٔ ارزش",
    "language": "زبان",
    "temperament": "خلق‌وخو",
    "keyword": "واژه",
}
#: A file may have so many arrivals: each is kept in memory while the day is played.
MOST_ARRIVALS: Final = 2_000_000
_NOWHERE: Final = ""
_CHANNEL: Final = "phone"


class Arrivals(NamedTuple):
    """Who came, in order of time; ``zone`` where the file says when on the calendar that was."""

    arrivals: list[Arrival]
    zone: tzinfo | None


def read(
    content: bytes,
    name: str,
    *,
    zone: tzinfo | None,
    needs_queue: bool,
    categories: Categories | None = None,
) -> Arrivals:
    """Read a file; raises ``InvalidFile``.

    ``zone`` is of instants without an offset. Without ``needs_queue`` an arrival may have none:
    then its queue is empty, and entry rules find one, for whom ``categories`` have numbers.
    """
    problems = Problems(name)
    needed = ("at", "queue", "handle_s") if needs_queue else ("at", "handle_s")
    clock, facts = _Clock(zone), _Facts(categories)
    found: list[Arrival] = []
    columns = COLUMNS | FACTS
    for row in rows(content, name, columns, needed=needed, at_most=MOST_ARRIVALS):
        found.append(_arrival(row, len(found) + 1, problems, clock, facts, needs_queue=needs_queue))
    problems.refuse()
    if not found:
        problems.add(2, "", "there are no arrivals")
        problems.refuse()
    found.sort(key=lambda arrival: arrival.at_us)
    return Arrivals(found, clock.zone)


class _Clock:
    """Reads the column ``at``: all of it are instants, or all of it are seconds."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._given = zone
        self._are_instants: bool | None = None
        self.zone: tzinfo | None = None

    def read(self, cell: str) -> int:
        is_instant = "-" in cell[1:] or ":" in cell
        if self._are_instants is None:
            self._are_instants = is_instant
        if is_instant != self._are_instants:
            raise BadCell("instants and seconds cannot stand in one column")
        if not is_instant:
            return span_us(cell)
        at = instant(cell, self._given)
        if self.zone is None:
            self.zone = self._given or at.tzinfo
        at_us = to_us(at)
        if at_us < 0:
            raise BadCell(f"“{latin(cell)}” is before 1970")
        return at_us


class _Facts:
    """Makes what entry rules may ask of a line; lines that say the same share one."""

    def __init__(self, categories: Categories | None) -> None:
        self._categories = categories
        self._known: dict[tuple[str | None, ...], entry.Problem] = {}

    def of(self, cells: dict[str, str]) -> entry.Problem | None:
        if self._categories is None:
            return None
        key = (cells.get("channel"), *(cells.get(name) for name in FACTS))
        if key not in self._known:
            self._known[key] = self._problem(cells, self._categories)
        return self._known[key]

    def _problem(self, cells: dict[str, str], categories: Categories) -> entry.Problem:
        return entry.Problem(
            channel=cells.get("channel", _CHANNEL),
            entry_point_id=None,
            language=cells.get("language"),
            temperament=cells.get("temperament", "unknown"),
            text=cells.get("keyword", ""),
            category=categories.path(cells["category"]) if "category" in cells else frozenset(),
            segments={
                kind: frozenset(part.strip() for part in cells[kind].split(";"))
                for kind in sorted(entry.NAMED_SEGMENTS)
                if kind in cells
            },
        )


def _arrival(
    row: Row,
    number: int,
    problems: Problems,
    clock: _Clock,
    facts: _Facts,
    *,
    needs_queue: bool,
) -> Arrival:
    cells = row.cells
    for column in ("at", "handle_s", *(("queue",) if needs_queue else ())):
        if column not in cells:
            problems.add(row.line, column, "this is needed")
    read: Cells[int] = Cells(row, problems)
    many: Cells[tuple[int, ...]] = Cells(row, problems)
    optional: Cells[int | None] = Cells(row, problems)
    handle_us = many.read("handle_s", spans_us, ())
    answer_us = many.read("answer_s", spans_us, ())
    escalate = Cells[tuple[str, ...]](row, problems).read("escalate", words, ())
    legs = len(escalate) + 1
    for column, times in (("handle_s", handle_us), ("answer_s", answer_us)):
        if times and len(times) != legs:
            problems.add(row.line, column, f"{len(times)} times for {legs} legs")
    return Arrival(
        at_us=read.read("at", clock.read, 0),
        ticket_id=number,
        queue=cells.get("queue", _NOWHERE),
        channel=cells.get("channel", _CHANNEL),
        handle_us=handle_us,
        answer_us=answer_us,
        escalate=escalate,
        patience_us=optional.read("patience_s", span_us, None),
        weight=optional.read("weight", whole(1, 1_000_000), None),
        credit_us=read.read("credit_s", signed_span_us, 0),
        problem=facts.of(cells),
    )
