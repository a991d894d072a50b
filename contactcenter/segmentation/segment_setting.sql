-- name: standing
-- What a source says of these already, as far as it counts now or later.
SELECT n.line::int AS line, s.value, s.confidence::float8 AS confidence, s.note, s.from_at, s.to_at
FROM unnest($2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY AS n(contact_id, kind, slot, line)
JOIN segment s ON s.contact_id = n.contact_id AND s.kind = n.kind AND s.slot = n.slot
WHERE s.contact_id = ANY ($2) AND s.source = $1 AND s.ticket_id IS NULL AND (s.to_at IS NULL OR s.to_at > $5)

-- name: cut
-- Where a new assertion begins, the former ones of its source end; one that has not begun yet never does.
UPDATE segment s SET to_at = greatest(s.from_at, n.at)
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[]) AS n(contact_id, kind, slot, at)
WHERE s.contact_id = ANY ($2) AND s.contact_id = n.contact_id AND s.kind = n.kind AND s.slot = n.slot
  AND s.source = $1 AND s.ticket_id IS NULL AND (s.to_at IS NULL OR s.to_at > n.at)

-- name: put
-- Dated assertions, a row each, in the order given.
INSERT INTO segment (contact_id, kind, slot, value, source, confidence, actor, note, from_at, to_at, told_at)
SELECT n.contact_id, n.kind, n.slot, n.value, $1, n.confidence, $2, n.note, n.from_at, n.to_at,
       CASE WHEN n.from_at < $3 THEN $3 END
FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::real[], $9::text[], $10::timestamptz[],
            $11::timestamptz[]) WITH ORDINALITY AS n(contact_id, kind, slot, value, confidence, note, from_at, to_at, line)
ORDER BY n.line
RETURNING id

-- name: end
-- An assertion counts no more; what has not begun never does.
UPDATE segment SET to_at = greatest(from_at, $2) WHERE id = $1 AND (to_at IS NULL OR to_at > $2) RETURNING id

-- name: contacts_of
-- Whose addresses these are.
SELECT i.kind, i.value, i.contact_id FROM unnest($1::text[], $2::text[]) AS w(kind, value)
JOIN identity i ON i.kind = w.kind AND i.value = w.value
