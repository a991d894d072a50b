-- name: lock_call
-- Who pauses and who resumes do it one after the other.
SELECT c.entry_point_id, c.state = 'ended' AS is_over, c.ticket_id, coalesce(t.contact_id, c.contact_id) AS contact_id,
       coalesce(t.team_ids, '{}') AS team_ids
FROM call c LEFT JOIN ticket t ON t.id = c.ticket_id WHERE c.id = $1 FOR NO KEY UPDATE OF c

-- name: last
-- The newest one.
SELECT id, call_id, state, asked_by_id, asked_at, paused_at, resumes_at, resumed_by_id, ended_at, error
FROM recording_pause WHERE call_id = $1 ORDER BY id DESC LIMIT 1

-- name: of_call
-- All of a call, in order.
SELECT id, call_id, state, asked_by_id, asked_at, paused_at, resumes_at, resumed_by_id, ended_at, error
FROM recording_pause WHERE call_id = $1 ORDER BY id

-- name: ask
-- Written with the command.
INSERT INTO recording_pause (call_id, state, asked_by_id, asked_at, pause_command_id) VALUES ($1, 'asked', $2, $3, $4)
RETURNING id, call_id, state, asked_by_id, asked_at, paused_at, resumes_at, resumed_by_id, ended_at, error

-- name: resume
-- Written with the command.
UPDATE recording_pause SET state = 'resuming', resumed_by_id = $2, resume_command_id = $3, resumes_at = NULL WHERE id = $1
RETURNING id, call_id, state, asked_by_id, asked_at, paused_at, resumes_at, resumed_by_id, ended_at, error

-- name: of_command
-- Which pause a command was for.
SELECT id, call_id, state, asked_by_id, asked_at, paused_at, resumes_at, resumed_by_id, ended_at, error
FROM recording_pause WHERE pause_command_id = $1 OR resume_command_id = $1

-- name: is_pausing
-- Whether it was to begin the pause.
SELECT pause_command_id IS NOT DISTINCT FROM $2::bigint AS is_pausing FROM recording_pause WHERE id = $1

-- name: begin
-- The provider keeps nothing from now on; who has asked for its end meanwhile is not forgotten.
UPDATE recording_pause SET state = CASE WHEN state = 'asked' THEN 'paused' ELSE state END, paused_at = $2,
  resumes_at = CASE WHEN state = 'asked' THEN $3::timestamptz END
WHERE id = $1

-- name: end
-- Over, or it never was.
UPDATE recording_pause SET state = $2, ended_at = $3, error = $4, resumes_at = NULL WHERE id = $1

-- name: stay
-- Its end failed: it is paused as before, until somebody asks again.
UPDATE recording_pause SET state = 'paused', error = $2, resumed_by_id = NULL, resume_command_id = NULL WHERE id = $1

-- name: close
-- The recording is over.
UPDATE recording_pause SET state = 'over', ended_at = $2, resumes_at = NULL WHERE call_id = $1 AND ended_at IS NULL

-- name: due
-- Pauses that end by themselves; each is looked at again under the lock of its call.
SELECT call_id FROM recording_pause WHERE state = 'paused' AND resumes_at <= $1 ORDER BY resumes_at LIMIT $2
