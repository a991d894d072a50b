-- name: mark
-- The messages this change takes into account; another process may have been faster.
UPDATE interaction SET triaged_at = $2 WHERE id = ANY($1::bigint[]) AND triaged_at IS NULL RETURNING id

-- name: temperament_since
-- Somebody may have said otherwise since it was looked at.
SELECT temperament_since($1, $2, $3) AS label
