-- name: ours
-- A number of ours for calls: the named one and no other, else the ticket's, else the first there is.
SELECT id, address FROM entry_point
WHERE channel = 'phone' AND ($1::bigint IS NULL OR id = $1)
ORDER BY id = $2 DESC NULLS LAST, id LIMIT 1

-- name: last_number
-- The number he called or wrote from last, else one he is known by.
SELECT i.value FROM identity i
LEFT JOIN LATERAL (SELECT max(t.id) AS last_id FROM interaction t WHERE t.contact_id = i.contact_id AND t.identity_id = i.id) AS said ON true
WHERE i.contact_id = $1 AND i.kind = 'phone' ORDER BY said.last_id DESC NULLS LAST, i.id LIMIT 1

-- name: identity
-- Whether he is known by this number.
SELECT id FROM identity WHERE contact_id = $1 AND kind = 'phone' AND value = $2
