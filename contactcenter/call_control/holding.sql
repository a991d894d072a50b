-- name: is_held
-- What the customer was last to hear: music, or those in the room he is brought to. What could not be done does not count.
SELECT verb = 'hold' AS is_held FROM call_command
WHERE call_id = $1 AND verb IN ('hold', 'unhold', 'connect') AND state NOT IN ('refused', 'failed') ORDER BY id DESC LIMIT 1
