-- name: live
-- The offer that stands for this ticket, pending or accepted.
SELECT id, ticket_id, agent_id, queue_id, weight, state, offered_at, expires_at, answered_at, ended_at
FROM offer WHERE ticket_id = $1 AND state IN ('pending', 'accepted')

-- name: pending_of_agent
-- What rings at this agent, from one queue or from any, the smallest rank first.
SELECT o.ticket_id FROM offer o JOIN ticket t ON t.id = o.ticket_id
WHERE o.agent_id = $1 AND o.state = 'pending' AND ($2::bigint IS NULL OR o.queue_id = $2) ORDER BY t.rank_us, t.id

-- name: latest_to
-- How the last offer of this ticket to this agent ended, to say so to a late answer.
SELECT id, ticket_id, agent_id, queue_id, weight, state, offered_at, expires_at, answered_at, ended_at
FROM offer WHERE ticket_id = $1 AND agent_id = $2 ORDER BY id DESC LIMIT 1

-- name: accept
-- The agent said yes, and is seen to answer.
WITH answered AS (UPDATE offer SET state = 'accepted', answered_at = $2 WHERE id = $1 RETURNING agent_id)
UPDATE agent SET misses = 0 FROM answered WHERE agent.id = answered.agent_id

-- name: exclude
-- Not to be asked again about this ticket for a while.
INSERT INTO exclusion (ticket_id, agent_id, until_at) VALUES ($1, $2, $3)
ON CONFLICT (ticket_id, agent_id) DO UPDATE SET until_at = EXCLUDED.until_at

-- name: end_exclusion
-- The while is over.
DELETE FROM exclusion WHERE ticket_id = $1 AND agent_id = $2

-- name: of_ticket
-- Every offer of a ticket with its reason, in order.
SELECT id, agent_id, queue_id, state, offered_at, expires_at, answered_at, ended_at, why
FROM offer WHERE ticket_id = $1 ORDER BY id
