-- name: changed
-- Whose stage may be another: of whom something was told since then (NULL: ever), who was merged or parted, and
-- who has been silent for long enough.
SELECT DISTINCT x.id FROM (
  SELECT contact_survivor(e.contact_id) FROM behaviour_event e WHERE $2::timestamptz IS NULL OR e.received_at > $2
  UNION ALL
  SELECT l.contact_id FROM life_cycle l WHERE l.next_at < $1
  UNION ALL
  SELECT p.id FROM contact_merge m CROSS JOIN LATERAL (VALUES (m.kept_id), (m.merged_id)) AS p(id)
  WHERE m.merged_at > $2 OR m.undone_at > $2
) AS x(id)
WHERE x.id IS NOT NULL ORDER BY x.id

-- name: facts
-- On which days each bought, by the first purchase of the day, and what the model says of him now.
SELECT c.id AS contact_id,
       ARRAY(SELECT min(e.occurred_at) FROM contact_with_merged(c.id) AS m
             JOIN behaviour_event e ON e.contact_id = m.contact_id AND e.kind = 'purchase' AND e.occurred_at <= $2
             GROUP BY (e.occurred_at AT TIME ZONE 'UTC')::date ORDER BY 1) AS bought,
       (SELECT s.value FROM segment s WHERE s.contact_id = c.id AND s.kind = 'life_cycle' AND s.source = 'model'
          AND s.slot = '' AND s.to_at IS NULL AND s.ticket_id IS NULL) AS stage
FROM unnest($1::bigint[]) AS c(id)

-- name: said
-- What people and other systems say of their stages, and said until he bought or was silent; not what they took back.
SELECT s.contact_id, s.id AS segment_id, s.from_at AS at, s.value AS stage, s.source,
       s.to_at IS NULL OR s.to_at > $2 AS is_open
FROM segment s
WHERE s.contact_id = ANY ($1::bigint[]) AND s.kind = 'life_cycle' AND s.source IN ('agent', 'import')
  AND s.ticket_id IS NULL AND (s.to_at IS NULL OR s.to_at > $2 OR s.evidence @> '[{"ended_by": "life_cycle"}]')
ORDER BY s.contact_id, s.from_at, s.id

-- name: keep
-- The stages as they are now.
INSERT INTO life_cycle (contact_id, stage, since, next_at, computed_at)
SELECT n.contact_id, n.stage, n.since, n.next_at, $5
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS n(contact_id, stage, since, next_at)
ORDER BY n.contact_id
ON CONFLICT (contact_id) DO UPDATE SET stage = EXCLUDED.stage, since = EXCLUDED.since, next_at = EXCLUDED.next_at,
  computed_at = EXCLUDED.computed_at

-- name: end
-- What people said of them is history.
UPDATE segment SET to_at = greatest(from_at, $2), evidence = '[{"ended_by": "life_cycle"}]' WHERE id = ANY ($1::bigint[])

-- name: note
-- Everything told until then was looked at; unless the limits have changed meanwhile.
UPDATE value_setting SET stages_at = $1 WHERE version = $2
