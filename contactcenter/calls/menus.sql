-- name: list_all
-- Every menu, and where callers hear it.
SELECT id, name, tree, ARRAY(SELECT e.id FROM entry_point e WHERE e.phone_menu_id = m.id ORDER BY e.id) AS entry_point_ids, version
FROM phone_menu m ORDER BY name

-- name: find
-- One menu.
SELECT id, name, tree, ARRAY(SELECT e.id FROM entry_point e WHERE e.phone_menu_id = m.id ORDER BY e.id) AS entry_point_ids, version
FROM phone_menu m WHERE id = $1

-- name: lock
-- One edit at a time.
SELECT id FROM phone_menu WHERE id = $1 FOR UPDATE

-- name: create
-- No row comes back where the name is taken.
INSERT INTO phone_menu (name, tree) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id

-- name: change
-- The row is locked and its version compared before.
UPDATE phone_menu SET name = $2, tree = $3, version = version + 1 WHERE id = $1

-- name: remove
-- No number has it.
DELETE FROM phone_menu WHERE id = $1

-- name: missing_queues
-- Of these queues the ones to which nothing may lead.
SELECT w.id FROM unnest($1::bigint[]) AS w (id)
WHERE NOT EXISTS (SELECT FROM queue q WHERE q.id = w.id AND q.archived_at IS NULL) ORDER BY w.id

-- name: met
-- A number with its menu.
SELECT e.id AS entry_point_id, e.queue_id, e.language, e.calendar_id, m.tree
FROM entry_point e LEFT JOIN phone_menu m ON m.id = e.phone_menu_id WHERE e.id = $1

-- name: room
-- Who waits in a queue by telephone, and whether somebody is there who could ever answer. Calls that are live are few.
SELECT q.id AS queue_id, q.calendar_id, q.is_open,
  (SELECT count(*)::int FROM call c LEFT JOIN ticket t ON t.id = c.ticket_id JOIN entry_point o ON o.id = c.entry_point_id
   WHERE c.ended_at IS NULL AND c.state = 'waiting' AND coalesce(t.queue_id, c.queue_id, o.queue_id) = q.id) AS waiting,
  EXISTS (SELECT FROM membership m JOIN agent a ON a.id = m.agent_id
          WHERE m.queue_id = q.id AND a.phone_address IS NOT NULL
            AND a.presence IN ('available', 'away', 'wrap_up')) AS is_staffed
FROM entry_point e CROSS JOIN LATERAL (
  SELECT id, calendar_id, is_open FROM queue WHERE archived_at IS NULL AND id IN ($1, e.queue_id)
  ORDER BY id = $1 DESC NULLS LAST LIMIT 1) q
WHERE e.id = $2
