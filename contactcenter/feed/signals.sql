-- name: subjects
-- Whose these tickets are now, and which teams may see them.
SELECT id AS ticket_id, contact_id, team_ids FROM ticket WHERE id = ANY ($1::bigint[])
