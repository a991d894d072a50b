-- name: page
-- Newest first, below the id $1; each filter has an index of its own or thins out another's.
SELECT id, at, kind, actor, ticket_id, contact_id, agent_id, data
FROM event
WHERE id < $1
  AND ($3::text IS NULL OR actor = $3)
  AND ($4::text IS NULL OR kind = $4)
  AND ($5::text IS NULL OR (kind = 'configuration_changed' AND data->>'what' = $5))
  AND ($6::bigint IS NULL OR ticket_id = $6)
  AND ($7::bigint IS NULL OR contact_id = $7)
  AND ($8::bigint IS NULL OR agent_id = $8)
  AND ($9::timestamptz IS NULL OR at >= $9)
ORDER BY id DESC
LIMIT $2
