-- name: look
-- When the next timer is due, and which tickets somebody has held since this leg.
SELECT (SELECT min(due_at) FROM timer) AS next_due_at,
       ARRAY (SELECT ticket_id FROM leg WHERE id > $1 AND agent_id IS NOT NULL ORDER BY id) AS held,
       coalesce((SELECT max(id) FROM leg), 0) AS last_leg_id

-- name: forget_reopening
-- In a scenario nothing that is done comes back.
DELETE FROM timer WHERE kind = 'reopen_end'
