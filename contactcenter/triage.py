"""Looks at each new message: who is this, what does he want, where does the problem go.

A message on a ticket that stays where it is only gets marked; whatever changes routing is handed
to the dispatcher. If looking fails twice or comes too late, the ticket goes to the entry point's
default queue as ``unknown``: a caller never waits for a classifier.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import asyncpg
import structlog

from contactcenter import (
    db,
    entry_rules,
    escalation_checks,
    logs,
    segment_checks,
    segments,
    sla,
    ticket_facts,
    triage_cases,
)
from contactcenter.bell import Bell, rung
from contactcenter.db import Conn, Database
from contactcenter.dispatch import arriving
from contactcenter.dispatch.arriving import Finding
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.entering import enter
from contactcenter.errors import NoDatabase
from contactcenter.triage_cases import Case, Claimed, NewMessage, Turn
from routing import entry
from routing.temperament import Assessor

BATCH: Final = 64
MAX_ATTEMPTS: Final = 2
_LOOK_EVERY_S: Final = 0.5
_LOOK_AGAIN_S: Final = 0.01
#: So long may messages come in between two tickets, if they do: a provider waits for each.
_GIVES_WAY_S: Final = 0.002

log = structlog.get_logger()

_SQL = db.Statements(__name__)
_untriaged_tickets = _SQL.take("untriaged_tickets", int)
_claim = _SQL.take("claim", Claimed)
_messages = _SQL.take("messages", NewMessage)
_conversations = _SQL.take("conversations", Turn)
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

    async def _find(self, conn: Conn, claimed: Mapping[int, Claimed]) -> list[Finding]:
        """Look at the claimed tickets; settles those that stay and returns the others."""
        new = await _new_messages(conn, claimed)
        looked_at = {
            ticket_id for ticket_id, messages in new.items() if not triage_cases.is_late(messages)
        }
        contact_ids = {claimed[ticket_id].contact_id for ticket_id in looked_at}
        turns = await _said_before(conn, contact_ids)
        asserted = await segments.current(conn, contact_ids)
        rules = await entry_rules.in_force(conn)
        facts = await _facts_of_new(conn, claimed, new)
        findings: list[Finding] = []
        settled: list[Finding] = []
        said: dict[int, segments.Said] = {}
        failures_before = self.failures
        for ticket_id, messages in new.items():
            ticket = claimed[ticket_id]
            case = Case(
                ticket=ticket,
                facts=facts.get(ticket_id),
                messages=messages,
                turns=turns.get(ticket.contact_id, []),
                known=asserted.get(ticket.contact_id, []),
            )
            finding = self._look_at(case, rules, said)
            if finding is not None:
                (settled if triage_cases.stays(ticket, finding) else findings).append(finding)
            if ticket_id in looked_at:
                await asyncio.sleep(_GIVES_WAY_S if self._gives_way() else 0)
        if self.failures > failures_before:
            log.error("triage_gave_up", tickets=self.failures - failures_before)
        await segments.assert_many(conn, list(said.values()), source="cues", actor="system")
        if settled:
            await _stay(conn, settled)
        return findings

    def _look_at(
        self, case: Case, rules: Sequence[entry.Rule], said: dict[int, segments.Said]
    ) -> Finding | None:
        """One ticket's new messages; None where it failed and is to be tried once more.

        What the rules now say of the person goes into ``said``, by contact.
        """
        ticket_id = case.ticket.id
        if triage_cases.is_late(case.messages) or self._attempts[ticket_id] >= MAX_ATTEMPTS:
            self.failures += 1
            return triage_cases.without_a_look(case)
        try:
            assessment = (
                self._assessor(triage_cases.as_messages(case.turns)) if case.counts else None
            )
            finding = triage_cases.concluded(case, assessment, rules)
        except Exception as error:
            self._attempts[ticket_id] += 1
            told = logs.unquoted(error)
            log.exception("triage_attempt_failed", ticket_id=ticket_id, exc_info=told)
            return None
        if assessment is not None and segments.differs(assessment, case.known):
            said[case.ticket.contact_id] = segments.Said(
                contact_id=case.ticket.contact_id,
                value=assessment.label,
                confidence=assessment.confidence,
                evidence=segments.as_rows(assessment),
                from_at=finding.received_at,
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
            if finding.counts:
                await self._dispatcher.submit(lambda conn, now: arriving.route(conn, now, finding))
            else:  # so nothing is promised
                await self._dispatcher.submit(lambda conn, now: enter(conn, now, [finding]))
            self._attempts.pop(finding.ticket_id, None)
        except (NoDatabase, asyncpg.PostgresError) as error:
            ticket_id, name = finding.ticket_id, type(error).__name__
            self._attempts[ticket_id] += 1
            log.warning("triage_hand_over_failed", ticket_id=ticket_id, error=name)


async def _new_messages(conn: Conn, claimed: Mapping[int, Claimed]) -> dict[int, list[NewMessage]]:
    """What was written, by ticket; the rules of segments look at who wrote it."""
    new: dict[int, list[NewMessage]] = defaultdict(list)
    for message in await _messages.all(conn, list(claimed), 4 * BATCH):
        new[message.ticket_id].append(message)
    heard_at = max((m.received_at for found in new.values() for m in found), default=None)
    if heard_at is not None:
        await segment_checks.ask(conn, heard_at, {claimed[i].contact_id for i in new})
    return new


async def _stay(conn: Conn, settled: Sequence[Finding]) -> None:
    """Tickets that stay where they are need no routing; rules may listen, an answer is promised."""
    ids = [f.ticket_id for f in settled]
    received_at = [f.received_at for f in settled]
    await _settle.run(conn, ids, received_at, [i for f in settled for i in f.interaction_ids])
    await escalation_checks.ask(conn, max(received_at), ids, escalation_checks.WORDS)
    await sla.heard(conn, {f.ticket_id: f.heard_at for f in settled})


async def _said_before(conn: Conn, contact_ids: Iterable[int]) -> Mapping[int, Sequence[Turn]]:
    turns: dict[int, list[Turn]] = defaultdict(list)
    for turn in await _conversations.all(conn, sorted(contact_ids)):
        turns[turn.contact_id].append(turn)
    return turns


async def _facts_of_new(
    conn: Conn, claimed: Mapping[int, Claimed], messages: Mapping[int, Sequence[NewMessage]]
) -> dict[int, entry.Problem]:
    """What rules may ask of those that have no queue yet, as it is known now."""
    new = {i: messages[i][-1] for i in messages if claimed[i].state == "new"}
    if not new:
        return {}
    now = max(message.received_at + message.waited for message in new.values())
    return await ticket_facts.read_all(conn, new, now, words=False)
