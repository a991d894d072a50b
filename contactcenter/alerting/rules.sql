-- name: seen
-- What this person sees of the rules, or of $2: administrators all, who leads a team those of its queues and of all together.
SELECT r.id, r.name, r.measure, r.queue_id, r.direction, r.threshold, r.clears_at, r.for_s, r.emails,
       CASE WHEN v.is_admin THEN r.webhook_url ELSE substring(r.webhook_url FROM '^[^/]*//[^/?#]*') END AS webhook_url,
       r.language, r.is_on, r.beyond_since, r.created_at, r.version
FROM viewer($1) v, alert_rule r LEFT JOIN queue q ON q.id = r.queue_id
WHERE (v.is_admin OR r.queue_id IS NULL OR q.team_id = ANY (v.teams)) AND ($2::bigint IS NULL OR r.id = $2) ORDER BY r.name

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
