-- name: kept_for
-- What waits for this agent alone while he is signed in; what ends now has yet to look.
SELECT id FROM ticket WHERE sticky_agent_id = $1 AND state = 'waiting' AND sticky_until >= $2 ORDER BY rank_us, id
