"""What rules raise and clear: kept with its event and with whom it is told to, in one transaction.

A rule is locked while it is judged, and has one open alert at most: of two processes that look at
the same time one raises it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contactcenter import db, events
from contactcenter.alerting import measures
from contactcenter.alerting.judging import judge
from contactcenter.alerting.rules import Rule
from contactcenter.db import Conn
from contactcenter.reporting.today import Day, Today

Because = Literal["quiet", "changed", "switched_off", "removed", "queue_archived"]

#: What it means to a rule that is raised when one of these is edited: it is another rule.
_MEANT_BY: Final = ("measure", "queue_id", "direction")


class Alert(Struct, frozen=True, kw_only=True):
    """A row of ``alert``: what a rule raised, as it was then; not ``cleared_at`` while it holds."""

    id: int
    rule_id: int | None
    name: str
    measure: str
    queue_id: int | None
    direction: str
    threshold: float
    value: float
    raised_at: datetime
    cleared_at: datetime | None
    cleared_value: float | None
    cleared_because: str | None


class Delivery(Struct, frozen=True, kw_only=True):
    """Who outside is told of it, and whether he knows."""

    alert_id: int
    what: str
    kind: str
    target: str
    state: str
    attempts: int
    last_error: str | None
    ended_at: datetime | None


class _Over(Struct, frozen=True, kw_only=True):
    because: Because
    value: float | None = None


_SQL = db.Statements(__name__)
_lock_rules = _SQL.take("lock_rules", Rule)
_open = _SQL.take("open", Alert)
_page = _SQL.take("page", Alert)
_deliveries = _SQL.take("deliveries", Delivery)
_raise = _SQL.take("raise", int)
_clear = _SQL.command("clear")
_archived = _SQL.take("archived", int)
_note_since = _SQL.command("note_since")
_tell = _SQL.command("tell")
_teams = _SQL.take("teams", int)


async def look(conn: Conn, now: datetime, today: Today, day: Day) -> int:
    """Judge every rule by what is measured now; how many were raised or cleared."""
    every = await _lock_rules.all(conn)
    if not every:
        return 0
    raised = {one.rule_id: one for one in await _open.all(conn, [rule.id for rule in every])}
    measured = await measures.measured(conn, now, today, day) if _are_on(every) else {}
    archived = set(await _archived.all(conn, [rule.queue_id for rule in every if rule.queue_id]))
    moves = 0
    for rule in every:
        alert = raised.get(rule.id)
        if (because := _rests(rule, archived)) is not None:
            moves += await _rest(conn, now, rule, alert, because)
            continue
        value = measured.get((rule.queue_id, rule.measure))
        judged = judge(
            rule, value, now, is_raised=alert is not None, beyond_since=rule.beyond_since
        )
        if judged.beyond_since != rule.beyond_since:
            await _note_since.run(conn, rule.id, judged.beyond_since)
        if judged.move == "raise" and value is not None:
            await _begin(conn, now, rule, value)
            moves += 1
        elif judged.move == "clear":
            moves += await _end(conn, now, rule, alert, _Over(because="quiet", value=value))
    return moves


async def follow_change(conn: Conn, now: datetime, before: Rule, after: Rule) -> None:
    """Clear what a rule has raised where it says something else from now on."""
    if all(getattr(before, name) == getattr(after, name) for name in _MEANT_BY) and after.is_on:
        return
    because: Because = "changed" if after.is_on else "switched_off"
    for alert in await _open.all(conn, [before.id]):
        await _end(conn, now, before, alert, _Over(because=because))


async def follow_removal(conn: Conn, now: datetime, rule: Rule) -> None:
    """Clear what a rule has raised before it is gone."""
    for alert in await _open.all(conn, [rule.id]):
        await _end(conn, now, rule, alert, _Over(because="removed"))


async def page(
    conn: Conn,
    *,
    is_open: bool | None,
    before_id: int,
    limit: int,
    viewer_id: int | None = None,
) -> list[Alert]:
    """Alerts, the newest first: those that hold, those that are over, or (None) all.

    A viewer sees those of the queues whose teams he leads, and of all queues together.
    """
    return await _page.all(conn, is_open, before_id, limit, viewer_id)


async def deliveries(conn: Conn, alert_ids: Sequence[int]) -> list[Delivery]:
    """Who is told of these alerts."""
    return await _deliveries.all(conn, list(alert_ids))


def _are_on(every: Sequence[Rule]) -> bool:
    return any(rule.is_on for rule in every)


def _rests(rule: Rule, archived: Collection[int]) -> Because | None:
    """Why a rule is not judged; None where it is."""
    if not rule.is_on:
        return "switched_off"
    return "queue_archived" if rule.queue_id in archived else None


async def _rest(
    conn: Conn, now: datetime, rule: Rule, alert: Alert | None, because: Because
) -> int:
    """What it has raised holds no longer, and when it is judged again it begins anew."""
    if rule.beyond_since is not None:
        await _note_since.run(conn, rule.id, None)
    return await _end(conn, now, rule, alert, _Over(because=because))


async def _begin(conn: Conn, now: datetime, rule: Rule, value: float) -> None:
    alert_id = await _raise.one(conn, rule.id, value, now)
    raised = events.Event(
        kind="alert_raised",
        at=now,
        actor="system",
        team_ids=tuple(await _teams.all(conn, rule.queue_id)),
        data={
            "alert_id": alert_id,
            "rule_id": rule.id,
            "name": rule.name,
            "measure": rule.measure,
            "queue_id": rule.queue_id,
            "direction": rule.direction,
            "threshold": rule.threshold,
            "clears_at": rule.clears_at,
            "value": value,
        },
    )
    await events.record(conn, raised)
    await _tell_outside(conn, now, rule, alert_id, "raised")


async def _end(conn: Conn, now: datetime, rule: Rule, alert: Alert | None, over: _Over) -> int:
    if alert is None:
        return 0
    await _clear.run(conn, alert.id, now, over.value, over.because)
    cleared = events.Event(
        kind="alert_cleared",
        at=now,
        actor="system",
        team_ids=tuple(await _teams.all(conn, alert.queue_id)),
        data={
            "alert_id": alert.id,
            "rule_id": rule.id,
            "name": alert.name,
            "measure": alert.measure,
            "queue_id": alert.queue_id,
            "direction": alert.direction,
            "threshold": alert.threshold,
            "value": over.value,
            "because": over.because,
        },
    )
    await events.record(conn, cleared)
    await _tell_outside(conn, now, rule, alert.id, "cleared")
    return 1


async def _tell_outside(
    conn: Conn, now: datetime, rule: Rule, alert_id: int, what: Literal["raised", "cleared"]
) -> None:
    """Who is named by the rule is told a moment later."""
    kinds = ["email"] * len(rule.emails)
    targets = list(rule.emails)
    if rule.webhook_url is not None:
        kinds.append("webhook")
        targets.append(rule.webhook_url)
    await _tell.run(conn, alert_id, what, kinds, targets, rule.language, rule.id, now)
