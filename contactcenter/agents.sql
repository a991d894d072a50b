-- name: find
-- What the router knows of an agent.
SELECT a.id, u.name, a.capacity, a.load, a.presence, a.presence_reason, a.presence_since, a.idle_since, a.misses,
       u.disabled_at IS NULL AS enabled, a.version
FROM agent a JOIN user_account u ON u.id = a.id WHERE a.id = $1

-- name: lock
-- The same, locked until the end of the transaction.
SELECT a.id, u.name, a.capacity, a.load, a.presence, a.presence_reason, a.presence_since, a.idle_since, a.misses,
       u.disabled_at IS NULL AS enabled, a.version
FROM agent a JOIN user_account u ON u.id = a.id WHERE a.id = $1 FOR NO KEY UPDATE OF a

-- name: set_misses
-- Offers left unanswered in a row.
UPDATE agent SET misses = $2 WHERE id = $1

-- name: set_presence
-- Signing on and coming back start the idle time anew.
UPDATE agent SET presence = $2, presence_reason = $3, presence_since = $4, version = version + 1,
  idle_since = CASE WHEN $2 = 'available' THEN $4 ELSE idle_since END,
  misses = CASE WHEN $2 = 'available' AND presence IN ('offline', 'away') THEN 0 ELSE misses END,
  last_seen_at = CASE WHEN presence = 'offline' THEN $4 ELSE last_seen_at END
WHERE id = $1

-- name: end_presence_interval
-- Presence intervals tile the agent's days.
UPDATE presence_interval SET to_at = greatest(from_at, $2) WHERE agent_id = $1 AND to_at IS NULL

-- name: begin_presence_interval
-- The interval that begins now, or where a clock went back, when the last one ended.
INSERT INTO presence_interval (agent_id, presence, reason, from_at)
SELECT $1, $2, $3, greatest($4, (SELECT p.to_at FROM presence_interval p WHERE p.agent_id = $1 ORDER BY p.from_at DESC, p.id DESC LIMIT 1))

-- name: seen
-- One statement for everybody heard of in the last seconds.
-- A row the dispatcher is at is left out: the next sign of life comes soon, a deadlock costs more.
WITH there AS (
  SELECT id FROM agent WHERE id = ANY($1::bigint[]) AND presence <> 'offline'
  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
UPDATE agent SET last_seen_at = clock_timestamp() FROM there WHERE agent.id = there.id

-- name: lost
-- Signed on, but not heard of since.
SELECT id FROM agent
WHERE presence <> 'offline' AND (last_seen_at IS NULL OR last_seen_at < clock_timestamp() - $1::int * interval '1 second')
ORDER BY id

-- name: works_in
-- Whether the agent serves this queue.
SELECT EXISTS (SELECT FROM membership WHERE agent_id = $1 AND queue_id = $2) AS works_in
