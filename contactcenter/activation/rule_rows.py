"""Writes what is replaced as a whole: settings, credits, overflow, escalation, SLA, team queues."""

from typing import Any, Final

import msgspec

from contactcenter import db
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.naming import Names
from contactcenter.configuration_vocabulary import ANY_QUEUE, NEXT_TIER
from contactcenter.db import Conn
from contactcenter.rules import DEFAULTS, Setting

_SQL = db.Statements(__name__)
_put_setting = _SQL.command("put_setting")
_remove_setting = _SQL.command("remove_setting")
_put_credit = _SQL.command("put_credit")
_put_overflow = _SQL.command("put_overflow")
_put_escalation = _SQL.command("put_escalation")
_put_sla = _SQL.command("put_sla")
_put_team_queue = _SQL.command("put_team_queue")
#: What empties the table of each section.
_REMOVE: Final = {
    "credits": _SQL.command("remove_credits"),
    "overflow": _SQL.command("remove_overflow"),
    "escalation": _SQL.command("remove_escalation"),
    "sla": _SQL.command("remove_sla"),
    "teams": _SQL.command("remove_team_queues"),
}


async def write(conn: Conn, before: Document, after: Document, names: Names) -> None:
    """Write the sections that are not as they were; every queue that is named exists."""
    await _settings(conn, after)
    rows = {
        "credits": (_put_credit, _credits(after)),
        "overflow": (_put_overflow, _overflow(after, names)),
        "escalation": (_put_escalation, _escalation(after, names)),
        "sla": (_put_sla, _sla(after, names)),
        "teams": (_put_team_queue, _teams(after, names)),
    }
    for section, (put, values) in rows.items():
        if getattr(before, section) != getattr(after, section):
            await _REMOVE[section].run(conn)
            await put.many(conn, values)


async def _settings(conn: Conn, document: Document) -> None:
    """One row a setting; one that says what holds anyhow has none."""
    for name, default in DEFAULTS.items():
        value = getattr(document, name)
        written = msgspec.to_builtins(value) if isinstance(value, Setting) else value
        if written == default:
            await _remove_setting.run(conn, name)
        else:
            await _put_setting.run(conn, name, written)


def _credits(document: Document) -> list[tuple[Any, ...]]:
    return [
        (kind, value, credit_s)
        for kind, worth in document.credits.items()
        for value, credit_s in (worth.items() if isinstance(worth, dict) else [("", worth)])
    ]


def _overflow(document: Document, names: Names) -> list[tuple[Any, ...]]:
    return [
        (names.queues[name], step.after_s, names.queues[step.to], list(step.only))
        for name, steps in document.overflow.items()
        for step in steps
    ]


def _escalation(document: Document, names: Names) -> list[tuple[Any, ...]]:
    return [
        (
            rule.name,
            n,
            None if rule.from_ == ANY_QUEUE else names.queues[rule.from_],
            names.condition_in_ids(rule.when),
            None if rule.to in (None, NEXT_TIER) else names.queues[rule.to],
            rule.to is not None,
            rule.notify,
        )
        for n, rule in enumerate(document.escalation, start=1)
    ]


def _sla(document: Document, names: Names) -> list[tuple[Any, ...]]:
    return [
        (
            policy.name,
            n,
            names.condition_in_ids(policy.when),
            policy.first_reply_s,
            policy.next_reply_s,
            policy.resolution_s,
            None if policy.calendar is None else names.calendars[policy.calendar],
            policy.warn_share,
        )
        for n, policy in enumerate(document.sla, start=1)
    ]


def _teams(document: Document, names: Names) -> list[tuple[Any, ...]]:
    return [
        (
            names.teams[grant.team],
            names.queues[grant.queue],
            grant.level,
            grant.delay_s,
            grant.handicap_s,
            grant.band,
        )
        for grant in document.teams
    ]
