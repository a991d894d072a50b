-- name: set_again
-- Delays and windows of what waits that end after this instant; they may have fired before the clock went back.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT min(t.enqueued_at + m.delay_s * interval '1 second'), 'delay_step', t.id::text, t.id
FROM (SELECT DISTINCT queue_id, delay_s FROM membership WHERE delay_s > 0) AS m
JOIN ticket t ON t.queue_id = m.queue_id AND t.state = 'waiting'
WHERE t.enqueued_at + m.delay_s * interval '1 second' > $1
GROUP BY t.id
UNION ALL
SELECT t.sticky_until, 'sticky_end', t.id::text, t.id FROM ticket t WHERE t.state = 'waiting' AND t.sticky_until > $1
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at
