-- name: opt_out_with
-- The kept contact is one who has objected; no row comes back where he has done so himself, or nobody has.
INSERT INTO contact_temperament AS p (contact_id, opted_out_at, opted_out_by)
SELECT $2, $3, $4 FROM contact_temperament o WHERE o.contact_id = $1 AND o.opted_out_at IS NOT NULL
ON CONFLICT (contact_id) DO UPDATE SET label = 'unknown', since = NULL, failing_since = NULL, changes_at = NULL,
  opted_out_at = EXCLUDED.opted_out_at, opted_out_by = EXCLUDED.opted_out_by
WHERE p.opted_out_at IS NULL RETURNING p.contact_id

-- name: rest
-- Who is part of another is not judged by himself.
UPDATE contact_temperament SET changes_at = NULL WHERE contact_id = $1 AND changes_at IS NOT NULL

-- name: opt_in_again
-- It was the other who had objected.
UPDATE contact_temperament SET opted_out_at = NULL, opted_out_by = NULL WHERE contact_id = $1
