-- name: of_contact
-- One page of a person's timeline, newest first: of his next 500 interactions, by index at any depth, what belongs
-- to a ticket the viewer may read, or to none (a notice, a call that ended in the menu). A ticket is judged once, however many of them it has.
WITH v AS MATERIALIZED (SELECT is_admin, teams, hidden, contacts FROM viewer($1))
SELECT i.id, i.contact_id, i.ticket_id, i.entry_point_id, i.identity_id, i.channel, i.direction, i.kind, i.author_id,
       i.body, i.state, i.error_code, i.error_detail, i.external_id, i.segments::int AS segments, i.occurred_at,
       i.received_at, EXISTS (SELECT FROM attachment a WHERE a.interaction_id = i.id) AS has_files
FROM (
  SELECT n.id, n.contact_id, n.ticket_id, n.entry_point_id, n.identity_id, n.channel, n.direction, n.kind, n.author_id,
         n.body, n.state, n.error_code, n.error_detail, n.external_id, n.segments, n.occurred_at, n.received_at
  FROM interaction n WHERE n.contact_id = $2 AND n.id < $3 ORDER BY n.id DESC LIMIT 500) AS i
LEFT JOIN ticket t ON t.id = i.ticket_id
  AND may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v), (SELECT contacts FROM v),
               t.team_ids, t.contact_id)
WHERE (t.id IS NOT NULL OR (i.ticket_id IS NULL AND i.kind IN ('notice', 'call'))) AND EXISTS (SELECT FROM contact c WHERE c.id = $2 AND c.merged_into_id IS NULL)
ORDER BY i.id DESC LIMIT $4

-- name: beyond
-- Why a page is not full: no row where there is no such contact, else the last interaction that was looked at, if any
-- is older.
SELECT (SELECT CASE WHEN EXISTS (SELECT FROM interaction o WHERE o.contact_id = $1 AND o.id < i.id) THEN i.id END
        FROM interaction i WHERE i.contact_id = $1 AND i.id < $2 ORDER BY i.id DESC OFFSET 499 LIMIT 1) AS looked_at_id
FROM contact c WHERE c.id = $1 AND c.merged_into_id IS NULL

-- name: was_parted
-- Whether a merge with somebody was undone: then some of his interactions may belong to the other one's tickets.
SELECT EXISTS (SELECT FROM contact_merge WHERE undone_at IS NOT NULL AND $1 IN (kept_id, merged_id)) AS was_parted

-- name: of_contact_by_ticket
-- The same page for who may read little of a long history: by the tickets he may read, not past all the others.
WITH v AS MATERIALIZED (SELECT is_admin, teams, hidden, contacts FROM viewer($1)),
page AS (
  (SELECT newest.id FROM ticket t CROSS JOIN LATERAL (
    SELECT n.id FROM interaction n WHERE n.ticket_id = t.id AND n.id < $3 AND n.contact_id = $2
    ORDER BY n.id DESC LIMIT $4) AS newest
  WHERE t.contact_id = $2
    AND may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v), (SELECT contacts FROM v),
                 t.team_ids, t.contact_id)
  ORDER BY newest.id DESC LIMIT $4)
  UNION ALL
  (SELECT n.id FROM interaction n WHERE n.contact_id = $2 AND n.ticket_id IS NULL AND n.kind IN ('notice', 'call') AND n.id < $3
   ORDER BY n.id DESC LIMIT $4)
  ORDER BY id DESC LIMIT $4)
SELECT i.id, i.contact_id, i.ticket_id, i.entry_point_id, i.identity_id, i.channel, i.direction, i.kind, i.author_id,
       i.body, i.state, i.error_code, i.error_detail, i.external_id, i.segments::int AS segments, i.occurred_at,
       i.received_at, EXISTS (SELECT FROM attachment a WHERE a.interaction_id = i.id) AS has_files
FROM page JOIN interaction i ON i.id = page.id ORDER BY i.id DESC

-- name: of_ticket
-- One page of a ticket's interactions, newest first.
SELECT id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, author_id, body, state,
       error_code, error_detail, external_id, segments::int AS segments, occurred_at, received_at
FROM interaction WHERE ticket_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3

-- name: find
-- One interaction.
SELECT id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, author_id, body, state,
       error_code, error_detail, external_id, segments::int AS segments, occurred_at, received_at
FROM interaction WHERE id = $1

-- name: last_heard
-- By what address and at which of ours the customer last wrote about this ticket: he himself if he ever did, also by
-- an address that he told in a chat, else who got a copy; a machine of theirs if no person did, and never one that
-- told of a mail of ours.
SELECT i.id, i.identity_id, i.entry_point_id, i.channel
FROM interaction i JOIN ticket t ON t.id = i.ticket_id JOIN identity d ON d.id = i.identity_id
LEFT JOIN mail m ON m.interaction_id = i.id
WHERE i.ticket_id = $1 AND i.direction = 'inbound'
  AND coalesce(m.kind, 'person') NOT IN ('bounce', 'receipt', 'complaint', 'loop')
ORDER BY (d.contact_id = t.contact_id OR (t.channel = 'webchat' AND EXISTS (
  SELECT FROM identity c JOIN chat_visitor v ON v.address = c.value JOIN chat_address a ON a.visitor_id = v.id
  WHERE c.contact_id = t.contact_id AND c.kind = 'chat' AND a.kind = d.kind AND a.value = d.value))) DESC,
  i.kind = 'message' DESC, i.id DESC LIMIT 1

-- name: last_words
-- Who spoke last about this ticket, not whose machine; two probes of one index.
SELECT (SELECT i.id FROM interaction i WHERE i.ticket_id = $1 AND i.direction = 'inbound' AND i.kind = 'message'
        ORDER BY i.id DESC LIMIT 1) AS customer_id,
       (SELECT i.id FROM interaction i WHERE i.ticket_id = $1 AND i.direction = 'outbound' AND i.kind = 'message'
        ORDER BY i.id DESC LIMIT 1) AS ours_id

-- name: append
-- What an agent writes; the clock is the change's.
INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, author_id,
                         body, state, segments, details, occurred_at, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
RETURNING id

-- name: attachments
-- The files of these interactions, in order.
SELECT id, interaction_id, position::int AS position, name, content_type, size_bytes, sha256 IS NOT NULL AS stored,
       fetch_error, token, inline, content_id, recording_id
FROM attachment WHERE interaction_id = ANY($1::bigint[]) ORDER BY interaction_id, position, id

-- name: attach
-- An uploaded file belongs to the message it is sent with; a file is sent once.
UPDATE attachment SET interaction_id = $1, position = n.place - 1, token = n.token
FROM unnest($2::bigint[], $4::text[]) WITH ORDINALITY AS n(id, token, place)
WHERE attachment.id = n.id AND attachment.interaction_id IS NULL AND attachment.uploaded_by_id = $3
RETURNING attachment.id

-- name: attach_again
-- The same bytes go out with a new message, under tokens of their own.
INSERT INTO attachment (interaction_id, position, name, content_type, size_bytes, sha256, token, uploaded_by_id)
SELECT $1, a.position, a.name, a.content_type, a.size_bytes, a.sha256, n.token, a.uploaded_by_id
FROM unnest($2::bigint[], $3::text[]) AS n(id, token) JOIN attachment a ON a.id = n.id
WHERE a.sha256 IS NOT NULL

-- name: supersede
-- A message is sent anew once; who decides second is told.
UPDATE interaction SET details = details || jsonb_build_object('sent_again_as', $2::bigint)
WHERE id = $1 AND NOT details ? 'sent_again_as'
RETURNING id
