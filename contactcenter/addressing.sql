-- name: reachable_by
-- The contact's address a message may go to, if it is his.
SELECT id, kind, value FROM identity WHERE id = $1 AND contact_id = $2

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

-- name: ours
-- Which of these mail addresses are our own: a copy to one of them would come back.
SELECT address FROM entry_point WHERE channel = 'email' AND address = ANY ($1::text[])
