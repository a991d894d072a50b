"""A what-if of a day that lies in files."""

from collections.abc import Sequence
from datetime import timedelta, tzinfo
from typing import Final

import msgspec
from msgspec import Struct

from contactcenter.configuration_document import compiling, parsing
from contactcenter.configuration_document.document import Document
from contactcenter.whatif import arrivals_csv, compiled, staff_csv
from contactcenter.whatif.changing import Changes, Impossible, with_heads, with_times
from contactcenter.whatif.comparing import Answer, answer
from contactcenter.whatif.day import Arrival, Centre, Day, OnDuty
from contactcenter.whatif.entering import Categories, Entry, entered, entered_anew, no_reasons
from contactcenter.whatif.figures import Outcome, Within
from contactcenter.whatif.replaying import outcome_of
from contactcenter.whatif.wording import Notes
from routing.instants import from_us

_DAY: Final = timedelta(days=1)


class Given(Struct, frozen=True, kw_only=True):
    """A file: what it is called where something is wrong with it, and what is in it."""

    name: str
    content: bytes


class Files(Struct, frozen=True, kw_only=True):
    """The files of a day and of its changes; ``configured`` is what the day went by."""

    arrivals: Given
    staff: Given
    configured: Given | None = None
    other_staff: Given | None = None
    configuration: Given | None = None


def ask(
    files: Files, changes: Changes, *, zone: tzinfo | None, within: Within
) -> tuple[Answer, list[str]]:
    """Play the day of the files as it is and with the changes; with notes on what may be slips.

    Raises ``InvalidFile``, ``InvalidConfiguration`` or ``Impossible``.
    """
    numbers = Categories()
    configured = _document(files.configured)
    came = arrivals_csv.read(
        files.arrivals.content,
        files.arrivals.name,
        zone=zone,
        needs_queue=configured is None,
        categories=numbers,
    )
    span = staff_csv.Span(came.arrivals[0].at_us, came.arrivals[-1].at_us, came.zone)
    there = staff_csv.read(files.staff.content, files.staff.name, span)
    before = None if configured is None else Entry(configured, numbers.in_ids, {})
    arrivals: Sequence[Arrival] = came.arrivals
    if before is not None:
        arrivals = entered(arrivals, before)
        _check_queues(arrivals)
    centre = _centre(configured, span)
    as_configured = outcome_of(Day(arrivals=arrivals), centre, there, within=within)
    slips = unserved(arrivals, there)
    changed: Outcome | None = None
    if files.other_staff or files.configuration or not changes.are_none:
        document = _document(files.configuration) or configured
        if files.configuration is not None and document is not None:
            after = Entry(document, numbers.in_ids, {})
            arrivals = entered_anew(arrivals, before, after, no_reasons)
            there = _serving(there, document)
            centre = _centre(document, span)
        if files.other_staff is not None:
            there = staff_csv.read(files.other_staff.content, files.other_staff.name, span)
        arrivals = with_times(arrivals, handle=changes.handle, patience=changes.patience)
        there = with_heads(there, changes.heads)
        changed = outcome_of(Day(arrivals=arrivals), centre, there, within=within)
        slips += [f"with the change, {slip}" for slip in unserved(arrivals, there)]
    return answer(as_configured, changed, within, _NOTES), list(dict.fromkeys(slips))


def unserved(arrivals: Sequence[Arrival], staff: Sequence[OnDuty]) -> list[str]:
    """Queues that nobody serves, each once: what may be meant, or a slip."""
    served = {membership.queue for agent in staff for membership in agent.memberships}
    named = {a.queue for a in arrivals} | {q for a in arrivals for q in a.escalate}
    return [f"nobody serves queue “{queue}”" for queue in sorted(named - served)]


def _document(given: Given | None) -> Document | None:
    """A document, complete but for what only a database knows."""
    return None if given is None else parsing.parse(given.content)


def _centre(document: Document | None, span: staff_csv.Span) -> Centre:
    if document is None:
        return Centre()
    hours = None
    if span.zone is not None:
        begin, end = from_us(span.from_us), from_us(span.to_us)
        hours = (begin - _DAY, end + 30 * _DAY)
    return compiled.centre_of(document, hours, work_stands_still=False)


def _serving(staff: Sequence[OnDuty], document: Document) -> list[OnDuty]:
    """The staff, serving what the document says, if it says anything of agents."""
    if document.agents is None:
        return list(staff)
    served = compiled.served(compiling.completed(document, document))
    return [
        msgspec.structs.replace(agent, memberships=tuple(served.get(agent.agent_id, ())))
        for agent in staff
    ]


def _check_queues(arrivals: Sequence[Arrival]) -> None:
    lost = [arrival for arrival in arrivals if not arrival.queue]
    if lost:
        raise Impossible(
            f"{len(lost)} arrivals have no queue, and no entry rule fits; the first is number "
            f"{lost[0].ticket_id} of the file"
        )


_NOTES: Final = Notes(
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
