-- name: current
-- What is asserted of these contacts now, of one kind: what counts first.
SELECT contact_id, kind, value, source, confidence::float8 AS confidence, evidence, actor, note, from_at, to_at
FROM segment WHERE contact_id = ANY($1::bigint[]) AND kind = $2 AND ticket_id IS NULL
  AND (to_at IS NULL OR to_at > clock_timestamp())
ORDER BY array_position(ARRAY['agent', 'import', 'rule', 'model', 'cues'], source), from_at DESC, id DESC

-- name: history
-- Everything ever asserted of a contact, newest first.
SELECT contact_id, kind, value, source, confidence::float8 AS confidence, evidence, actor, note, from_at, to_at
FROM segment WHERE contact_id = $1 AND kind = $2 AND ticket_id IS NULL ORDER BY id DESC LIMIT 100

-- name: finish
-- An assertion ends where the next of its source begins.
UPDATE segment SET to_at = greatest(from_at, $4)
WHERE contact_id = $1 AND kind = $2 AND source = $3 AND (to_at IS NULL OR to_at > $4) AND ticket_id IS NULL
RETURNING value

-- name: begin
-- A dated assertion, with what it rests on.
INSERT INTO segment (contact_id, kind, value, source, confidence, evidence, actor, note, from_at, to_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: finish_many
-- What these sources said of these contacts ends; what one of them said is told.
UPDATE segment SET to_at = greatest(from_at, $4)
WHERE contact_id = ANY ($3::bigint[]) AND kind = $1 AND source = ANY ($2::text[])
  AND (to_at IS NULL OR to_at > $4) AND ticket_id IS NULL
RETURNING contact_id, value

-- name: begin_many
-- The same for many contacts; of what began before we knew, it is told when we did.
INSERT INTO segment (contact_id, kind, value, source, confidence, actor, from_at, told_at)
SELECT n.contact_id, $1, n.value, $2, n.confidence, $3, n.from_at, CASE WHEN n.from_at < $4 THEN $4 END
FROM unnest($5::bigint[], $6::text[], $7::real[], $8::timestamptz[]) AS n(contact_id, value, confidence, from_at)
ORDER BY n.contact_id

-- name: open_tickets_otherwise
-- The agent must know before the next word: open tickets of the contact carry the new temperament.
SELECT id FROM ticket WHERE contact_id = $1 AND state NOT IN ('solved', 'closed') AND temperament <> $2 ORDER BY id
