-- name: open_of_call
-- Supervisors who are in a call, or on their way there.
SELECT id, call_id, leg_id, supervisor_id, agent_id, coached_leg_id, mode, is_told, began_at, ended_at
FROM call_supervision WHERE call_id = $1 AND ended_at IS NULL ORDER BY id

-- name: begin
-- A supervisor is in a call in this way from now on.
INSERT INTO call_supervision (call_id, leg_id, supervisor_id, agent_id, coached_leg_id, mode, is_told, began_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id, call_id, leg_id, supervisor_id, agent_id, coached_leg_id, mode, is_told, began_at, ended_at

-- name: finish
-- He is not any more, or in another way.
UPDATE call_supervision SET ended_at = greatest(began_at, $2) WHERE id = $1

-- name: set_purpose
-- What his telephone is in the call for.
UPDATE call_leg SET purpose = $2 WHERE id = $1
