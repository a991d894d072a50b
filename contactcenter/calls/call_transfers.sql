-- name: find
-- One transfer of a call.
SELECT id, call_id, ticket_id, is_warm, from_agent_id, to_queue_id, to_agent_id, to_number, reason, note_id, agent_id, leg_id,
       units, tried, state, failure, began_at, joined_at, ended_at
FROM call_transfer WHERE id = $1

-- name: open_of_call
-- The one that is not over; there is one at most.
SELECT id, call_id, ticket_id, is_warm, from_agent_id, to_queue_id, to_agent_id, to_number, reason, note_id, agent_id, leg_id,
       units, tried, state, failure, began_at, joined_at, ended_at
FROM call_transfer WHERE call_id = $1 AND ended_at IS NULL

-- name: begin
-- Somebody hands a call on.
INSERT INTO call_transfer (call_id, ticket_id, is_warm, from_agent_id, to_queue_id, to_agent_id, to_number, reason, note_id,
                           state, began_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
RETURNING id, call_id, ticket_id, is_warm, from_agent_id, to_queue_id, to_agent_id, to_number, reason, note_id, agent_id, leg_id,
       units, tried, state, failure, began_at, joined_at, ended_at

-- name: save
-- Who is asked, what became of it.
UPDATE call_transfer SET agent_id = $2, leg_id = $3, units = $4, tried = $5::bigint[], state = $6, failure = $7, joined_at = $8,
  ended_at = $9
WHERE id = $1

-- name: reserve
-- Room of an agent's is kept for a ticket, or free again; the constraint keeps him from having more than he can take.
UPDATE agent SET load = load + $2 WHERE id = $1
