-- name: lock
-- In order; who became part of another meanwhile has no segments of his own.
SELECT id FROM contact WHERE id = ANY ($1::bigint[]) AND merged_into_id IS NULL ORDER BY id FOR NO KEY UPDATE

-- name: end
-- What the model said before ends, unless it says the same again.
UPDATE segment s SET to_at = greatest(s.from_at, $4)
FROM unnest($2::bigint[], $3::text[]) AS n(contact_id, value)
WHERE s.contact_id = ANY ($2) AND s.contact_id = n.contact_id AND s.kind = $1 AND s.source = 'model' AND s.slot = ''
  AND s.to_at IS NULL AND s.ticket_id IS NULL AND s.value IS DISTINCT FROM n.value
RETURNING s.contact_id, s.value

-- name: begin
-- What it says from now on, where it does not say so already.
INSERT INTO segment (contact_id, kind, value, source, confidence, actor, from_at)
SELECT n.contact_id, $1, n.value, 'model', 1, $5, $4
FROM unnest($2::bigint[], $3::text[]) AS n(contact_id, value)
WHERE n.value IS NOT NULL AND NOT EXISTS (
  SELECT FROM segment s WHERE s.contact_id = n.contact_id AND s.kind = $1 AND s.source = 'model' AND s.slot = ''
    AND s.to_at IS NULL AND s.ticket_id IS NULL)
ORDER BY n.contact_id
RETURNING contact_id, id AS segment_id
