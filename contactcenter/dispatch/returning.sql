-- name: unanswered_leg
-- The open leg of a ticket that is held, unless its customer has been written to since it began.
SELECT l.from_at FROM ticket t JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL
WHERE t.id = $1 AND t.state = 'assigned' AND (t.last_reply_at IS NULL OR t.last_reply_at < l.from_at)
