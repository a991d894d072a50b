-- name: clock
-- When it is asked.
SELECT clock_timestamp() AS now

-- name: places
-- Where and when these were said.
SELECT id AS interaction_id, channel, least(occurred_at, received_at) AS at FROM interaction
WHERE id = ANY ($1::bigint[]) ORDER BY id
