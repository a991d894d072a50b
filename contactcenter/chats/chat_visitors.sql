-- name: by_token
-- Who comes back, many at once after a cut; a hash is of one visitor.
SELECT v.id, v.entry_point_id, v.token_sha256, v.address, v.language, v.user_id, v.ticket_id, t.contact_id,
       v.last_sequence, v.received_sequence, v.seen_sequence, v.read_sequence, v.seen_at, v.left_at, v.ended_at
FROM chat_visitor v LEFT JOIN LATERAL (SELECT contact_id FROM ticket WHERE ticket.id = v.ticket_id LIMIT 1) t ON true
WHERE v.token_sha256 = ANY ($1::bytea[])

-- name: by_address
-- Everybody who takes a seat at once, in one question.
SELECT v.id, v.entry_point_id, v.token_sha256, v.address, v.language, v.user_id, v.ticket_id, t.contact_id,
       v.last_sequence, v.received_sequence, v.seen_sequence, v.read_sequence, v.seen_at, v.left_at, v.ended_at
FROM chat_visitor v LEFT JOIN LATERAL (SELECT contact_id FROM ticket WHERE ticket.id = v.ticket_id LIMIT 1) t ON true
WHERE v.address = ANY ($1::text[])

-- name: by_id
-- How some who are connected are by now.
SELECT v.id, v.entry_point_id, v.token_sha256, v.address, v.language, v.user_id, v.ticket_id, t.contact_id,
       v.last_sequence, v.received_sequence, v.seen_sequence, v.read_sequence, v.seen_at, v.left_at, v.ended_at
FROM chat_visitor v LEFT JOIN LATERAL (SELECT contact_id FROM ticket WHERE ticket.id = v.ticket_id LIMIT 1) t ON true
WHERE v.id = ANY ($1::bigint[])

-- name: changed
-- Asked every two seconds for everybody who is connected: whom to look for, though nothing was heard of him.
SELECT known.id
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[])
  AS known(id, reached, ticket_id, read_sequence, has_ended)
LEFT JOIN LATERAL (
  SELECT id, last_sequence, read_sequence, ticket_id, ended_at FROM chat_visitor WHERE chat_visitor.id = known.id LIMIT 1) v
  ON true
WHERE v.id IS NULL OR v.last_sequence > known.reached OR v.read_sequence <> known.read_sequence
   OR v.ticket_id IS DISTINCT FROM known.ticket_id OR (v.ended_at IS NOT NULL) <> known.has_ended

-- name: of_ticket
-- The other side of a ticket; several where one person writes from two browsers.
SELECT v.id, v.entry_point_id, v.token_sha256, v.address, v.language, v.user_id, v.ticket_id, t.contact_id,
       v.last_sequence, v.received_sequence, v.seen_sequence, v.read_sequence, v.seen_at, v.left_at, v.ended_at
FROM chat_visitor v LEFT JOIN LATERAL (SELECT contact_id FROM ticket WHERE ticket.id = v.ticket_id LIMIT 1) t ON true
WHERE v.ticket_id = $1 ORDER BY v.seen_at DESC, v.id DESC

-- name: keep
-- Once, whatever comes at once; his page may be in another language the next time.
INSERT INTO chat_visitor (entry_point_id, token_sha256, address, language, created_at, seen_at)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (token_sha256) DO UPDATE SET language = EXCLUDED.language
WHERE EXCLUDED.language IS NOT NULL AND chat_visitor.language IS DISTINCT FROM EXCLUDED.language

-- name: here
-- A sign of life of all who are connected to a process. Who is busy is left for the next turn: no message waits
-- for this, and this waits for none.
UPDATE chat_visitor SET seen_at = greatest(seen_at, $2), left_at = NULL
WHERE id = ANY (ARRAY(
  SELECT id FROM chat_visitor WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id

-- name: gone
-- Their last socket is closed; who is busy has his turn later.
UPDATE chat_visitor SET seen_at = greatest(seen_at, $2), left_at = $2
WHERE id = ANY (ARRAY(
  SELECT id FROM chat_visitor WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id
