"""Compares what the world outside saw with the database, and says what contradicts.

Each function returns counterexamples as text: which message, what was sent when, what was
answered, and which rows there are. No counterexample, no text.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from fault_ledger import Line, acknowledged

# Behind the Message-ID of a mail stands what tells it from another one that uses the same.
_STORED = """
SELECT i.id, split_part(i.external_id, ' ', 1) AS external_id, i.contact_id, i.ticket_id, i.received_at, i.triaged_at,
       encode(coalesce(sha256(d.body), (
         SELECT sha256(string_agg(c.bytes, ''::bytea ORDER BY c.position))
         FROM blob_chunk c WHERE c.sha256 = d.body_sha256)), 'hex') AS sha256
FROM interaction i LEFT JOIN delivery d ON d.id = i.delivery_id
WHERE i.direction = 'inbound' AND ($1::text[] IS NULL OR split_part(i.external_id, ' ', 1) = ANY ($1))
ORDER BY i.id
"""

#: Of what was seen outside of one message: so many lines, from both ends.
_SHOWN = 12

#: Each returns the rows that contradict its sentence.
INVARIANTS = {
    "a ticket has one owner at a time: its legs do not overlap": """
        SELECT a.ticket_id, a.id AS leg, a.from_at, a.to_at, b.id AS other, b.from_at AS other_from_at
        FROM leg a JOIN leg b ON b.ticket_id = a.ticket_id AND b.id > a.id
        WHERE b.from_at < coalesce(a.to_at, 'infinity')""",
    "a ticket's offers do not overlap": """
        SELECT a.ticket_id, a.id AS offer, a.agent_id, b.id AS other, b.agent_id AS other_agent_id
        FROM offer a JOIN offer b ON b.ticket_id = a.ticket_id AND b.id > a.id
        WHERE b.offered_at < coalesce(a.ended_at, 'infinity')""",
    "the holder of a ticket is who accepted it": """
        SELECT t.id AS ticket_id, t.state, t.agent_id, o.agent_id AS accepted_by
        FROM ticket t FULL JOIN offer o ON o.ticket_id = t.id AND o.state = 'accepted'
        WHERE t.state = 'assigned' AND o.agent_id IS DISTINCT FROM t.agent_id
           OR t.id IS NULL AND o.state = 'accepted'""",
    "an agent's load is what he holds and what rings, and not above his capacity": """
        SELECT a.id AS agent_id, a.load, a.capacity, coalesce(sum(o.weight), 0) AS held
        FROM agent a LEFT JOIN offer o ON o.agent_id = a.id AND o.state IN ('pending', 'accepted')
        GROUP BY a.id HAVING a.load > a.capacity OR a.load <> coalesce(sum(o.weight), 0)""",
    "a message has its ticket and its person": """
        SELECT i.id AS interaction_id, i.ticket_id, t.contact_id AS of_ticket, i.contact_id
        FROM interaction i LEFT JOIN ticket t ON t.id = i.ticket_id
        WHERE i.direction = 'inbound' AND i.contact_id IS DISTINCT FROM t.contact_id""",
    "a person has one unsolved ticket at an entry queue": """
        SELECT contact_id, intake_queue_id, array_agg(id) AS tickets FROM ticket
        WHERE state NOT IN ('solved', 'closed') AND intake_queue_id IS NOT NULL
        GROUP BY 1, 2 HAVING count(*) > 1""",
}

#: True when all that was begun is done, besides.
SETTLED = {
    "no ticket waits beside an idle agent who may take it": """
        SELECT t.id AS ticket_id, t.enqueued_at, a.id AS agent_id, a.load, a.capacity
        FROM ticket t JOIN membership m ON m.queue_id = t.queue_id JOIN agent a ON a.id = m.agent_id
        WHERE t.state = 'waiting' AND a.presence = 'available' AND a.capacity - a.load >= t.weight
          AND clock_timestamp() > t.enqueued_at + m.delay_s * interval '1 second'
          AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = t.id AND x.agent_id = a.id
                          AND x.until_at > clock_timestamp())""",
    "no message waits to be looked at": """
        SELECT id AS interaction_id, received_at FROM interaction
        WHERE direction = 'inbound' AND triaged_at IS NULL""",
    "no ticket is in no queue": "SELECT id AS ticket_id, opened_at FROM ticket WHERE state = 'new'",
}


async def contradictions(
    conn: asyncpg.Connection, lines: Sequence[Line], *, only_in_ledger: bool = False
) -> list[str]:
    """I1-I3: what was acknowledged is on the timeline once, byte for byte; nothing is twice.

    ``only_in_ledger`` looks only at the messages of ``lines``, which is quicker in a long run.
    """
    of_message: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        of_message[line.id].append(line)
    rows: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in await conn.fetch(_STORED, list(of_message) if only_in_ledger else None):
        rows[row["external_id"]].append(row)
    lost = [sid for sid in sorted(acknowledged(lines)) if not rows[sid]]
    found = [_told("acknowledged, and lost", sid, of_message[sid], []) for sid in lost]
    for sid, stored in sorted(rows.items()):
        if len(stored) > 1:
            found.append(_told("on the timeline twice", sid, of_message[sid], stored))
        sent = {line.sha256 for line in of_message[sid] if line.kind == "sent"}
        if any(row["sha256"] not in sent for row in stored):
            found.append(_told("stored with other bytes", sid, of_message[sid], stored))
    return found


async def breaches(conn: asyncpg.Connection, *, settled: bool) -> list[str]:
    """I4: ownership, capacity and order; with ``settled`` also that nothing was left behind."""
    found = []
    for sentence, query in (INVARIANTS | (SETTLED if settled else {})).items():
        rows = await conn.fetch(query)
        if rows:
            shown = "".join(f"\n    {dict(row)}" for row in rows[:5])
            found.append(f"NOT SO: {sentence} ({len(rows)} rows){shown}")
    return found


async def contradictions_of_sending(
    conn: asyncpg.Connection,
    lines: Sequence[Line],
    provider: Iterable[dict[str, Any]],
    *,
    settled: bool,
) -> list[str]:
    """I8: the provider takes each reply once at most, and knows of no other.

    A line's ``id`` is the text of a reply, which is unique in a run. With ``settled`` every reply
    has an end, and the end says what the provider says; unknown is what he never heard of.
    """
    accepted: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in provider:
        if entry["kind"] == "accepted":
            accepted[str(entry["text"])].append(entry)
    of_reply: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        of_reply[line.id].append(line)
    rows: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in await conn.fetch(
        "SELECT i.body, i.id, o.id AS outbox_id, o.state, o.correlation_id, o.attempts, o.last_error,"
        " o.claimed_until, i.state AS shown, i.external_id"
        " FROM interaction i LEFT JOIN outbox o ON o.interaction_id = i.id"
        " WHERE i.direction = 'outbound' AND i.kind = 'message' ORDER BY i.id, o.id"
    ):
        rows[row["body"]].append(row)
    found = []
    for text in sorted(of_reply.keys() | rows.keys() | accepted.keys()):
        wrong = _wrong_with(
            rows[text],
            accepted[text],
            promised=any(line.is_acknowledgement for line in of_reply[text]),
            settled=settled,
        )
        for what in wrong:
            seen = [f"provider: {entry}" for entry in accepted[text]]
            found.append(_told(what, text, of_reply[text], rows[text], *seen))
    return found


def _wrong_with(
    rows: Sequence[asyncpg.Record],
    accepted: Sequence[dict[str, Any]],
    *,
    promised: bool,
    settled: bool,
) -> list[str]:
    wrong = []
    if len(accepted) > 1:
        wrong.append("taken by the provider twice")
    if len(rows) > 1:
        wrong.append("written twice")
    if promised and not rows:
        wrong.append("acknowledged to the agent, and lost")
    if accepted and not rows:
        wrong.append("sent, though nobody wrote it")
    for row in rows:
        if row["state"] == "sent" and not accepted:
            wrong.append("said to be sent, and the provider never saw it")
        if row["state"] == "failed" and accepted:
            wrong.append("said to have failed, and the provider took it")
        if settled and row["state"] not in ("sent", "failed", "unknown"):
            wrong.append(f"still {row['state']}")
        if settled and row["state"] == "unknown" and accepted:
            wrong.append("still unknown, though the provider took it")
    return wrong


def _told(
    what: str, message_id: str, lines: Sequence[Line], rows: Sequence[asyncpg.Record], *more: str
) -> str:
    told = [f"outside: {line}" for line in lines]
    if len(told) > _SHOWN:
        told[_SHOWN // 2 : -_SHOWN // 2] = [f"… {len(told) - _SHOWN} more of the kind …"]
    seen = [
        *told,
        *more,
        *(f"row: {dict(row)}" for row in rows),
        *(() if rows else ("no row",)),
    ]
    return f"{what.upper()}: {message_id}" + "".join(f"\n    {one}" for one in seen)
