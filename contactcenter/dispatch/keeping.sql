-- name: kept_for
-- What waits for this agent alone while he is signed in; what ends now has yet to look.
SELECT id FROM ticket WHERE sticky_agent_id = $1 AND state = 'waiting' AND sticky_until >= $2 ORDER BY rank_us, id

-- name: kept_in
-- Of one queue: what waits for this agent alone, or has yet to look.
SELECT id FROM ticket WHERE sticky_agent_id = $1 AND state = 'waiting' AND sticky_until >= $2 AND queue_id = $3 ORDER BY rank_us, id

-- name: forget
-- The unsolved tickets of a queue that were kept for an agent, or for whom he would come before others, are like any other.
WITH forgotten AS (
  UPDATE ticket SET sticky_agent_id = NULL, sticky_until = NULL, version = version + 1
  WHERE sticky_agent_id = $1 AND queue_id = $2 AND state NOT IN ('solved', 'closed')
  RETURNING id, version, contact_id, agent_id, state, queue_id, tier, team_ids
), cleared AS (
  DELETE FROM timer USING forgotten f WHERE timer.kind = 'sticky_end' AND timer.ticket_id = f.id
)
SELECT id, version, contact_id, agent_id, state, queue_id, tier, team_ids FROM forgotten ORDER BY id
