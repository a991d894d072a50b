-- name: find
-- One of them.
SELECT id, ticket_id, entry_point_id, address, language, asked_in_call_id, state, attempts, asked_at, due_at, ended_at, ended_because, version
FROM callback WHERE id = $1

-- name: open_of
-- What is promised to the customer of a ticket.
SELECT id, ticket_id, entry_point_id, address, language, asked_in_call_id, state, attempts, asked_at, due_at, ended_at, ended_because, version
FROM callback WHERE ticket_id = $1 AND ended_at IS NULL FOR NO KEY UPDATE

-- name: latest_of_call
-- What was promised in a call.
SELECT b.id FROM callback b JOIN call c ON c.ticket_id = b.ticket_id WHERE c.id = $1 AND b.asked_in_call_id = c.id ORDER BY b.id DESC LIMIT 1

-- name: ask
-- Who asks twice has asked once; the number he called from last is the one.
INSERT INTO callback (ticket_id, entry_point_id, address, language, asked_in_call_id, asked_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (ticket_id) WHERE ended_at IS NULL
DO UPDATE SET address = EXCLUDED.address, entry_point_id = EXCLUDED.entry_point_id, asked_in_call_id = EXCLUDED.asked_in_call_id
RETURNING id

-- name: end_callback
-- Over, for good.
UPDATE callback SET state = $2, ended_because = $3, ended_at = $4, version = version + 1 WHERE id = $1 AND ended_at IS NULL

-- name: dialled
-- The customer is being called.
UPDATE callback SET attempts = attempts + 1, version = version + 1 WHERE id = $1

-- name: again
-- Not before this instant again.
UPDATE callback SET state = 'waiting', due_at = $2, version = version + 1 WHERE id = $1 AND ended_at IS NULL
