-- name: hold
-- Locks the visitors with these addresses, whoever else writes to them, one after the other by ascending id.
SELECT id, address, last_sequence FROM chat_visitor WHERE address = ANY ($1::text[])
ORDER BY id FOR NO KEY UPDATE

-- name: add
-- Messages become lines of visitors whose rows are locked, and these are counted.
WITH added AS (
  INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, client_id, correlation_id, is_left, at)
  SELECT l.visitor_id, l.sequence, 'message', l.interaction_id, l.client_id, l.correlation_id, l.is_left, $7
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::boolean[])
    AS l(visitor_id, sequence, interaction_id, client_id, correlation_id, is_left)
  RETURNING visitor_id, sequence
)
UPDATE chat_visitor SET last_sequence = a.last_sequence
FROM (SELECT visitor_id, max(sequence) AS last_sequence FROM added GROUP BY visitor_id) a
WHERE chat_visitor.id = a.visitor_id

-- name: goes_on
-- Whoever writes goes on, about the ticket his message came to.
UPDATE chat_visitor SET ticket_id = i.ticket_id, ended_at = NULL
FROM unnest($1::bigint[], $2::bigint[]) AS said(visitor_id, interaction_id)
JOIN interaction i ON i.id = said.interaction_id
WHERE chat_visitor.id = said.visitor_id

-- name: written
-- Which message of ours an attempt to send is about.
SELECT interaction_id FROM outbox WHERE correlation_id = $1

-- name: is_shown
-- Whether the visitor has that message already.
SELECT EXISTS (SELECT FROM chat_line WHERE interaction_id = $1 AND visitor_id = $2) AS is_shown

-- name: after
-- What everybody lacks who has something to read, some of each: one look into an index a visitor, and one a line.
SELECT of.visitor_id, l.sequence, l.at,
       CASE WHEN l.ended_by IS NOT NULL THEN l.ended_by WHEN i.direction = 'inbound' THEN 'visitor'
            WHEN i.author_id IS NOT NULL THEN 'agent' ELSE 'centre' END AS by, l.kind,
       coalesce(i.body, '') AS text, author.name, l.client_id, l.interaction_id,
       EXISTS (SELECT FROM attachment a WHERE a.interaction_id = l.interaction_id OFFSET 0) AS has_files
FROM unnest($1::bigint[], $2::bigint[]) AS of(visitor_id, reached)
CROSS JOIN LATERAL (
  SELECT sequence, kind, interaction_id, client_id, at, ended_by FROM chat_line
  WHERE chat_line.visitor_id = of.visitor_id AND chat_line.sequence > of.reached
  ORDER BY sequence LIMIT $3) l
LEFT JOIN LATERAL (
  SELECT direction, body, author_id FROM interaction WHERE interaction.id = l.interaction_id LIMIT 1) i ON true
LEFT JOIN LATERAL (SELECT name FROM user_account WHERE user_account.id = i.author_id LIMIT 1) author ON true
ORDER BY of.visitor_id, l.sequence
