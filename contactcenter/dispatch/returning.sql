-- name: unanswered_leg
-- The open leg of a ticket that is held, unless its customer was written to or talked with since it began.
SELECT l.from_at FROM ticket t JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL
WHERE t.id = $1 AND t.state = 'assigned' AND (t.last_reply_at IS NULL OR t.last_reply_at < l.from_at)
  AND NOT EXISTS (SELECT FROM call c WHERE c.ticket_id = t.id AND c.is_reply AND coalesce(c.ended_at, 'infinity') > l.from_at)

-- name: ask_all
-- What is held in the queue and unanswered is asked about when its time could be over, or next; there are as many as agents hold.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT greatest(l.from_at + q.return_after_s * interval '1 second', $1::timestamptz), 'return_due', t.id::text, t.id
FROM offer o JOIN ticket t ON t.id = o.ticket_id JOIN queue q ON q.id = t.queue_id
JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL
WHERE o.state IN ('pending', 'accepted') AND t.state = 'assigned' AND t.queue_id = $2 AND q.return_after_s IS NOT NULL
  AND (t.last_reply_at IS NULL OR t.last_reply_at < l.from_at)
ORDER BY t.id
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: ask_none
-- Nothing that is held in the queue goes back for want of an answer.
DELETE FROM timer USING offer o, ticket t
WHERE timer.kind = 'return_due' AND timer.ticket_id = t.id AND o.ticket_id = t.id AND o.state IN ('pending', 'accepted')
  AND t.state = 'assigned' AND t.queue_id = $1
