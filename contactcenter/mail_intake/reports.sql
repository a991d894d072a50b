-- name: by_message_id
-- A mail of ours by its id, which nobody could copy before it was sent.
SELECT m.message_id, e.address AS entry_point, i.identity_id, d.value AS recipient,
       ARRAY(SELECT c ->> 'address' FROM jsonb_array_elements(m.cc) c) AS copies
FROM mail m JOIN interaction i ON i.id = m.interaction_id JOIN entry_point e ON e.id = i.entry_point_id
LEFT JOIN identity d ON d.id = i.identity_id
WHERE m.message_key = $1 AND m.message_id = $2 AND i.direction = 'outbound'
ORDER BY m.interaction_id LIMIT 1

-- name: newest_in_ticket
-- The last that we wrote in a ticket, to that address where one is named.
SELECT m.message_id, e.address AS entry_point, i.identity_id, d.value AS recipient,
       ARRAY(SELECT c ->> 'address' FROM jsonb_array_elements(m.cc) c) AS copies
FROM interaction i JOIN mail m ON m.interaction_id = i.id JOIN entry_point e ON e.id = i.entry_point_id
LEFT JOIN identity d ON d.id = i.identity_id
WHERE i.ticket_id = $1 AND i.direction = 'outbound' AND m.message_id IS NOT NULL
  AND i.state NOT IN ('queued', 'failed', 'canceled')
  AND ($2::text IS NULL OR d.value = $2 OR m.cc @> jsonb_build_array(jsonb_build_object('address', $2::text)))
ORDER BY i.id DESC LIMIT 1

-- name: identity_of
-- Whose an address is that a copy went to, if it is anybody's.
SELECT id FROM identity WHERE kind = 'email' AND value = $1
