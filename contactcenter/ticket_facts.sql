-- name: read
-- What a rule may ask for, of many tickets at once: the segments as they were known at the instant, the words up to it.
-- The last words count, as many messages as are looked at elsewhere.
SELECT t.id AS ticket_id, t.channel, t.entry_point_id, t.language, t.tier, t.queue_id, above.category, told.segments, wrote.bodies
FROM ticket t
CROSS JOIN LATERAL (
  WITH RECURSIVE path AS (
    SELECT c.id, c.parent_id FROM category c WHERE c.id = t.category_id
    UNION SELECT c.id, c.parent_id FROM category c JOIN path ON c.id = path.parent_id)
  SELECT coalesce(array_agg(path.id), '{}') AS category FROM path) AS above
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_object_agg(e.kind, e.words), '{}') AS segments
  FROM (SELECT s.kind, jsonb_agg(s.value) AS words FROM effective_segments(t.contact_id, $2) AS s GROUP BY s.kind) AS e) AS told
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(left(m.body, $4) ORDER BY m.id), '{}') AS bodies
  FROM (SELECT i.id, i.body FROM interaction i
        WHERE $3 AND i.ticket_id = t.id AND i.direction = 'inbound' AND i.kind = 'message' AND i.received_at <= $2
        ORDER BY i.id DESC LIMIT 30) AS m) AS wrote
WHERE t.id = ANY ($1::bigint[])
