-- name: visitor_of
-- Who chats about this ticket: whose message or answer is the newest of them.
SELECT v.id, v.entry_point_id, v.language, v.ticket_id, v.last_sequence, v.received_sequence, v.seen_sequence,
       v.read_sequence, v.created_at, v.seen_at, v.left_at, v.ended_at, d.id AS identity_id, d.contact_id
FROM (SELECT i.identity_id FROM interaction i
      WHERE i.ticket_id = $1 AND i.channel = 'webchat' AND i.identity_id IS NOT NULL ORDER BY i.id DESC LIMIT 1) i
JOIN identity d ON d.id = i.identity_id JOIN chat_visitor v ON v.address = d.value

-- name: is_left
-- Whether a message was left because nobody was there.
SELECT coalesce((SELECT l.is_left FROM chat_line l WHERE l.interaction_id = $1 LIMIT 1), false) AS is_left

-- name: known_addresses
-- Where a contact is reached besides the chat, the newest first.
SELECT id, contact_id, kind, value FROM identity WHERE contact_id = $1 AND kind IN ('email', 'phone') ORDER BY id DESC

-- name: senders
-- Our address on each channel that is nearest to a ticket: of its entry queue, else of its teams, else the first.
SELECT DISTINCT ON (e.channel) e.channel, e.id, e.address
FROM entry_point e JOIN queue q ON q.id = e.queue_id
WHERE e.channel = ANY ($1::text[])
ORDER BY e.channel, e.discovered, (e.queue_id = $2::bigint) IS TRUE DESC, q.team_id = ANY ($3::bigint[]) DESC, e.id

-- name: continue_by
-- What is answered there belongs to this ticket from now on.
INSERT INTO chat_continuation (identity_id, entry_point_id, ticket_id, continued_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (identity_id, entry_point_id) DO UPDATE
SET ticket_id = excluded.ticket_id, continued_at = excluded.continued_at
