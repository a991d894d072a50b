-- name: set_timer
-- A timer that is set again is moved.
INSERT INTO timer (due_at, kind, key, ticket_id, agent_id, queue_id) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: set_many
-- Of one kind, for many tickets.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT t.due_at, $1, t.id::text, t.id FROM unnest($2::bigint[], $3::timestamptz[]) AS t(id, due_at) ORDER BY t.id
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: clear
-- The reason is gone.
DELETE FROM timer WHERE kind = $1 AND key = $2

-- name: due
-- What is due first; read only under the routing lock. At one instant what rings comes first, then what lets more agents have
-- a ticket, then what moves tickets, then what frees agents, then what only people look at; each by the id of its subject.
SELECT id, due_at, kind, key, ticket_id, agent_id, queue_id FROM timer WHERE due_at <= $1
ORDER BY due_at, CASE kind
  WHEN 'offer_expiry' THEN 0
  WHEN 'delay_step' THEN 1 WHEN 'exclusion_end' THEN 1 WHEN 'sticky_end' THEN 1 WHEN 'queue_hours' THEN 1
  WHEN 'overflow' THEN 2
  WHEN 'escalation' THEN 3 WHEN 'escalation_check' THEN 3 WHEN 'return_due' THEN 3 WHEN 'wake_up' THEN 3
  WHEN 'wrap_up_end' THEN 4
  ELSE 5 END,
  coalesce(ticket_id, agent_id, queue_id)::text COLLATE "C", kind, agent_id
LIMIT 1

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
