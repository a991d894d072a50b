-- name: keep_details
-- What is said later counts; what is not said again stays.
INSERT INTO chat_detail (visitor_id, name, topic, told_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (visitor_id) DO UPDATE
SET name = coalesce(excluded.name, chat_detail.name), topic = coalesce(excluded.topic, chat_detail.topic),
    told_at = excluded.told_at

-- name: keep_address
-- The same address again is the newest.
INSERT INTO chat_address (visitor_id, kind, value, told_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (visitor_id, kind, value) DO UPDATE SET told_at = excluded.told_at

-- name: drop_oldest
-- Of all that a visitor told the newest are kept; what was told before them is nobody's address.
DELETE FROM chat_address WHERE id IN (
  SELECT a.id FROM chat_address a WHERE a.visitor_id = $1 ORDER BY a.told_at DESC, a.id DESC OFFSET $2)

-- name: about
-- The visitor's contact and the problem he wrote about last, once there are any.
SELECT i.contact_id, v.ticket_id FROM chat_visitor v LEFT JOIN identity i ON i.kind = 'chat' AND i.value = v.address
WHERE v.id = $1

-- name: introduce
-- Contacts without a name are called as their visitors say; nobody who has a name is called otherwise.
WITH told AS (
  SELECT i.contact_id, min(d.name) AS name
  FROM chat_visitor v JOIN chat_detail d ON d.visitor_id = v.id
  JOIN identity i ON i.kind = 'chat' AND i.value = v.address
  WHERE v.id = ANY ($1::bigint[]) AND d.name IS NOT NULL GROUP BY i.contact_id
)
UPDATE contact SET name = told.name, version = version + 1, updated_at = $2
FROM told WHERE contact.id = told.contact_id AND contact.name IS NULL AND contact.merged_into_id IS NULL
RETURNING contact.id, length(told.name) AS length

-- name: of_visitor
-- What a visitor told, the newest first, and the address as we know it from elsewhere, if we do.
SELECT a.id, a.kind, a.value, a.told_at, i.id AS identity_id, i.contact_id
FROM chat_address a LEFT JOIN identity i ON i.kind = a.kind AND i.value = a.value
WHERE a.visitor_id = $1 ORDER BY a.told_at DESC, a.id DESC

-- name: details
-- What else he told.
SELECT name, topic, told_at FROM chat_detail WHERE visitor_id = $1

-- name: known
-- The address as we know it, whoever's it is.
SELECT id, contact_id, kind, value FROM identity WHERE kind = $1 AND value = $2

-- name: add
-- No row where somebody was faster.
INSERT INTO identity (contact_id, kind, value, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, value) DO NOTHING
RETURNING id, contact_id, kind, value

-- name: forget_stranger
-- Somebody else was faster to make a contact of the address: this one is nobody.
WITH computed AS (DELETE FROM segment WHERE contact_id = $1 AND source = 'rule')
DELETE FROM contact WHERE id = $1
