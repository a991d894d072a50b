-- name: counts
-- What counts of a contact now.
SELECT temperament_of($1, $2) AS label

-- name: refuse
-- "Not this", for a while.
INSERT INTO temperament_refusal (contact_id, label, at, until, actor, note) VALUES ($1, $2, $3, $4, $5, $6)

-- name: opt_out
-- No row comes back where he has objected already.
INSERT INTO contact_temperament AS p (contact_id, opted_out_at, opted_out_by) VALUES ($1, $2, $3)
ON CONFLICT (contact_id) DO UPDATE SET label = 'unknown', since = NULL, failing_since = NULL, changes_at = NULL,
  opted_out_at = EXCLUDED.opted_out_at, opted_out_by = EXCLUDED.opted_out_by
WHERE p.opted_out_at IS NULL RETURNING p.contact_id

-- name: opt_in
-- No row comes back where he has not objected.
UPDATE contact_temperament SET opted_out_at = NULL, opted_out_by = NULL
WHERE contact_id = $1 AND opted_out_at IS NOT NULL RETURNING contact_id

-- name: forget_computed
-- What was computed or brought is deleted.
DELETE FROM segment WHERE contact_id = $1 AND kind = 'temperament' AND source <> 'agent'

-- name: end_all
-- What persons said is over.
UPDATE segment SET to_at = greatest(from_at, $2)
WHERE contact_id = $1 AND kind = 'temperament' AND (to_at IS NULL OR to_at > $2)

-- name: clear_closed
-- Tickets that are over show nothing either; what reports count was told when it happened.
UPDATE ticket SET temperament = 'unknown' WHERE contact_id = $1 AND temperament <> 'unknown' AND state IN ('solved', 'closed')
