-- name: list_all
-- The entry table, in order.
SELECT id, condition, queue_id FROM entry_rule ORDER BY position

-- name: lock
-- Two who rewrite the table do it one after the other; triage goes on reading.
LOCK TABLE entry_rule IN SHARE ROW EXCLUSIVE MODE

-- name: remove_others
-- All but those that stay.
DELETE FROM entry_rule WHERE NOT id = ANY($1::bigint[])

-- name: put
-- One that stays, at its new place.
UPDATE entry_rule SET position = $2, condition = $3, queue_id = $4 WHERE id = $1

-- name: add
-- A new one.
INSERT INTO entry_rule (position, condition, queue_id) VALUES ($1, $2, $3)

-- name: in_force
-- The entry table as triage asks it, in order. What policies of segments say, by ids below zero, stands before the line
-- that fits every problem, and before the first that asks for temperament: so nobody's manner keeps him from it.
SELECT r.rule_id, r.condition, r.queue_id FROM (
  SELECT e.id AS rule_id, e.condition, e.queue_id, e.position, CASE WHEN EXISTS (
           SELECT FROM entry_rule b WHERE b.position <= e.position
             AND (b.condition = '{}' OR b.condition ?| ARRAY['temperament', 'segment.temperament'])) THEN 2 ELSE 0 END AS step
  FROM entry_rule e
  UNION ALL
  SELECT -p.id, CASE WHEN p.kind IS NULL THEN '{}' ELSE jsonb_build_object('segment.' || p.kind, p.value) END,
         p.queue_id, p.position, 1
  FROM segment_policy p JOIN queue q ON q.id = p.queue_id AND q.archived_at IS NULL) AS r
ORDER BY r.step, r.position

-- name: lanes
-- Every queue as somebody who waits there has it.
SELECT q.id, q.tier::int AS tier, q.calendar_id,
       EXISTS (SELECT FROM membership m WHERE m.queue_id = q.id AND m.delay_s = 0 AND m.handicap_s = 0) AS is_served_at_once
FROM queue q WHERE q.archived_at IS NULL

-- name: defaults
-- Where a problem goes that no line fits, by the address it came to.
SELECT id, queue_id FROM entry_point
