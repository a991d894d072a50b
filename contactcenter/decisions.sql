-- name: of_ticket
-- What was decided about a ticket, in order, with what it went by.
SELECT id, at, kind, actor, agent_id, data FROM event
WHERE ticket_id = $1 AND kind = ANY ($2::text[]) AND id > $3 AND at >= (SELECT opened_at FROM ticket WHERE id = $1)
ORDER BY id LIMIT $4

-- name: names
-- What people and queues are called.
SELECT 'agent' AS what, id, name FROM user_account WHERE id = ANY ($1::bigint[])
UNION ALL
SELECT 'queue', id, name FROM queue WHERE id = ANY ($2::bigint[])

-- name: time_zone
-- The zone in which the ticket's queue keeps its hours.
SELECT v.time_zone FROM ticket t JOIN queue q ON q.id = coalesce(t.queue_id, t.intake_queue_id)
JOIN calendar c ON c.id = q.calendar_id
JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
WHERE t.id = $1
