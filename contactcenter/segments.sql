-- name: current
-- What is asserted of these contacts now, of one kind, one row a source.
SELECT contact_id, kind, value, source, confidence::float8 AS confidence, evidence, actor, note, from_at, to_at
FROM segment WHERE contact_id = ANY($1::bigint[]) AND kind = $2 AND to_at IS NULL AND ticket_id IS NULL
ORDER BY id

-- name: history
-- Everything ever asserted of a contact, newest first.
SELECT contact_id, kind, value, source, confidence::float8 AS confidence, evidence, actor, note, from_at, to_at
FROM segment WHERE contact_id = $1 AND kind = $2 AND ticket_id IS NULL ORDER BY id DESC LIMIT 100

-- name: finish
-- An assertion ends where the next of its source begins.
UPDATE segment SET to_at = $4
WHERE contact_id = $1 AND kind = $2 AND source = $3 AND to_at IS NULL AND ticket_id IS NULL
RETURNING value

-- name: begin
-- A dated assertion, with what it rests on.
INSERT INTO segment (contact_id, kind, value, source, confidence, evidence, actor, note, from_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: finish_many
-- The same for many contacts, each at its own instant.
UPDATE segment AS s SET to_at = n.from_at FROM unnest($3::bigint[], $4::timestamptz[]) AS n(contact_id, from_at)
WHERE s.contact_id = n.contact_id AND s.kind = $1 AND s.source = $2 AND s.to_at IS NULL AND s.ticket_id IS NULL
RETURNING s.contact_id, s.value

-- name: begin_many
-- The same for many contacts.
INSERT INTO segment (contact_id, kind, value, source, confidence, evidence, actor, from_at)
SELECT n.contact_id, $1, n.value, $2, n.confidence, n.evidence::jsonb, $3, n.from_at
FROM unnest($4::bigint[], $5::text[], $6::real[], $7::text[], $8::timestamptz[])
  AS n(contact_id, value, confidence, evidence, from_at)
ORDER BY n.contact_id

-- name: open_tickets_otherwise
-- The agent must know before the next word: open tickets of the contact carry the new temperament.
SELECT id FROM ticket WHERE contact_id = $1 AND state NOT IN ('solved', 'closed') AND temperament <> $2 ORDER BY id
