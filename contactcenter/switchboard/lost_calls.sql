-- name: silent
-- Telephones in calls that nothing was told of for long: what rings, or was in a call that is over, is over sooner than
-- what is talked in. And those of which nothing was told since $5, where that is given.
SELECT l.id, l.call_id, l.external_id, e.address AS entry_point,
       EXISTS (SELECT FROM call_command k WHERE k.leg_id = l.id AND k.state IN ('queued', 'sending')) AS is_asked_for
FROM call_leg l JOIN call c ON c.id = l.call_id JOIN entry_point e ON e.id = c.entry_point_id
LEFT JOIN LATERAL (
  SELECT max(h.received_at) AS at FROM call_hook h
  WHERE h.call_id = l.call_id AND h.leg_external_id = l.external_id) AS heard ON true
WHERE l.ended_at IS NULL
  AND greatest(l.began_at, l.looked_at, heard.at) < greatest($5::timestamptz, $1::timestamptz - interval '1 second' *
      CASE WHEN l.state IN ('wanted', 'dialling', 'ringing') OR c.ended_at IS NOT NULL THEN $2::int ELSE $3::int END)
ORDER BY l.began_at LIMIT $4

-- name: looked
-- It goes on, or nobody can tell: it is asked after again when it was silent for as long again.
UPDATE call_leg SET looked_at = $2 WHERE id = $1
