-- name: set_timer
-- A timer that is set again is moved.
INSERT INTO timer (due_at, kind, key, ticket_id, agent_id) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: clear
-- The reason is gone.
DELETE FROM timer WHERE kind = $1 AND key = $2

-- name: due
-- What is due, earliest first; read only under the routing lock.
SELECT id, due_at, kind, key, ticket_id, agent_id FROM timer WHERE due_at <= $1
ORDER BY due_at, array_position(ARRAY['offer_expiry', 'delay_step', 'exclusion_end', 'escalation', 'wake_up',
  'wrap_up_end', 'reopen_end'], kind), id
LIMIT $2

-- name: taken
-- A timer fires once; one that fired before it may have cleared or moved it.
DELETE FROM timer WHERE id = $1 AND due_at = $2

-- name: postpone
-- It could not be fired now; it is not lost.
UPDATE timer SET due_at = $2 WHERE id = $1

-- name: due_of
-- When the named timer is due.
SELECT due_at FROM timer WHERE kind = $1 AND key = $2

-- name: clock
-- The only clock deadlines come from.
SELECT clock_timestamp() AS at

-- name: clock_and_next_due
-- What a hold of the routing lock begins with: its one instant, whether anything is due, the rules' version.
SELECT clock_timestamp() AS now, (SELECT min(due_at) FROM timer) AS next_due_at,
       (SELECT coalesce(max(version), 0) FROM configuration_version) AS configuration
