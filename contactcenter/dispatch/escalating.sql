-- name: ask_queues
-- These queues, or all, are gone through next, from their first ticket.
INSERT INTO timer (due_at, kind, key, queue_id)
SELECT $1, 'escalation_check', 'queue:' || q.id || ':0', q.id FROM queue q
WHERE $2::bigint[] IS NULL OR q.id = ANY ($2) ORDER BY q.id
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: go_on_through
-- The rest of a queue is gone through, behind this ticket.
INSERT INTO timer (due_at, kind, key, queue_id) VALUES ($1, 'escalation_check', 'queue:' || $2::bigint || ':' || $3::bigint, $2)
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: ask_some
-- The rules are asked about the next tickets of a queue as soon as any can be due; what is paused is asked when it goes on.
WITH next AS (
  SELECT id, state, enqueued_at FROM ticket
  WHERE queue_id = $1 AND id > $2 AND state NOT IN ('solved', 'closed') ORDER BY id LIMIT $5
), due AS (
  INSERT INTO timer (due_at, kind, key, ticket_id)
  SELECT greatest($3::timestamptz, n.enqueued_at + $4::interval), 'escalation', n.id::text, n.id
  FROM next n WHERE n.state IN ('waiting', 'offered', 'assigned') ORDER BY n.id
  ON CONFLICT (kind, key) DO UPDATE SET due_at = least(timer.due_at, EXCLUDED.due_at)
), paused AS (
  UPDATE ticket SET escalation_left_s = $6::int FROM next
  WHERE ticket.id = next.id AND next.state IN ('pending', 'on_hold') AND ticket.escalation_left_s IS NULL
)
SELECT max(id) AS id FROM next HAVING count(*) = $5
