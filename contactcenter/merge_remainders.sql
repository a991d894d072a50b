-- name: standing
-- Who else is part of this contact, in the order in which they became it.
SELECT id, kept_id, merged_id, moved, actor, merged_at, undone_at
FROM contact_merge WHERE kept_id = $1 AND undone_at IS NULL ORDER BY id

-- name: keep
-- What this merge brought is more than it seemed.
UPDATE contact_merge SET moved = $2 WHERE id = $1
