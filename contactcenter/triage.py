"""Looks at each new message: who is this, what does he want, where does the problem go.

A message on a ticket that stays where it is only gets marked; whatever changes routing is handed
to the dispatcher. If looking fails twice or comes too late, the ticket goes to the entry point's
default queue as ``unknown``: a caller never waits for a classifier.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from contactcenter import db, logs, segments, tickets
from contactcenter.bell import Bell, rung
from contactcenter.db import Conn, Database
from contactcenter.dispatch import arriving
from contactcenter.dispatch.arriving import Finding
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.entering import enter
from contactcenter.errors import NoDatabase
from routing import entry, language, requests
from routing.states import State
from routing.temperament import Assessment, Assessor, Message
from routing.text import own_words

BATCH: Final = 64
#: A message that nobody has looked at for this long is routed without a look.
LATE_AFTER_S: Final = 2.0
MAX_ATTEMPTS: Final = 2
#: Nobody's manner needs more words than this to show; a book would hold up everybody else.
LOOKED_AT_CHARACTERS: Final = 8_000
_LOOK_EVERY_S: Final = 0.5
_LOOK_AGAIN_S: Final = 0.01
#: So long may messages come in between two tickets, if they do: a provider waits for each.
_GIVES_WAY_S: Final = 0.002

log = structlog.get_logger()


class _Claimed(Struct, frozen=True, kw_only=True):
    id: int
    contact_id: int
    state: State
    channel: str
    temperament: str
    language: str | None
    entry_point_id: int | None
    queue_id: int | None
    intake_queue_id: int | None
    subject: str


class _NewMessage(Struct, frozen=True, kw_only=True):
    id: int
    ticket_id: int
    body: str
    received_at: datetime
    waited: timedelta


class _Turn(Struct, frozen=True, kw_only=True):
    contact_id: int
    id: int
    direction: str
    channel: str
    body: str
    occurred_at: datetime


class _Rule(Struct, frozen=True, kw_only=True):
    rule_id: int
    condition: dict[str, Any]
    queue_id: int


class _Case(Struct, frozen=True, kw_only=True):
    """One ticket's new messages, with what is known of the person."""

    ticket: _Claimed
    messages: Sequence[_NewMessage]
    turns: Sequence[_Turn]
    known: Sequence[segments.Segment]


_SQL = db.Statements(__name__)
_untriaged_tickets = _SQL.take("untriaged_tickets", int)
_claim = _SQL.take("claim", _Claimed)
_messages = _SQL.take("messages", _NewMessage)
_conversations = _SQL.take("conversations", _Turn)
_rules = _SQL.take("rules", _Rule)
_settle = _SQL.command("settle")


