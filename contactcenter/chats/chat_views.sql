-- name: kept
-- Replies about a ticket that its visitor has not seen, the newest first.
SELECT l.sequence, l.interaction_id, f.forwarded_as_id
FROM chat_line l JOIN interaction i ON i.id = l.interaction_id
LEFT JOIN chat_forwarding f ON f.interaction_id = l.interaction_id
WHERE l.visitor_id = $1 AND l.sequence > $2 AND i.direction = 'outbound' AND i.ticket_id = $3
ORDER BY l.sequence DESC LIMIT 50
