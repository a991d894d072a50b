-- name: telephone
-- Where somebody's telephone is, and whether he is on it now: in a call, or being called.
SELECT a.phone_address AS address, EXISTS (
  SELECT FROM call_leg l WHERE l.user_id = a.id AND l.ended_at IS NULL AND l.state <> 'left') AS is_busy
FROM agent a WHERE a.id = $1
