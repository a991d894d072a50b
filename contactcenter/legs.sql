-- name: last_escalated_at
-- When the ticket last rose; the first words after that wait until the new tier has had its chance.
SELECT max(to_at) AS at FROM leg WHERE ticket_id = $1 AND ended_by = 'escalated'

-- name: of_ticket
-- Who had the ticket, from when to when.
SELECT episode, tier, queue_id, agent_id, from_at, to_at, ended_by FROM leg WHERE ticket_id = $1 ORDER BY id
