-- name: viewers
-- What decides what these people may see, by the same function that guards every other statement.
SELECT u.id AS user_id, u.role, v.is_admin, v.teams, v.hidden
FROM user_account AS u CROSS JOIN LATERAL viewer(u.id) AS v
WHERE u.id = ANY ($1::bigint[])

-- name: holdings
-- Who holds which ticket now, and of whom it is.
SELECT id AS ticket_id, agent_id, contact_id FROM ticket WHERE agent_id IS NOT NULL
