-- name: list_all
-- All of them, in order.
SELECT id, name, measure, queue_id, direction, threshold, clears_at, for_s, emails, webhook_url, language, is_on, beyond_since, created_at, version
FROM alert_rule ORDER BY name

-- name: find
-- One.
SELECT id, name, measure, queue_id, direction, threshold, clears_at, for_s, emails, webhook_url, language, is_on, beyond_since, created_at, version
FROM alert_rule WHERE id = $1

-- name: lock
-- One, for whoever changes it, or what it raised.
SELECT id, name, measure, queue_id, direction, threshold, clears_at, for_s, emails, webhook_url, language, is_on, beyond_since, created_at, version
FROM alert_rule WHERE id = $1 FOR UPDATE

-- name: create
-- A new one.
INSERT INTO alert_rule (name, measure, queue_id, direction, threshold, clears_at, for_s, emails, webhook_url, language, is_on, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id

-- name: change
-- The row is locked. What was beyond the old threshold begins anew.
UPDATE alert_rule SET name = $2, measure = $3, queue_id = $4, direction = $5, threshold = $6, clears_at = $7, for_s = $8, emails = $9,
  webhook_url = $10, language = $11, is_on = $12, beyond_since = NULL, version = version + 1
WHERE id = $1

-- name: remove
-- The row is locked.
DELETE FROM alert_rule WHERE id = $1

-- name: queue_exists
-- Whether there is such a queue.
SELECT EXISTS (SELECT FROM queue WHERE id = $1)
