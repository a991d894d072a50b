-- name: ask_queues
-- These queues, or all, are gone through next, from their first ticket, for what has become possible since the first who asked.
INSERT INTO timer (due_at, kind, key, queue_id)
SELECT $1, 'delay_step', 'queue:' || q.id || ':0', q.id
FROM (SELECT DISTINCT queue_id FROM membership WHERE delay_s > 0 AND ($2::bigint[] IS NULL OR queue_id = ANY ($2))) AS q(id) ORDER BY q.id
ON CONFLICT (kind, key) DO UPDATE SET due_at = least(timer.due_at, EXCLUDED.due_at)

-- name: go_on_through
-- The rest of a queue is gone through, behind this ticket, for the same time.
INSERT INTO timer (due_at, kind, key, queue_id) VALUES ($1, 'delay_step', 'queue:' || $2::bigint || ':' || $3::bigint, $2)
ON CONFLICT (kind, key) DO UPDATE SET due_at = least(timer.due_at, EXCLUDED.due_at)

-- name: ask_some
-- The next tickets of a queue look again when the next of its members may be asked since $3; a timer that is due earlier stays.
WITH next AS (
  SELECT id, state, enqueued_at FROM ticket
  WHERE queue_id = $1 AND id > $2 AND state NOT IN ('solved', 'closed') ORDER BY id LIMIT $4
), set AS (
  INSERT INTO timer (due_at, kind, key, ticket_id)
  SELECT min(n.enqueued_at + m.delay_s * interval '1 second'), 'delay_step', n.id::text, n.id
  FROM next n JOIN (SELECT DISTINCT delay_s FROM membership WHERE queue_id = $1 AND delay_s > 0) AS m
    ON $3::timestamptz < n.enqueued_at + m.delay_s * interval '1 second'
  WHERE n.state = 'waiting' GROUP BY n.id ORDER BY n.id
  ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at WHERE timer.due_at > EXCLUDED.due_at
)
SELECT max(id) AS id FROM next HAVING count(*) = $4
