-- name: write
-- Asked for with the change that is its reason.
INSERT INTO call_command (call_id, leg_id, verb, arguments, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id

-- name: claim
-- What is due, of each call the first that is open; locked rows are another operator's. A claim that is over is taken over.
WITH first AS (
  SELECT c.id, c.state, c.error FROM call_command c
  WHERE c.state IN ('queued', 'sending') AND c.due_at <= $1 AND (c.state = 'queued' OR c.claimed_until < $1)
    AND NOT EXISTS (SELECT FROM call_command b WHERE b.call_id = c.call_id AND b.id < c.id AND b.state IN ('queued', 'sending'))
  ORDER BY c.due_at, c.id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE call_command SET state = 'sending', attempts = attempts + 1, claimed_until = $2
FROM first WHERE call_command.id = first.id
RETURNING call_command.id, call_command.call_id, call_command.leg_id, call_command.verb, call_command.arguments,
  call_command.attempts, call_command.created_at,
  first.state = 'sending' OR first.error IS NOT DISTINCT FROM $4 AS is_doubtful

-- name: finish
-- What became of it; an operator that was too slow has lost its claim and says nothing.
UPDATE call_command SET state = $3, error = $4, done_at = $5, claimed_until = NULL
WHERE id = $1 AND attempts = $2 AND state = 'sending'

-- name: put_back
-- Once more, later.
UPDATE call_command SET state = 'queued', due_at = $3, error = $4, claimed_until = NULL
WHERE id = $1 AND attempts = $2 AND state = 'sending'

-- name: call_off
-- Nobody has begun with these, and they are not wanted any more.
UPDATE call_command SET state = 'refused', error = $3, done_at = $4
WHERE leg_id = $1 AND verb = ANY ($2::text[]) AND state = 'queued'

-- name: of_call
-- Everything that was asked for in a call, in order.
SELECT id, leg_id, verb, arguments, state, attempts, error, created_at, done_at FROM call_command WHERE call_id = $1 ORDER BY id
