-- name: summaries
-- What a timeline shows of mails beside their new words.
SELECT m.interaction_id, i.direction, m.subject, m.kind, m.author, m."to", m.cc, m.authentication, m.bounce, m.automatic,
       m.bulk, m.html IS NOT NULL AS has_html, m.whole_text <> i.body AS has_more
FROM mail m JOIN interaction i ON i.id = m.interaction_id WHERE m.interaction_id = ANY($1::bigint[])

-- name: find
-- All of one mail, for who may read its ticket.
SELECT m.interaction_id, i.direction, m.subject, m.kind, m.author, m."to", m.cc, m.authentication, m.bounce, m.automatic,
       m.bulk, m.html IS NOT NULL AS has_html, m.whole_text <> i.body AS has_more, m.message_id, m.in_reply_to,
       m."references", m.reply_to, m.sent_at, m.whole_text, i.body AS new_text, m.html, i.occurred_at,
       i.delivery_id IS NOT NULL AS has_original
FROM viewer($1) v, interaction i
JOIN ticket t ON t.id = i.ticket_id
JOIN mail m ON m.interaction_id = i.id
WHERE i.id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)

-- name: original
-- What was received, byte for byte, for who may read its ticket.
SELECT d.channel, d.content_type, d.headers, d.body, d.body_sha256
FROM viewer($1) v, interaction i
JOIN ticket t ON t.id = i.ticket_id
JOIN delivery d ON d.id = i.delivery_id AND d.received_at = i.received_at
WHERE i.id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)

-- name: inline_files
-- The files that a mail may show in its text.
SELECT content_id, size_bytes, sha256 FROM attachment
WHERE interaction_id = $1 AND content_id = ANY($2::text[]) AND sha256 IS NOT NULL ORDER BY position, id
