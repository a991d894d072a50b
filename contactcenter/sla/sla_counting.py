"""Counts when a clock is due, and makes of it what is written: its columns and its timers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from contactcenter import calendars
from contactcenter.db import Conn
from contactcenter.rules import Rules
from contactcenter.sla.sla_clocks import Row, Wanted
from contactcenter.timers import Kind
from routing import sla
from routing.calendars import ALWAYS_OPEN, Calendar
from routing.sla import Clock

Columns = Mapping[str, Any]


class Known:
    """Calendars that were read, each as of its version."""

    def __init__(self) -> None:
        self._calendars: dict[int, tuple[int, Calendar]] = {}

    async def read(self, conn: Conn, versions: Mapping[int, int]) -> None:
        """Read those of which this version is not known."""
        for calendar_id, version in versions.items():
            known = self._calendars.get(calendar_id)
            if known is None or known[0] != version:
                read = await calendars.load(conn, calendar_id)
                self._calendars[calendar_id] = (version, read)

    def calendar(self, calendar_id: int | None) -> Calendar:
        """One that was read; without a calendar it is always open."""
        return ALWAYS_OPEN if calendar_id is None else self._calendars[calendar_id][1]

    def version(self, calendar_id: int | None) -> int | None:
        """The version that was read."""
        return None if calendar_id is None else self._calendars[calendar_id][0]


class Hours(NamedTuple):
    """What a clock goes by: its calendar as of a version, and what share of it people fear."""

    calendar: Calendar
    version: int | None
    warn_share: float

    @classmethod
    def of(cls, row: Row, known: Known) -> "Hours":
        """Those of a clock there is."""
        calendar_id = row.calendar_id
        return cls(known.calendar(calendar_id), known.version(calendar_id), row.warn_share)


class Counted(NamedTuple):
    """A clock, judged, and when it is due and people are to be warned."""

    clock: Clock
    due_at: datetime | None
    warn_at: datetime | None
    warned_at: datetime | None
    version: int | None

    @property
    def columns(self) -> Columns:
        """What of it may change."""
        clock = self.clock
        return {
            "due_at": self.due_at,
            "warn_at": self.warn_at,
            "warned_at": self.warned_at,
            "breached_at": clock.breached_at,
            "met_at": clock.ended_at if clock.ended_by == "met" else None,
            "ended_at": clock.ended_at,
            "ended_by": clock.ended_by,
            "calendar_version": self.version,
        }


def counted(
    now: datetime, clock: Clock, hours: Hours, warned_at: datetime | None = None
) -> Counted:
    """Count anew when a clock is due."""
    due_at = sla.due(clock, hours.calendar)
    warn_at = sla.share_reached(clock, hours.calendar, hours.warn_share)
    return Counted(sla.judged(clock, due_at, now), due_at, warn_at, warned_at, hours.version)


def ended(row: Row, clock: Clock, known: Known) -> Counted:
    """A clock that has ended: it was broken if it was due by then."""
    if row.calendar_version != row.calendar_now:
        return counted(clock.started_at, clock, Hours.of(row, known), row.warned_at)
    judged = sla.judged(clock, row.due_at, clock.started_at)
    return Counted(judged, row.due_at, row.warn_at, row.warned_at, row.calendar_version)


def change(row: Row, after: Counted) -> Columns:
    """What is written of a clock there is."""
    clock, was_paused = after.clock, row.clock.is_paused
    last = clock.pauses[-1] if clock.pauses else None
    return {
        "id": row.id,
        "is_told": clock.breached_at is not None and row.breached_at is None,
        "is_kept": is_kept(clock),
        "paused_at": last.from_at if last and clock.is_paused and not was_paused else None,
        "resumed_at": last.to_at if last and was_paused else None,
        **after.columns,
    }


def is_kept(clock: Clock) -> bool:
    """Whether the promise was met, and never broken before."""
    return clock.ended_by == "met" and clock.breached_at is None


def timers(
    ticket_id: int, one: Counted, calendar: Calendar, in_force: Rules, *, since: datetime | None
) -> Iterator[Wanted]:
    """What a clock waits for: the warning, then the end; and the next share a rule asks for.

    Shares that were reached before ``since`` were asked for then.
    """
    clock = one.clock
    if clock.ended_at is not None:
        return
    kind: Kind = "sla_due" if one.warned_at else "sla_warning"
    due_at = one.due_at if one.warned_at else one.warn_at
    if clock.breached_at is None and due_at is not None:
        yield Wanted(ticket_id=ticket_id, metric=clock.metric, kind=kind, due_at=due_at)
    for share in sorted(set(burn_shares([rule.condition for rule in in_force.escalation]))):
        at = sla.share_reached(clock, calendar, share)
        if at is not None and (since is None or at > since):
            yield Wanted(ticket_id=ticket_id, metric=clock.metric, kind="sla_share", due_at=at)
            return


def burn_shares(condition: Any) -> Iterator[float]:
    """Every share at which a condition, or one inside it, asks how much of a promise is gone."""
    if isinstance(condition, Mapping):
        for name, wanted in condition.items():
            if name == "sla_burn" and isinstance(wanted, int | float):
                yield float(wanted)
            else:
                yield from burn_shares(wanted)
    elif isinstance(condition, list | tuple):
        for each in condition:
            yield from burn_shares(each)


def versions(rows: Iterable[Row]) -> dict[int, int]:
    """The calendars of clocks as they are now."""
    return {
        row.calendar_id: row.calendar_now
        for row in rows
        if row.calendar_id is not None and row.calendar_now is not None
    }