class Triage:
    """One task a process; what a crashed process left behind is found by the next look.

    ``gives_way`` tells whether there is something more urgent than a look.
    """

    def __init__(
        self,
        database: Database,
        bell: Bell,
        dispatcher: Dispatcher,
        assessor: Assessor,
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._bell = bell
        self._dispatcher = dispatcher
        self._assessor = assessor
        self._gives_way = gives_way
        self._news = bell.waiter("triage")
        self._attempts: Counter[int] = Counter()
        #: Messages that were routed without a look, for the metrics.
        self.failures = 0

    async def run(self) -> None:
        """Look at what comes in until cancelled."""
        while True:
            await rung(self._news, at_most_s=_LOOK_EVERY_S)
            try:
                while await self.look():
                    pass
            except (NoDatabase, asyncpg.PostgresError) as error:
                log.warning("triage_failed", error=type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self) -> bool:
        """Look at one batch of tickets; returns whether there may be more."""
        async with self._database.transaction() as conn:
            wanted = await _untriaged_tickets.all(conn, 4 * BATCH)
            claimed = {t.id: t for t in await _claim.all(conn, wanted[:BATCH])}
            findings = await self._find(conn, claimed) if claimed else []
        if claimed:
            self._bell.ring("events")
        new = [f for f in findings if claimed[f.ticket_id].state == "new" and not f.escalation_cue]
        others = [f for f in findings if f not in new]
        entering = [self._let_enter(new)] if new else []
        await asyncio.gather(*entering, *map(self._hand_over, others))
        if wanted and not claimed:  # somebody else is at them: a moment, then again
            await asyncio.sleep(_LOOK_AGAIN_S)
        return bool(wanted)

    async def _find(self, conn: Conn, claimed: Mapping[int, _Claimed]) -> list[Finding]:
        """Look at the claimed tickets; settles those that stay and returns the others."""
        new: dict[int, list[_NewMessage]] = defaultdict(list)
        for message in await _messages.all(conn, list(claimed), 4 * BATCH):
            new[message.ticket_id].append(message)
        looked_at = {ticket_id for ticket_id, messages in new.items() if not _is_late(messages)}
        contact_ids = {claimed[ticket_id].contact_id for ticket_id in looked_at}
        turns: dict[int, list[_Turn]] = defaultdict(list)
        for turn in await _conversations.all(conn, sorted(contact_ids)):
            turns[turn.contact_id].append(turn)
        asserted = await segments.current(conn, contact_ids)
        rules = [entry.Rule(**msgspec.structs.asdict(r)) for r in await _rules.all(conn)]
        findings: list[Finding] = []
        settled: list[Finding] = []
        said: dict[int, segments.Said] = {}
        failures_before = self.failures
        for ticket_id, messages in new.items():
            ticket = claimed[ticket_id]
            said_so, known = turns[ticket.contact_id], asserted.get(ticket.contact_id, [])
            case = _Case(ticket=ticket, messages=messages, turns=said_so, known=known)
            finding = self._look_at(case, rules, said)
            if finding is not None:
                (settled if _stays(ticket, finding) else findings).append(finding)
            if ticket_id in looked_at:
                await asyncio.sleep(_GIVES_WAY_S if self._gives_way() else 0)
        if self.failures > failures_before:
            log.error("triage_gave_up", tickets=self.failures - failures_before)
        await segments.assert_many(conn, list(said.values()), source="cues", actor="system")
        if settled:
            await _settle.run(
                conn,
                [f.ticket_id for f in settled],
                [f.received_at for f in settled],
                [i for f in settled for i in f.interaction_ids],
            )
        return findings

    def _look_at(
        self, case: _Case, rules: Sequence[entry.Rule], said: dict[int, segments.Said]
    ) -> Finding | None:
        """One ticket's new messages; None where it failed and is to be tried once more.

        What the rules now say of the person goes into ``said``, by contact.
        """
        ticket_id = case.ticket.id
        if _is_late(case.messages) or self._attempts[ticket_id] >= MAX_ATTEMPTS:
            self.failures += 1
            return _without_a_look(case)
        try:
            assessment = self._assessor(_as_messages(case.turns))
            finding = _finding(case, assessment, rules)
        except Exception as error:
            self._attempts[ticket_id] += 1
            told = logs.unquoted(error)
            log.exception("triage_attempt_failed", ticket_id=ticket_id, exc_info=told)
            return None
        if segments.differs(assessment, case.known):
            said[case.ticket.contact_id] = segments.Said(
                contact_id=case.ticket.contact_id,
                value=assessment.label,
                confidence=assessment.confidence,
                evidence=segments.as_rows(assessment),
                from_at=case.messages[-1].received_at,
            )
        return finding

    async def _let_enter(self, findings: Sequence[Finding]) -> None:
        """Hand over new problems together; if that fails, each alone, as one sinks no neighbour."""
        try:
            await self._dispatcher.submit(lambda conn, now: enter(conn, now, findings))
            for finding in findings:
                self._attempts.pop(finding.ticket_id, None)
        except (NoDatabase, asyncpg.PostgresError) as error:
            log.warning("triage_entering_failed", error=type(error).__name__, size=len(findings))
            await asyncio.gather(*map(self._hand_over, findings))

    async def _hand_over(self, finding: Finding) -> None:
        try:
            await self._dispatcher.submit(lambda conn, now: arriving.route(conn, now, finding))
            self._attempts.pop(finding.ticket_id, None)
        except (NoDatabase, asyncpg.PostgresError) as error:
            ticket_id, name = finding.ticket_id, type(error).__name__
            self._attempts[ticket_id] += 1
            log.warning("triage_hand_over_failed", ticket_id=ticket_id, error=name)


def _is_late(messages: Sequence[_NewMessage]) -> bool:
    return max(m.waited for m in messages) > timedelta(seconds=LATE_AFTER_S)


def _without_a_look(case: _Case) -> Finding:
    """The entry point's default queue, and what was known of the contact before."""
    ticket = case.ticket
    queue_id = ticket.queue_id or ticket.intake_queue_id
    assert queue_id is not None, f"ticket {ticket.id} has no queue to go to"
    return Finding(
        ticket_id=ticket.id,
        interaction_ids=[m.id for m in case.messages],
        received_at=case.messages[-1].received_at,
        temperament=ticket.temperament,
        language=ticket.language,
        subject=tickets.subject_of(case.messages[0].body),
        queue_id=queue_id,
    )


def _finding(case: _Case, assessment: Assessment, rules: Sequence[entry.Rule]) -> Finding:
    by_person = [s for s in case.known if s.source == "agent"]
    text = "\n".join(own_words(m.body[:LOOKED_AT_CHARACTERS]) for m in case.messages)
    cues = [requests.asks_for_escalation(m.body[:LOOKED_AT_CHARACTERS]) for m in case.messages]
    finding = msgspec.structs.replace(
        _without_a_look(case),
        temperament=by_person[0].value if by_person else assessment.label,
        language=language.detect(text),
        escalation_cue=next((cue for cue in cues if cue is not None), None),
    )
    problem = entry.Problem(
        channel=case.ticket.channel,
        entry_point_id=case.ticket.entry_point_id,
        language=finding.language,
        temperament=finding.temperament,
        text=text,
    )
    rule = entry.first_match(rules, problem) if case.ticket.state == "new" else None
    if rule is None:
        return finding
    return msgspec.structs.replace(finding, queue_id=rule.queue_id, rule_id=rule.rule_id)


def _stays(ticket: _Claimed, finding: Finding) -> bool:
    """Whether the new messages change nothing about where the ticket is or how it is shown."""
    return (
        ticket.state in ("waiting", "offered", "assigned", "on_hold")
        and finding.escalation_cue is None
        and finding.temperament == ticket.temperament
        and (finding.language is None or finding.language == ticket.language)
    )


def _as_messages(turns: Sequence[_Turn]) -> list[Message]:
    return [
        Message(
            role="customer" if turn.direction == "inbound" else "agent",
            text=turn.body[:LOOKED_AT_CHARACTERS],
            channel=turn.channel,
            at=turn.occurred_at,
            interaction_id=turn.id,
        )
        for turn in turns
    ]
