-- name: of_ticket
-- Who had the ticket, from when to when.
SELECT episode, tier, queue_id, agent_id, from_at, to_at, ended_by FROM leg WHERE ticket_id = $1 ORDER BY id
