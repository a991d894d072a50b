-- name: find
-- Where one agent's telephone is.
SELECT id AS agent_id, phone_address AS address FROM agent WHERE id = $1

-- name: put
-- Another telephone, or none; another version of the agent.
UPDATE agent SET phone_address = $2, version = version + 1 WHERE id = $1
