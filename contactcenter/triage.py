"""Looks at each new message: who is this, what does he want, where does the problem go.

A message on a ticket that stays where it is only gets marked; whatever changes routing is handed
to the dispatcher. If looking fails twice or comes too late, the ticket goes to the entry point's
default queue as ``unknown``: a caller never waits for a classifier.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import asyncpg
import structlog

from contactcenter import db, escalation_checks, logs, ticket_facts, triage_cases
from contactcenter.administration import entry_rules
from contactcenter.assets import ticket_assets
from contactcenter.assets.ticket_assets import Naming
from contactcenter.bell import Bell, rung
from contactcenter.db import Conn, Database
from contactcenter.dispatch import arriving
from contactcenter.dispatch.arriving import Finding
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.dispatch.entering import enter
from contactcenter.errors import NoDatabase
from contactcenter.segments import segment_checks
from contactcenter.sla import sla
from contactcenter.temperaments import (
    temperament_evidence,
    temperament_judging,
    temperament_reading,
)
from contactcenter.temperaments.temperament_reading import Turn
from contactcenter.triage_cases import Case, Claimed, NewMessage
from routing import entry
from routing.temperament.reading import Reader

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
_turns = _SQL.take("turns", Turn)
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
        reader: Reader,
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._bell = bell
        self._dispatcher = dispatcher
        self._reader = reader
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
        rules = await entry_rules.in_force(conn)
        facts = await _facts_of_new(conn, claimed, new)
        failures_before = self.failures
        read = await self._read(conn, claimed, new)
        labels = await _judge(conn, claimed, {i: new[i] for i, is_read in read.items() if is_read})
        tags = await ticket_assets.known(conn, {claimed[i].contact_id for i in new})
        namings: list[Naming] = []
        findings: list[Finding] = []
        settled: list[Finding] = []
        for ticket_id, messages in new.items():
            ticket = claimed[ticket_id]
            case = Case(ticket=ticket, facts=facts.get(ticket_id), messages=messages)
            if ticket_id not in read:
                self.failures += 1
                finding: Finding | None = triage_cases.without_a_look(case)
                namings += _named(case, tags)  # which takes no time, and is not done later
            elif read[ticket_id]:
                finding = self._conclude(case, labels[ticket.contact_id], rules)
                namings += _named(case, tags)
            else:
                continue
            if finding is not None:
                (settled if triage_cases.stays(ticket, finding) else findings).append(finding)
        if self.failures > failures_before:
            log.error("triage_gave_up", tickets=self.failures - failures_before)
        await ticket_assets.note(conn, namings)
        if settled:
            await _stay(conn, settled)
        return findings

    async def _read(
        self, conn: Conn, claimed: Mapping[int, Claimed], new: Mapping[int, Sequence[NewMessage]]
    ) -> dict[int, bool]:
        """Read what is new and keep what it shows.

        Tells of which tickets that succeeded; those that are late, or failed too often, are not
        among them: they are read when there is time.
        """
        in_time = {
            i: {m.id for m in messages if m.counts and m.is_text}
            for i, messages in new.items()
            if not triage_cases.is_late(messages) and self._attempts[i] < MAX_ATTEMPTS
        }
        later = [m.id for i in new if i not in in_time for m in new[i] if m.is_text]
        if later:
            await temperament_evidence.leave_unread(conn, later)
        wanted = {i: ids for i, ids in in_time.items() if ids and not claimed[i].opted_out}
        turns = await _said_before(conn, wanted)
        is_read = dict.fromkeys(in_time, True)
        found: list[temperament_reading.Found] = []
        for ticket_id, new_ids in wanted.items():
            try:
                found.append(temperament_reading.read_new(self._reader, turns[ticket_id], new_ids))
            except Exception as error:
                self._attempts[ticket_id] += 1
                told = logs.unquoted(error)
                log.exception("triage_attempt_failed", ticket_id=ticket_id, exc_info=told)
                is_read[ticket_id] = False
            await asyncio.sleep(_GIVES_WAY_S if self._gives_way() else 0)
        read = [message for one in found for message in one.read]
        await temperament_evidence.put(conn, read, [i for one in found for i in one.nothing_in])
        return is_read

    def _conclude(
        self, case: Case, temperament: str, rules: Sequence[entry.Rule]
    ) -> Finding | None:
        """What one ticket's new messages mean; None where it failed and is to be tried again."""
        try:
            return triage_cases.concluded(case, temperament, rules)
        except Exception as error:
            self._attempts[case.ticket.id] += 1
            told = logs.unquoted(error)
            log.exception("triage_attempt_failed", ticket_id=case.ticket.id, exc_info=told)
            return None

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


def _named(case: Case, tags: ticket_assets.Known) -> list[Naming]:
    """The machines he names: whatever goes wrong with that, his problem finds its queue."""
    try:
        spoken = triage_cases.spoken(case) if tags.formats else []
        return [ticket_assets.named(one, tags) for one in spoken]
    except Exception as error:
        told = logs.unquoted(error)
        log.exception("service_tags_failed", ticket_id=case.ticket.id, exc_info=told)
        return []


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


async def _said_before(
    conn: Conn, new_ids: Mapping[int, Collection[int]]
) -> Mapping[int, Sequence[Turn]]:
    """What was said in these tickets, the new messages and what they are read with among it."""
    turns: dict[int, list[Turn]] = defaultdict(list)
    last = [max(ids) for ids in new_ids.values()]
    sizes = [temperament_reading.CONTEXT + len(ids) for ids in new_ids.values()]
    for turn in await _turns.all(conn, list(new_ids), last, sizes) if new_ids else ():
        turns[turn.ticket_id].append(turn)
    return turns


async def _judge(
    conn: Conn, claimed: Mapping[int, Claimed], new: Mapping[int, Sequence[NewMessage]]
) -> dict[int, str]:
    """What counts of those who wrote, now that it is kept what they showed."""
    now = max((m.received_at + m.waited for found in new.values() for m in found), default=None)
    if now is None:
        return {}
    return await temperament_judging.judge(conn, now, {claimed[i].contact_id for i in new})


async def _facts_of_new(
    conn: Conn, claimed: Mapping[int, Claimed], messages: Mapping[int, Sequence[NewMessage]]
) -> dict[int, entry.Problem]:
    """What rules may ask of those that have no queue yet, as it is known now."""
    new = {i: messages[i][-1] for i in messages if claimed[i].state == "new"}
    if not new:
        return {}
    now = max(message.received_at + message.waited for message in new.values())
    return await ticket_facts.read_all(conn, new, now, words=False)
