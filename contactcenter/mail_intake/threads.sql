-- name: authors
-- Who is known by these addresses.
SELECT a.n, i.id AS identity_id, i.contact_id
FROM unnest($1::int[], $2::text[], $3::text[]) AS a(n, kind, value)
JOIN identity i ON i.kind = a.kind AND i.value = a.value

-- name: candidates
-- Tickets that mails name: by a reply address, by mails they answer, by a number. Of mails with one
-- id ours was there first, as nobody could copy its id before; of theirs the newest few are enough.
SELECT a.n, 1 AS step, 0 AS rank, t.id AS ticket_id
FROM unnest($1::int[], $2::bigint[]) AS a(n, ticket_id) JOIN ticket t ON t.id = a.ticket_id
UNION ALL
SELECT a.n, 2, a.rank, m.ticket_id
FROM unnest($3::int[], $4::int[], $5::bytea[], $6::text[]) AS a(n, rank, key, message_id)
CROSS JOIN LATERAL (
  SELECT i.ticket_id, i.direction FROM mail m JOIN interaction i ON i.id = m.interaction_id
  WHERE m.message_key = a.key AND m.message_id = a.message_id ORDER BY m.interaction_id LIMIT 1) m
WHERE m.direction = 'outbound' AND m.ticket_id IS NOT NULL
UNION ALL
SELECT a.n, 3, a.rank, m.ticket_id
FROM unnest($3::int[], $4::int[], $5::bytea[], $6::text[]) AS a(n, rank, key, message_id)
CROSS JOIN LATERAL (
  SELECT i.ticket_id, i.direction FROM mail m JOIN interaction i ON i.id = m.interaction_id
  WHERE m.message_key = a.key AND m.message_id = a.message_id ORDER BY m.interaction_id DESC LIMIT 10) m
WHERE m.direction = 'inbound' AND m.ticket_id IS NOT NULL
UNION ALL
SELECT a.n, 4, 0, t.id
FROM unnest($7::int[], $8::bigint[]) AS a(n, ticket_id) JOIN ticket t ON t.id = a.ticket_id

-- name: contacts_of
-- Whose tickets these are: who is to be locked before them.
SELECT contact_id FROM ticket WHERE id = ANY($1::bigint[])

-- name: lock_contacts
-- In order, so that nobody is merged, and no address changes hands, while his mail is stored.
SELECT id FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE

-- name: lock_tickets
-- In order, after their contacts: where they stand now is what counts.
SELECT t.id, t.contact_id,
       t.state = 'closed' OR (t.state = 'solved' AND t.solved_at <= $2::timestamptz) AS is_over
FROM ticket t WHERE t.id = ANY($1::bigint[]) ORDER BY t.id FOR NO KEY UPDATE

-- name: successors
-- What mails of their contacts have opened in the place of tickets that are over, the newest.
SELECT t.id, max(s.id) AS successor_id
FROM ticket t JOIN ticket s ON s.contact_id = t.contact_id AND s.follows_id = t.id
WHERE t.id = ANY($1::bigint[])
  AND s.state <> 'closed' AND (s.state <> 'solved' OR s.solved_at > $2::timestamptz)
  AND EXISTS (SELECT FROM interaction i WHERE i.ticket_id = s.id AND i.details ->> 'continues' = t.id::text)
GROUP BY t.id

-- name: participants
-- Authors to whom we ourselves wrote about that ticket, or whose mail a person let in there.
SELECT a.n, a.ticket_id
FROM unnest($1::int[], $2::bigint[], $3::text[]) AS a(n, ticket_id, value)
WHERE EXISTS (
  SELECT FROM interaction i
  LEFT JOIN identity d ON d.id = i.identity_id
  LEFT JOIN mail m ON m.interaction_id = i.id
  WHERE i.ticket_id = a.ticket_id AND (
    (i.direction = 'outbound' AND (
      (d.kind = 'email' AND d.value = a.value)
      OR m."to" @> jsonb_build_array(jsonb_build_object('address', a.value))
      OR m.cc @> jsonb_build_array(jsonb_build_object('address', a.value))))
    OR (i.direction = 'inbound' AND i.details ? 'accepted' AND d.kind = 'email' AND d.value = a.value)))

-- name: histories
-- What these authors have here: their last ticket, the newest unsolved one, and those that their own
-- mails opened since; a loop's hundred tickets are told by the newest.
SELECT a.n,
  (SELECT t.id FROM ticket t WHERE t.contact_id = a.contact_id AND NOT t.spam ORDER BY t.id DESC LIMIT 1) AS last_id,
  (SELECT t.id FROM ticket t WHERE t.contact_id = a.contact_id AND t.entry_point_id = a.entry_point_id
     AND t.state NOT IN ('solved', 'closed') ORDER BY t.id DESC LIMIT 1) AS unsolved_id,
  ARRAY(SELECT t.id FROM (
      SELECT n.id, n.entry_point_id, n.opened_at FROM ticket n WHERE n.contact_id = a.contact_id
      ORDER BY n.id DESC LIMIT 50) t
    WHERE t.entry_point_id = a.entry_point_id AND t.opened_at > $5::timestamptz
      AND (SELECT i.identity_id = a.identity_id AND i.direction = 'inbound' FROM interaction i
           WHERE i.ticket_id = t.id ORDER BY i.id LIMIT 1)
    ORDER BY t.id) AS opened_ids
FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[]) AS a(n, contact_id, identity_id, entry_point_id)
