-- name: note
-- Somebody of ours and the customer talk, or have talked: counted from now on, once.
UPDATE call c SET is_reply = true
FROM (SELECT l.user_id FROM call_leg l
      WHERE l.call_id = $1 AND l.party = 'agent' AND l.joined_at IS NOT NULL AND l.user_id IS NOT NULL
      ORDER BY l.joined_at, l.id LIMIT 1) AS first
WHERE c.id = $1 AND NOT c.is_reply AND c.answered_at IS NOT NULL
RETURNING c.answered_at, first.user_id
