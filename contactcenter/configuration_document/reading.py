"""Makes a document of the rows: what is in force, through whichever door it came."""

from collections import defaultdict
from typing import Any

import msgspec

from contactcenter.calendars import Calendar
from contactcenter.configuration_document import document as parts
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.naming import Names, namer
from contactcenter.configuration_document.rows import Queue, Rows, TermsRow
from contactcenter.configuration_vocabulary import ANY_QUEUE, DEFAULT, NEXT_TIER, RINGS
from contactcenter.opening_hours import Hours
from contactcenter.rules import DEFAULTS, Bands, EscalationRule, Limits, Sticky


def read(rows: Rows) -> Document:
    """The rows as a document; the same rows are the same document."""
    return _Reader(rows).document()


class _Reader:
    """The rows, and what each is called."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        names = Names(rows)
        self._condition = names.condition_in_names
        self._queue = namer(names.queues)
        self._team = namer(names.teams)
        self._agent = namer(names.agents)
        self._calendars = {calendar.id: calendar.name_en for calendar in rows.calendars}

    def document(self) -> Document:
        """All of it, in an order that does not depend on that of the rows."""
        rows = self._rows
        settings = {**DEFAULTS, **rows.settings}
        return Document(
            calendars={c.name_en: _calendar(c) for c in rows.calendars},
            capacity=dict(settings["capacity"]),
            queues={
                queue.name: self._as_queue(queue) for queue in rows.queues if not queue.archived
            },
            teams=self._teams(),
            agents=self._agents(),
            credits=self._credits(),
            sticky=msgspec.convert(settings["sticky"], Sticky),
            bands=msgspec.convert(settings["bands"], Bands),
            entry=tuple(
                parts.EntryRule(when=self._condition(r.condition), queue=self._queue(r.queue_id))
                for r in rows.entry
            ),
            entry_points={
                point.key: parts.EntryPoint(
                    queue=self._queue(point.queue_id),
                    calendar=self._calendar(point.calendar_id),
                    options=point.options,
                )
                for point in rows.entry_points
                if not point.discovered
            },
            overflow=self._overflow(),
            escalation=self._escalation(),
            limits=msgspec.convert(settings["limits"], Limits),
            sla=self._sla(),
        )

    def _as_queue(self, queue: Queue) -> parts.Queue:
        escalate_to = None if queue.escalate_to_id is None else self._queue(queue.escalate_to_id)
        return parts.Queue(
            team=self._team(queue.team_id),
            tier=queue.tier,
            calendar=self._calendar(queue.calendar_id),
            offer_s=_rings(queue),
            auto_accept=tuple(sorted(queue.auto_accept)),
            wrap_up_s=queue.wrap_up_s,
            return_after_s=queue.return_after_s,
            escalate_to=escalate_to,
            escalate_after_s=queue.escalate_after_s,
            requires=msgspec.convert(queue.requirements, parts.Skills),
        )

    def _teams(self) -> tuple[parts.TeamQueue, ...]:
        grants = [
            parts.TeamQueue(
                team=self._team(row.team_id),
                queue=self._queue(row.queue_id),
                level=row.level,
                delay_s=row.delay_s,
                handicap_s=row.handicap_s,
                band=row.band,
            )
            for row in self._rows.team_queues
        ]
        return tuple(sorted(grants, key=lambda grant: (grant.queue, grant.level, grant.team)))

    def _agents(self) -> dict[str, parts.Agent]:
        """Everybody of whom there is anything to say."""
        teams: dict[int, list[str]] = defaultdict(list)
        skills: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        queues: dict[int, dict[str, parts.Terms]] = defaultdict(dict)
        for member in self._rows.team_members:
            teams[member.agent_id].append(self._team(member.team_id))
        for skill in self._rows.skills:
            skills[skill.agent_id][skill.kind][skill.name] = skill.level
        for row in self._rows.memberships:
            if row.source == "own":
                queues[row.agent_id][self._queue(row.queue_id)] = terms_of(row)
        return {
            self._agent(agent_id): parts.Agent(
                teams=tuple(sorted(teams[agent_id])),
                skills=msgspec.convert(skills[agent_id], parts.Skills),
                queues=queues[agent_id],
            )
            for agent_id in {*teams, *skills, *queues}
        }

    def _credits(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for rule in self._rows.credits:
            if rule.value:
                made.setdefault(rule.kind, {})[rule.value] = rule.credit_s
            else:
                made[rule.kind] = rule.credit_s
        return made

    def _overflow(self) -> dict[str, tuple[parts.OverflowStep, ...]]:
        made: dict[str, tuple[parts.OverflowStep, ...]] = {}
        for row in self._rows.overflow:
            step = parts.OverflowStep(
                after_s=row.after_s,
                to=self._queue(row.to_queue_id),
                only=tuple(sorted(row.channels)),
            )
            name = self._queue(row.queue_id)
            made[name] = (*made.get(name, ()), step)
        return made

    def _escalation(self) -> tuple[parts.EscalationRule, ...]:
        return tuple(
            parts.EscalationRule(
                name=rule.name,
                from_=ANY_QUEUE if rule.from_queue_id is None else self._queue(rule.from_queue_id),
                when=self._condition(rule.condition),
                to=self._target(rule),
                notify=rule.notify,
            )
            for rule in self._rows.escalation
        )

    def _target(self, rule: EscalationRule) -> str | None:
        if not rule.moves:
            return None
        return NEXT_TIER if rule.to_queue_id is None else self._queue(rule.to_queue_id)

    def _sla(self) -> tuple[parts.SlaPolicy, ...]:
        return tuple(
            parts.SlaPolicy(
                name=policy.name,
                when=self._condition(policy.condition),
                first_reply_s=policy.first_reply_s,
                next_reply_s=policy.next_reply_s,
                resolution_s=policy.resolution_s,
                calendar=self._calendar(policy.calendar_id),
                warn_share=policy.warn_share,
            )
            for policy in self._rows.sla
        )

    def _calendar(self, calendar_id: int | None) -> str | None:
        return None if calendar_id is None else self._calendars[calendar_id]


def terms_of(row: TermsRow) -> parts.Terms:
    """The terms of a row."""
    return parts.Terms(
        level=row.level, delay_s=row.delay_s, handicap_s=row.handicap_s, band=row.band
    )


def _rings(queue: Queue) -> int | dict[str, int] | None:
    """How long it rings; None where that is as if nothing was said."""
    by_channel = {DEFAULT: queue.offer_timeout_s, **queue.offer_timeouts}
    if by_channel == RINGS:
        return None
    return by_channel if queue.offer_timeouts else queue.offer_timeout_s


def _calendar(calendar: Calendar) -> parts.Calendar:
    week = {day: _hours(getattr(calendar.week, day)) for day in parts.Week.__struct_fields__}
    return parts.Calendar(
        name_fa=calendar.name_fa,
        time_zone=calendar.time_zone,
        week=parts.Week(**week),
        exceptions={
            each.day: parts.ExceptionalDay(
                name_en=each.name_en, name_fa=each.name_fa, hours=_hours(each.hours)
            )
            for each in calendar.exceptions
        },
    )


def _hours(hours: tuple[Hours, ...]) -> tuple[str, ...]:
    return tuple(f"{each.opens}-{each.closes}" for each in hours)
