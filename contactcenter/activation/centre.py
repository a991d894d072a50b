"""Writes calendars, queues, entry rules and entry points by the means that administrators have."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from contactcenter import calendars
from contactcenter.administration import calendar_setup, entry_points, entry_rules, queue_setup
from contactcenter.administration.calendar_setup import WantedCalendar, WantedDay
from contactcenter.administration.entry_rules import WantedRule
from contactcenter.administration.queue_setup import NewQueue
from contactcenter.configuration_document.document import Calendar, Document, Queue
from contactcenter.configuration_document.naming import Names
from contactcenter.configuration_document.opening import hours_of
from contactcenter.configuration_document.rows import Rows
from contactcenter.db import Conn
from contactcenter.opening_hours import Week
from routing.calendars import WEEKDAYS


async def write_calendars(
    conn: Conn, now: datetime, before: Document, after: Document, names: Names, *, actor: str
) -> None:
    """Make those that are new, and write anew those that changed."""
    known = before.calendars or {}
    for name, calendar in (after.calendars or {}).items():
        if name not in known:
            await calendar_setup.create(conn, now, _wanted(name, calendar), actor=actor)
        elif calendar != known[name]:
            there = await calendars.lock(conn, names.calendars[name])
            await calendar_setup.replace(conn, now, there, _wanted(name, calendar), actor=actor)


async def write_queues(
    conn: Conn, now: datetime, document: Document, names: Names, *, actor: str
) -> dict[str, int]:
    """Make the new ones, then let every queue be as it is wished for; returns all ids by name.

    An archived one that is named again is in use again. Where a queue escalates to is written when
    all of them are there.
    """
    ids = dict(names.queues)
    for name, queue in document.queues.items():
        if name not in ids:
            columns = {**_columns(queue, names), "escalate_to_id": None}
            made = await queue_setup.add(conn, now, NewQueue(name=name, **columns), actor=actor)
            ids[name] = made.id
    for name, queue in document.queues.items():
        there = await queue_setup.lock(conn, ids[name])
        escalate_to_id = None if queue.escalate_to is None else ids[queue.escalate_to]
        columns = {**_columns(queue, names), "escalate_to_id": escalate_to_id, "archived_at": None}
        if sorted(there.auto_accept) == columns["auto_accept"]:
            columns["auto_accept"] = there.auto_accept  # their order means nothing
        wished = msgspec.structs.replace(there, **columns)
        await queue_setup.save(conn, now, there, wished, actor=actor)
    return ids


async def archive_others(
    conn: Conn, now: datetime, rows: Rows, document: Document, *, actor: str
) -> None:
    """Archive the queues, and the calendars, that the document leaves out; nothing leads there."""
    for queue in rows.queues:
        if not queue.archived and queue.name not in document.queues:
            there = await queue_setup.lock(conn, queue.id)
            archived = msgspec.structs.replace(there, archived_at=now)
            await queue_setup.save(conn, now, there, archived, actor=actor)
    for calendar in rows.calendars:
        if document.calendars is not None and calendar.name_en not in document.calendars:
            await calendar_setup.archive(
                conn, now, await calendars.lock(conn, calendar.id), actor=actor
            )


async def write_entry(
    conn: Conn,
    now: datetime,
    document: Document,
    names: Names,
    *,
    channels: Collection[str],
    actor: str,
) -> None:
    """Write the entry table, a rule that stays by its id, and where each entry point leads."""
    table = await entry_rules.read(conn)
    free = list(table.rules)
    wanted = []
    for rule in document.entry:
        condition, queue_id = names.condition_in_ids(rule.when), names.queues[rule.queue]
        same = next((r for r in free if (r.condition, r.queue_id) == (condition, queue_id)), None)
        if same is not None:
            free.remove(same)
        wanted.append(
            WantedRule(id=None if same is None else same.id, condition=condition, queue_id=queue_id)
        )
    if [rule.id for rule in wanted] != [rule.id for rule in table.rules]:
        await entry_rules.replace(
            conn, now, wanted, version=table.version, channels=channels, actor=actor
        )
    for key, point in document.entry_points.items():
        there = await entry_points.lock(conn, names.entry_points[key])
        calendar_id = None if point.calendar is None else names.calendars[point.calendar]
        wished = msgspec.structs.replace(
            there,
            queue_id=names.queues[point.queue],
            calendar_id=calendar_id,
            options=point.options,
        )
        await entry_points.change(conn, now, there, wished, actor=actor)


def _columns(queue: Queue, names: Names) -> dict[str, Any]:
    """The queue's row, but for its name and where it escalates to."""
    offer_timeout_s, offer_timeouts = queue.rings_s
    return {
        "team_id": names.teams[queue.team],
        "tier": queue.tier,
        "auto_accept": sorted(queue.auto_accept),
        "offer_timeout_s": offer_timeout_s,
        "offer_timeouts": offer_timeouts,
        "wrap_up_s": queue.wrap_up_s,
        "return_after_s": queue.return_after_s,
        "escalate_after_s": queue.escalate_after_s,
        "calendar_id": None if queue.calendar is None else names.calendars[queue.calendar],
        "requirements": msgspec.to_builtins(queue.requires),
    }


def _wanted(name: str, calendar: Calendar) -> WantedCalendar:
    week = {day: hours_of(getattr(calendar.week, day)) for day in WEEKDAYS}
    return WantedCalendar(
        name_en=name,
        name_fa=calendar.name_fa,
        time_zone=calendar.time_zone,
        week=Week(**week),
        exceptions=[
            WantedDay(
                day=day, name_en=each.name_en, name_fa=each.name_fa, hours=hours_of(each.hours)
            )
            for day, each in sorted(calendar.exceptions.items())
        ],
    )
