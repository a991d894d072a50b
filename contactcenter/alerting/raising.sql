-- name: lock_rules
-- All of them, so that nobody else judges or edits them meanwhile.
SELECT id, name, measure, queue_id, direction, threshold, clears_at, for_s, emails, webhook_url, language, is_on, beyond_since, created_at, version
FROM alert_rule ORDER BY id FOR UPDATE

-- name: open
-- What these rules have raised and not cleared.
SELECT id, rule_id, name, measure, queue_id, direction, threshold, value, raised_at, cleared_at, cleared_value, cleared_because
FROM alert WHERE rule_id = ANY ($1::bigint[]) AND cleared_at IS NULL

-- name: archived
-- Which of these queues nobody is served in any more.
SELECT id FROM queue WHERE id = ANY ($1::bigint[]) AND archived_at IS NOT NULL

-- name: page
-- Alerts before an id that $4 sees (NULL: all), the newest first; $1: only those that hold (true), or are over (false).
SELECT a.id, a.rule_id, a.name, a.measure, a.queue_id, a.direction, a.threshold, a.value, a.raised_at, a.cleared_at, a.cleared_value, a.cleared_because
FROM (VALUES (1)) AS one(n) LEFT JOIN LATERAL viewer($4) v ON true, alert a LEFT JOIN queue q ON q.id = a.queue_id
WHERE a.id < $2 AND ($1::boolean IS NULL OR (a.cleared_at IS NULL) = $1)
  AND ($4::bigint IS NULL OR v.is_admin OR a.queue_id IS NULL OR q.team_id = ANY (v.teams)) ORDER BY a.id DESC LIMIT $3

-- name: deliveries
-- Who is told of these; of a webhook the host.
SELECT alert_id, what, kind, CASE kind WHEN 'webhook' THEN substring(target FROM '^[^/]*//[^/?#]*') ELSE target END AS target,
       state, attempts, last_error, ended_at FROM alert_delivery WHERE alert_id = ANY ($1::bigint[]) ORDER BY id

-- name: raise
-- The rule is locked and has raised nothing that holds.
INSERT INTO alert (rule_id, name, measure, queue_id, direction, threshold, value, raised_at)
SELECT id, name, measure, queue_id, direction, threshold, $2, $3 FROM alert_rule WHERE id = $1 RETURNING id

-- name: clear
-- It is over.
UPDATE alert SET cleared_at = $2, cleared_value = $3, cleared_because = $4 WHERE id = $1 AND cleared_at IS NULL

-- name: teams
-- Whose queue it is.
SELECT team_id FROM queue WHERE id = $1

-- name: note_since
-- Since when it is beyond its threshold.
UPDATE alert_rule SET beyond_since = $2 WHERE id = $1

-- name: tell
-- Everybody outside, once each.
INSERT INTO alert_delivery (alert_id, what, kind, target, language, signed_for, next_at)
SELECT $1, $2, t.kind, t.target, $5, $6, $7 FROM unnest($3::text[], $4::text[]) AS t(kind, target)
