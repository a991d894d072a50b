-- name: reachable_by
-- The address a message to the contact may go to, if it is his, or what he told of himself in a chat.
SELECT id, kind, value FROM identity
WHERE id = $1 AND (contact_id = $2 OR EXISTS (
  SELECT FROM identity c JOIN chat_visitor v ON v.address = c.value JOIN chat_address a ON a.visitor_id = v.id
  WHERE c.contact_id = $2 AND c.kind = 'chat' AND a.kind = identity.kind AND a.value = identity.value))

-- name: address_of_kind
-- The address of a contact that a channel can reach, the newest.
SELECT id, kind, value FROM identity WHERE contact_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1

-- name: identity
-- An address by its id.
SELECT id, kind, value FROM identity WHERE id = $1

-- name: entry_point
-- Our own address a message goes out from.
SELECT id, channel, address, queue_id FROM entry_point WHERE id = $1

-- name: entry_point_of_channel
-- The first of our addresses on a channel.
SELECT id, channel, address, queue_id FROM entry_point WHERE channel = $1 ORDER BY discovered, id LIMIT 1

-- name: entry_point_of_channels
-- The first of our addresses on any of these channels.
SELECT id, channel, address, queue_id FROM entry_point WHERE channel = ANY ($1::text[]) ORDER BY discovered, id LIMIT 1

-- name: nearest_that_writes
-- On this channel the very address, else the first.
SELECT id, channel, address, queue_id FROM entry_point WHERE channel = $1 ORDER BY address = $2 DESC, discovered, id LIMIT 1

-- name: ours
-- Which of these mail addresses are our own: a copy to one of them would come back.
SELECT address FROM entry_point WHERE channel = 'email' AND address = ANY ($1::text[])
