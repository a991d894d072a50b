-- name: set_open
-- Whether the queue hands out tickets; no row where it stands so already.
UPDATE queue SET is_open = $2 WHERE id = $1 AND is_open <> $2 RETURNING id

-- name: that_may_find_somebody
-- What waits behind that rank and has waited long enough for one of the queue's members with room for it.
WITH terms AS (
  SELECT DISTINCT m.delay_s, a.capacity - a.load AS free FROM membership m JOIN agent a ON a.id = m.agent_id
  WHERE m.queue_id = $1 AND a.presence = 'available' AND a.load < a.capacity
)
SELECT w.id AS ticket_id, w.rank_us FROM ticket w
WHERE w.queue_id = $1 AND w.state = 'waiting' AND ($3::bigint IS NULL OR (w.rank_us, w.id) > ($3, $4::bigint))
  AND EXISTS (SELECT FROM terms t
              WHERE t.free >= w.weight AND (t.delay_s = 0 OR $2::timestamptz >= w.enqueued_at + t.delay_s * interval '1 second'))
ORDER BY w.rank_us, w.id LIMIT $5

-- name: ask
-- The queues that go by this calendar, or by any, are looked at next.
INSERT INTO timer (due_at, kind, key, queue_id)
SELECT $1, 'queue_hours', 'queue:' || q.id, q.id FROM queue q
WHERE q.calendar_id = $2 OR ($2::bigint IS NULL AND (q.calendar_id IS NOT NULL OR NOT q.is_open))
ORDER BY q.id
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: ask_returns
-- What is held and not answered is asked about when its time could be over, also where it never was; who asks too early asks
-- again.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT greatest(l.from_at + q.return_after_s * interval '1 second', $1), 'return_due', t.id::text, t.id
FROM offer o JOIN ticket t ON t.id = o.ticket_id AND t.state = 'assigned' JOIN queue q ON q.id = t.queue_id
JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL
WHERE o.state IN ('pending', 'accepted') AND q.calendar_id = $2 AND q.return_after_s IS NOT NULL
  AND (t.last_reply_at IS NULL OR t.last_reply_at < l.from_at) ORDER BY t.id
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: ask_escalations
-- The rules of escalation may rest on open time: they are asked again.
UPDATE timer SET due_at = $1 FROM ticket t JOIN queue q ON q.id = t.queue_id AND q.calendar_id = $2
WHERE timer.kind = 'escalation' AND timer.ticket_id = t.id AND timer.due_at > $1
