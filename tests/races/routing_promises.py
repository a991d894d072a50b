"""What the router promises, asked of the tables alone; whoever breaks it is shown with its story.

The legs, offers and events are read as a log: what held only for a moment is found as well. The
checker knows no code of the router.
"""

import asyncpg

#: A timer may be this late before what it was to bring about counts as forgotten.
PATIENCE_S = 5

#: Each query names the tickets, or the agents, that break one promise.
_OF_TICKETS = {
    "two legs at one time": """
        SELECT DISTINCT ticket_id FROM (
          SELECT ticket_id, to_at, lead(from_at) OVER (PARTITION BY ticket_id ORDER BY id) AS next_at
          FROM leg) AS l WHERE next_at IS NOT NULL AND (to_at IS NULL OR to_at > next_at)""",
    "a gap between two legs of an episode": """
        SELECT DISTINCT ticket_id FROM (
          SELECT ticket_id, to_at, lead(from_at) OVER (PARTITION BY ticket_id, episode ORDER BY id) AS next_at
          FROM leg) AS l WHERE to_at < next_at""",
    "two offers at one time": """
        SELECT DISTINCT ticket_id FROM (
          SELECT ticket_id, ended_at, lead(offered_at) OVER (PARTITION BY ticket_id ORDER BY id) AS next_at
          FROM offer) AS o WHERE next_at IS NOT NULL AND (ended_at IS NULL OR ended_at > next_at)""",
    "a version that was not counted up": """
        SELECT DISTINCT ticket_id FROM (
          SELECT ticket_id, version, lag(version) OVER (PARTITION BY ticket_id ORDER BY xid, id) AS former
          FROM event WHERE version IS NOT NULL) AS e WHERE version <= former""",
    "a holder without the offer, or the leg, that makes him one": """
        SELECT t.id FROM ticket t
        LEFT JOIN offer o ON o.ticket_id = t.id AND o.state = 'accepted'
        LEFT JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL
        WHERE (t.state = 'assigned' AND o.agent_id IS DISTINCT FROM t.agent_id)
           OR (t.state <> 'assigned' AND o.id IS NOT NULL)
           OR (t.state IN ('assigned', 'pending', 'on_hold') AND l.agent_id IS DISTINCT FROM t.agent_id)""",
    "a ringing ticket without a ringing offer": """
        SELECT t.id FROM ticket t LEFT JOIN offer o ON o.ticket_id = t.id AND o.state = 'pending'
        WHERE (t.state = 'offered') <> (o.id IS NOT NULL)""",
    "a leg that is open where the ticket is over, or none where it is not": """
        SELECT t.id FROM ticket t LEFT JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL
        WHERE (t.state IN ('new', 'solved', 'closed')) <> (l.id IS NULL)""",
    "a credit that is not the sum of its reasons": """
        SELECT t.id FROM ticket t LEFT JOIN credit c ON c.ticket_id = t.id
        GROUP BY t.id HAVING t.credit_s <> coalesce(sum(c.credit_s), 0)""",
    "a credit that the events do not tell": """
        SELECT t.id FROM ticket t JOIN (
          SELECT DISTINCT ON (ticket_id) ticket_id, xid, id, coalesce((data->>'credit_s')::int, (
            SELECT sum(r.credit_s::int) FROM jsonb_each_text(data->'credits') AS r(reason, credit_s)), 0) AS credit_s
          FROM event WHERE kind IN ('ticket_queued', 'ticket_reopened', 'ticket_credited')
          ORDER BY ticket_id, xid DESC, id DESC) AS base ON base.ticket_id = t.id
        WHERE t.credit_s <> base.credit_s + (
          SELECT coalesce(sum(r.credit_s::int), 0)
          FROM event e CROSS JOIN LATERAL jsonb_each_text(e.data->'credits') AS r(reason, credit_s)
          WHERE e.ticket_id = t.id AND e.kind = 'ticket_escalated' AND (e.xid, e.id) > (base.xid, base.id))""",
    "raised by rules more often than any rule may": """
        SELECT ticket_id FROM (
          SELECT ticket_id, reason, row_number() OVER (PARTITION BY ticket_id ORDER BY id) AS nth
          FROM escalation WHERE kind = 'escalated') AS e
        WHERE nth > 3 AND reason IN ('rule', 'customer_words', 'time_in_tier')""",
    "a rise that was not written down, or was so twice": """
        SELECT t.id FROM ticket t LEFT JOIN escalation e ON e.ticket_id = t.id AND e.kind = 'escalated'
        GROUP BY t.id HAVING t.escalations <> count(e.id)""",
    "a tier whose time nobody watches": """
        SELECT t.id FROM ticket t JOIN queue q ON q.id = t.queue_id
        WHERE t.state IN ('waiting', 'offered', 'assigned') AND t.escalations < 3
          AND q.escalate_after_s IS NOT NULL AND q.escalate_to_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM timer m WHERE m.kind = 'escalation' AND m.ticket_id = t.id)""",
    "an offer that nobody will end": """
        SELECT o.ticket_id FROM offer o WHERE o.state = 'pending' AND NOT EXISTS (
          SELECT FROM timer m WHERE m.kind = 'offer_expiry' AND m.ticket_id = o.ticket_id)""",
    "an overflow step that nobody will take": """
        SELECT t.id FROM ticket t WHERE t.state = 'waiting' AND t.overflow <> '[]' AND NOT EXISTS (
          SELECT FROM timer m WHERE m.kind = 'overflow' AND m.ticket_id = t.id)""",
    "a window that nobody will close": """
        SELECT t.id FROM ticket t WHERE t.state = 'waiting' AND t.sticky_until > statement_timestamp() AND NOT EXISTS (
          SELECT FROM timer m WHERE m.kind = 'sticky_end' AND m.ticket_id = t.id)""",
    "an exclusion that nobody will end": """
        SELECT x.ticket_id FROM exclusion x JOIN ticket t ON t.id = x.ticket_id
        WHERE t.state = 'waiting' AND x.until_at > statement_timestamp() AND NOT EXISTS (
          SELECT FROM timer m WHERE m.kind = 'exclusion_end' AND (m.ticket_id, m.agent_id) = (x.ticket_id, x.agent_id))""",
    "a delay that nobody will end": """
        SELECT t.id FROM ticket t JOIN membership b ON b.queue_id = t.queue_id
        WHERE t.state = 'waiting' AND t.enqueued_at + b.delay_s * interval '1 second' > statement_timestamp() AND NOT EXISTS (
          SELECT FROM timer m WHERE m.kind = 'delay_step' AND (m.ticket_id = t.id OR m.queue_id = t.queue_id))""",
}
_OF_AGENTS = {
    "wrapping up for ever": """
        SELECT a.id FROM agent a WHERE a.presence = 'wrap_up' AND NOT EXISTS (
          SELECT FROM timer m WHERE m.kind = 'wrap_up_end' AND m.agent_id = a.id)""",
    "above capacity": """
        SELECT DISTINCT agent_id FROM (
          SELECT s.agent_id, sum(s.weight) OVER (PARTITION BY s.agent_id ORDER BY s.at, s.weight
                                                 ROWS UNBOUNDED PRECEDING) AS load
          FROM (SELECT agent_id, offered_at AS at, weight FROM offer
                UNION ALL SELECT agent_id, ended_at, -weight FROM offer WHERE ended_at IS NOT NULL) AS s) AS l
        JOIN agent a ON a.id = l.agent_id WHERE l.load > a.capacity""",
    "a load that is not the sum of what he has": """
        SELECT a.id FROM agent a LEFT JOIN offer o
          ON o.agent_id = a.id AND o.state IN ('pending', 'accepted')
        GROUP BY a.id HAVING a.load <> coalesce(sum(o.weight), 0)
          + (SELECT coalesce(sum(x.units), 0) FROM call_transfer x WHERE x.agent_id = a.id AND x.ended_at IS NULL)""",
    "two presences at one time": """
        SELECT DISTINCT agent_id FROM (
          SELECT agent_id, to_at, lead(from_at) OVER (PARTITION BY agent_id ORDER BY id) AS next_at
          FROM presence_interval) AS p WHERE next_at IS NOT NULL AND (to_at IS NULL OR to_at > next_at)""",
}
_STRANDED = """
    SELECT DISTINCT t.id FROM ticket t JOIN membership m ON m.queue_id = t.queue_id
    JOIN agent a ON a.id = m.agent_id JOIN queue q ON q.id = t.queue_id AND q.is_open
    WHERE t.state = 'waiting' AND a.presence = 'available' AND a.capacity - a.load >= t.weight
      AND (NOT t.needs_phone OR (a.phone_address IS NOT NULL
           AND NOT EXISTS (SELECT FROM call_leg c WHERE c.user_id = a.id AND c.ended_at IS NULL)))
      AND statement_timestamp() >= t.enqueued_at + (m.delay_s + $1::int) * interval '1 second'
      AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = t.id AND x.agent_id = a.id
                      AND x.until_at > statement_timestamp() - $1::int * interval '1 second')
      AND (t.sticky_agent_id IS NULL OR t.sticky_agent_id = a.id
           OR t.sticky_until <= statement_timestamp() - $1::int * interval '1 second'
           OR NOT EXISTS (SELECT FROM agent k WHERE k.id = t.sticky_agent_id AND k.presence IN ('available', 'wrap_up')))"""


