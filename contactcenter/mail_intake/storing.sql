-- name: reserve
-- Ids of what is about to be written, so that it is written in sets.
SELECT ARRAY(SELECT nextval('contact_id_seq') FROM generate_series(1, $1::int)) AS contacts,
       ARRAY(SELECT nextval('identity_id_seq') FROM generate_series(1, $1::int)) AS identities,
       ARRAY(SELECT nextval('ticket_id_seq') FROM generate_series(1, $2::int)) AS tickets,
       ARRAY(SELECT nextval('interaction_id_seq') FROM generate_series(1, $3::int)) AS interactions,
       ARRAY(SELECT nextval('delivery_id_seq') FROM generate_series(1, $3::int)) AS deliveries

-- name: add_contacts
-- People who write for the first time.
INSERT INTO contact (id, name) SELECT p.id, p.name FROM unnest($1::bigint[], $2::text[]) AS p(id, name)

-- name: add_identities
-- Fewer rows come back where another transaction was faster; in one order whoever adds them.
INSERT INTO identity (id, contact_id, kind, value)
SELECT p.id, p.contact_id, p.kind, p.value
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS p(id, contact_id, kind, value)
ORDER BY p.kind, p.value
ON CONFLICT DO NOTHING
RETURNING id

-- name: open_tickets
-- Mails have threads: there may be several unsolved problems of a person, none stands for an entry queue.
INSERT INTO ticket (id, contact_id, channel, entry_point_id, subject, opened_at, enqueued_at, team_ids, follows_id)
SELECT n.id, n.contact_id, n.channel, n.entry_point_id, n.subject, $7, $7, ARRAY[q.team_id], n.follows_id
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])
  AS n(id, contact_id, channel, entry_point_id, subject, follows_id)
JOIN entry_point e ON e.id = n.entry_point_id JOIN queue q ON q.id = e.queue_id

-- name: places
-- Whose tickets these are, and who may see them.
SELECT id, contact_id, team_ids FROM ticket WHERE id = ANY($1::bigint[])

-- name: keep
-- The bytes as they came.
INSERT INTO delivery (id, received_at, channel, entry_point_id, content_type, headers, body, body_sha256)
SELECT d.id, $8, d.channel, d.entry_point_id, d.content_type, d.headers::jsonb, d.body, d.body_sha256
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bytea[], $7::bytea[])
  AS d(id, channel, entry_point_id, content_type, headers, body, body_sha256)

-- name: append
-- Onto the timelines; what nobody needs to look at is as good as looked at.
INSERT INTO interaction (id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, body,
                         state, external_id, details, delivery_id, occurred_at, received_at, triaged_at)
SELECT i.id, i.contact_id, i.ticket_id, i.entry_point_id, i.identity_id, i.channel, 'inbound', i.kind, i.body,
       'received', i.external_id, i.details::jsonb, i.delivery_id, coalesce(i.occurred_at, $14), $14,
       CASE WHEN NOT i.awaits_triage THEN $14 END
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::bigint[], $11::timestamptz[], $12::text[], $13::boolean[])
  AS i(id, contact_id, ticket_id, entry_point_id, identity_id, channel, body, external_id, details, delivery_id,
       occurred_at, kind, awaits_triage)
ORDER BY i.id

-- name: describe
-- How they were written and understood.
INSERT INTO mail (interaction_id, message_id, message_key, in_reply_to, "references", subject, author, "to", cc,
                  reply_to, envelope_sender, sent_at, whole_text, html, kind, bounce, authentication)
SELECT m.interaction_id, m.message_id, m.message_key,
       ARRAY(SELECT jsonb_array_elements_text(m.in_reply_to::jsonb)),
       ARRAY(SELECT jsonb_array_elements_text(m.ancestors::jsonb)),
       m.subject, m.author::jsonb, m.recipients::jsonb, m.cc::jsonb, m.reply_to::jsonb, m.envelope_sender, m.sent_at,
       m.whole_text, m.html, m.kind, m.bounce::jsonb, m.authentication::jsonb
FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
            $17::text[])
  AS m(interaction_id, message_id, message_key, in_reply_to, ancestors, subject, author, recipients, cc, reply_to,
       envelope_sender, sent_at, whole_text, html, kind, bounce, authentication)

-- name: attach
-- Their files; the bytes are stored before.
INSERT INTO attachment (interaction_id, position, name, content_type, size_bytes, sha256, inline, content_id)
SELECT a.interaction_id, a.position, a.name, a.content_type, a.size_bytes, a.sha256, a.inline, a.content_id
FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::boolean[], $8::text[])
  AS a(interaction_id, position, name, content_type, size_bytes, sha256, inline, content_id)
