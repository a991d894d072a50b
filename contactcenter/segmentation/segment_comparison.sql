-- name: next_ids
-- Everybody, some at a time.
SELECT id FROM contact WHERE id > $1 ORDER BY id LIMIT $2

-- name: written
-- Who is written to belong to what.
SELECT contact_id, value AS key FROM segment
WHERE contact_id = ANY ($1::bigint[]) AND kind = 'group' AND source = 'rule' AND to_at IS NULL AND ticket_id IS NULL

-- name: waiting
-- Who will be looked at in a moment.
SELECT c.id FROM unnest($2::bigint[]) AS c(id)
WHERE EXISTS (SELECT FROM segment_check k WHERE k.contact_id = c.id)
   OR EXISTS (SELECT FROM segment_due d WHERE d.contact_id = c.id AND d.due_at <= $1)
   OR EXISTS (SELECT FROM segment_sweep s WHERE c.id > s.after_id AND c.id <= s.to_id)
