-- name: last_queue_below
-- Where it came up from.
SELECT queue_id FROM leg WHERE ticket_id = $1 AND tier < $2 ORDER BY id DESC LIMIT 1

-- name: last_holder
-- Who had it there.
SELECT agent_id FROM leg WHERE ticket_id = $1 AND queue_id = $2 AND agent_id IS NOT NULL ORDER BY id DESC LIMIT 1

-- name: of_ticket
-- Who had the ticket, from when to when.
SELECT episode, tier, queue_id, agent_id, from_at, to_at, ended_by FROM leg WHERE ticket_id = $1 ORDER BY id
