"""What the carrier of the SMS witnessed, against what is stored."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from contactcenter.demo.evidence import Evidence, Watch
from contactcenter.fakes.ledger import Entry, Ledger

_MESSAGE_HOOK: Final = "/hooks/sms/message"


class Messages(Struct, frozen=True, kw_only=True):
    """The customers' messages: sent, and what became of those that were acknowledged."""

    sent: int
    stored: int
    duplicates: int
    lost: int


class SeenLine(Struct, frozen=True, kw_only=True):
    """A line as a visitor's browser was told it."""

    sequence: int
    by: str
    text: str


class Seen(Struct, frozen=True, kw_only=True):
    """What a visitor's browser saw: his messages by their ids, and all lines in their order."""

    written: Mapping[str, str]
    acknowledged: Collection[str]
    lines: Sequence[SeenLine]


class KnownCall(Struct, frozen=True, kw_only=True):
    """A call in the provider's whole seconds; ``message_s`` is what was said after the tone."""

    sid: str
    queue_s: int
    talk_s: int
    hold_s: int
    message_s: int
    call_s: int


class Case(Struct, frozen=True, kw_only=True):
    """All that is asked: both sides' books, and what was seen and ``told`` on the way.

    ``ledger`` is the carrier's, ``post`` that of the customers' mail servers, ``visitors`` what the
    browsers of those who chat saw, ``calls`` what the telephone network knows of those who called,
    and ``complaints`` what it could not make sense of.
    """

    evidence: Evidence
    ledger: Ledger
    watch: Watch
    told: Sequence[int]
    post: Ledger = msgspec.field(default_factory=Ledger)
    visitors: Sequence[Seen] = ()
    calls: Sequence[KnownCall] = ()
    complaints: Sequence[str] = ()


def messages(case: Case) -> Messages:
    """Count the customers' messages on both sides."""
    stored = Counter(row.external_id for row in case.evidence.received)
    acknowledged = _acknowledged(case.ledger)
    return Messages(
        sent=len(case.ledger.of("written")),
        stored=stored.total(),
        duplicates=stored.total() - len(stored),
        lost=sum(sid not in stored for sid in acknowledged),
    )


def stored_once(case: Case) -> tuple[int, Iterator[str]]:
    """Every message that was acknowledged is on the timeline exactly once, as it was sent."""
    rows: dict[str, list[str]] = defaultdict(list)
    for row in case.evidence.received:
        rows[row.external_id or ""].append(row.body)
    written = {entry.sid: entry for entry in case.ledger.of("written")}
    acknowledged = _acknowledged(case.ledger)

    def violations() -> Iterator[str]:
        for sid, entry in written.items():
            bodies = rows.pop(sid, [])
            if sid not in acknowledged:
                yield f"Message {sid} was never acknowledged."
            elif not bodies:
                yield f"Message {sid} was acknowledged and is lost."
            elif len(bodies) > 1:
                yield f"Message {sid} is stored {len(bodies)} times."
            elif bodies != [entry.text]:
                yield f"Message {sid} is stored with other words than were sent."
        for sid in rows:
            yield f"Message {sid or 'without an id'} is stored, but no customer sent it."

    return len(written), violations()


def sent_once(case: Case) -> tuple[int, Iterator[str]]:
    """Every reply was taken by the provider exactly once, as it was written."""
    handed: dict[str, list[Entry]] = defaultdict(list)
    for entry in case.ledger.of("accepted"):
        handed[entry.correlation].append(entry)

    def violations() -> Iterator[str]:
        for reply in case.evidence.written:
            times = handed.pop(reply.correlation_id, [])
            name = f"Reply {reply.correlation_id[:8]}…"
            if not times:
                yield f"{name} was never handed to the provider; it is {reply.state}."
            elif len(times) > 1:
                yield f"{name} was handed to the provider {len(times)} times."
            elif times[0].text != reply.body:
                yield f"{name} was handed over with other words than were written."
            elif reply.state != "sent":
                yield f"{name} was handed over, but is kept as {reply.state}."
        for correlation, times in handed.items():
            yield f"The provider took {len(times)} messages that nobody wrote ({correlation})."

    return len(case.evidence.written), violations()


def _acknowledged(ledger: Ledger) -> set[str]:
    """Messages whose hook was answered with 2xx at least once."""
    return {
        entry.sid
        for entry in ledger.of("hook_answered")
        if 200 <= entry.status < 300 and urlsplit(entry.url).path == _MESSAGE_HOOK  # noqa: PLR2004
    }
