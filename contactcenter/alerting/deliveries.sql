-- name: give_up_on_late
-- News of what is over and $1 seconds old: that it began, where it ended meanwhile, or that it is over. That something holds is never old,
-- and who knows that it began learns that it is over, however late.
UPDATE alert_delivery d SET state = 'failed', last_error = 'too late', ended_at = clock_timestamp()
FROM alert a
WHERE a.id = d.alert_id AND d.state = 'queued' AND d.next_at <= clock_timestamp() AND a.cleared_at IS NOT NULL
  AND CASE d.what WHEN 'raised' THEN a.raised_at ELSE a.cleared_at END < clock_timestamp() - $1::int * interval '1 second'
  AND NOT (d.what = 'cleared' AND EXISTS (
    SELECT FROM alert_delivery b WHERE b.alert_id = d.alert_id AND b.kind = d.kind AND b.target = d.target
      AND b.what = 'raised' AND b.state = 'sent'))
RETURNING d.id

-- name: claim
-- Whose time has come; whoever is faster takes them, for as long as telling may take. What is cleared is told after what was raised.
WITH mine AS (
  SELECT d.id FROM alert_delivery d
  WHERE d.state = 'queued' AND d.next_at <= clock_timestamp() AND NOT EXISTS (
    SELECT FROM alert_delivery b WHERE b.alert_id = d.alert_id AND b.kind = d.kind AND b.target = d.target
      AND d.what = 'cleared' AND b.what = 'raised' AND b.state = 'queued')
  ORDER BY d.next_at, d.id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), claimed AS (
  UPDATE alert_delivery SET attempts = attempts + 1, next_at = clock_timestamp() + $2::int * interval '1 second'
  FROM mine WHERE alert_delivery.id = mine.id
  RETURNING alert_delivery.*
)
SELECT c.id, c.what, c.kind, c.target, c.language, c.signed_for, c.attempts, c.alert_id, a.name, a.measure, a.queue_id, q.name AS queue_name,
       a.direction, a.threshold, a.value, a.raised_at, a.cleared_at, a.cleared_value, a.cleared_because
FROM claimed c JOIN alert a ON a.id = c.alert_id LEFT JOIN queue q ON q.id = a.queue_id ORDER BY c.id

-- name: end
-- He knows, or never will.
UPDATE alert_delivery SET state = $2, last_error = coalesce(left($3, 300), last_error), ended_at = clock_timestamp() WHERE id = $1 AND state = 'queued'

-- name: put_off
-- Once more, later, and why.
UPDATE alert_delivery SET next_at = clock_timestamp() + $2::float8 * interval '1 second', last_error = left($3, 300)
WHERE id = $1 AND state = 'queued'

-- name: sender
-- Where mails of alerts come from.
SELECT address FROM entry_point WHERE channel = 'email' ORDER BY id LIMIT 1
