-- name: states
-- What was last kept of these contacts.
SELECT contact_id, label, since, failing_since, changes_at, evaluated_at, opted_out_at
FROM contact_temperament WHERE contact_id = ANY ($1::bigint[])

-- name: save
-- Only what is otherwise than before is written.
INSERT INTO contact_temperament (contact_id, label, since, failing_since, changes_at, evaluated_at)
SELECT n.contact_id, n.label, n.since, n.failing_since, n.changes_at, $1
FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
  AS n(contact_id, label, since, failing_since, changes_at)
ORDER BY n.contact_id
ON CONFLICT (contact_id) DO UPDATE SET
  label = EXCLUDED.label, since = EXCLUDED.since, failing_since = EXCLUDED.failing_since,
  changes_at = EXCLUDED.changes_at, evaluated_at = EXCLUDED.evaluated_at