async def stranded(table: asyncpg.Connection, patience_s: int = PATIENCE_S) -> list[str]:
    """Tickets that wait beside an idle agent who may take them, as of this instant."""
    rows = await table.fetch(_STRANDED, patience_s)
    return [f"stranded: {await story(table, row['id'])}" for row in rows[:3]]


async def broken(table: asyncpg.Connection) -> list[str]:
    """Every promise that was broken at any time, with the story of whoever broke it."""
    found = []
    for promise, sql in _OF_TICKETS.items():
        ids = [row[0] for row in await table.fetch(sql)]
        if ids:
            found.append(f"{promise}: {len(ids)} tickets\n{await story(table, ids[0])}")
    for promise, sql in _OF_AGENTS.items():
        ids = [row[0] for row in await table.fetch(sql)]
        if ids:
            found.append(f"{promise}: {len(ids)} agents\n{await story_of_agent(table, ids[0])}")
    return found


async def story(table: asyncpg.Connection, ticket_id: int) -> str:
    """What happened to a ticket, in order: the counterexample."""
    now = await table.fetchrow(
        "SELECT state, queue_id, agent_id, weight, version FROM ticket WHERE id = $1", ticket_id
    )
    lines = [f"ticket {ticket_id} {dict(now)}"]
    rows = await table.fetch(
        "SELECT at, kind, version, agent_id, xid, data FROM event WHERE ticket_id = $1 ORDER BY xid, id",
        ticket_id,
    )
    lines += [f"  {r['at']} {r['kind']} v{r['version']} agent {r['agent_id']}" for r in rows]
    rows = await table.fetch(
        "SELECT agent_id, state, offered_at, ended_at FROM offer WHERE ticket_id = $1 ORDER BY id",
        ticket_id,
    )
    lines += [f"  offer {dict(r)}" for r in rows]
    rows = await table.fetch(
        "SELECT queue_id, agent_id, from_at, to_at, ended_by FROM leg WHERE ticket_id = $1 ORDER BY id",
        ticket_id,
    )
    return "\n".join([*lines, *(f"  leg {dict(r)}" for r in rows)])


async def story_of_agent(table: asyncpg.Connection, agent_id: int) -> str:
    """What an agent had at what time."""
    agent = await table.fetchrow(
        "SELECT capacity, load, presence FROM agent WHERE id = $1", agent_id
    )
    rows = await table.fetch(
        "SELECT ticket_id, weight, state, offered_at, ended_at FROM offer WHERE agent_id = $1 ORDER BY id",
        agent_id,
    )
    return "\n".join([f"agent {agent_id} {dict(agent)}", *(f"  {dict(r)}" for r in rows)])
