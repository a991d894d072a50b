-- name: add
-- No row comes back where the address is taken, also by a message that arrives in this moment.
INSERT INTO identity (contact_id, kind, value, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, value) DO NOTHING
RETURNING id, contact_id, kind, value, created_at

-- name: owner
-- Whose address it is.
SELECT contact_id FROM identity WHERE kind = $1 AND value = $2

-- name: find
-- One address, locked, so that nobody moves it meanwhile.
SELECT id, contact_id, kind, value, created_at FROM identity WHERE id = $1 FOR UPDATE

-- name: take_up
-- From a contact that was made to put it aside, and of whom nothing has become known since.
UPDATE identity SET contact_id = $1
FROM contact c
WHERE identity.kind = $2 AND identity.value = $3 AND identity.contact_id = $4 AND c.id = $4
  AND c.name IS NULL AND c.note IS NULL AND c.attributes ?| ARRAY['formerly_of', 'told_by']
  AND c.attributes - 'formerly_of' - 'told_by' = '{}'
  AND c.merged_into_id IS NULL
  AND NOT EXISTS (SELECT FROM identity other WHERE other.contact_id = $4 AND other.id <> identity.id)
  AND NOT EXISTS (SELECT FROM ticket t WHERE t.contact_id = $4)
  AND NOT EXISTS (SELECT FROM interaction i WHERE i.contact_id = $4)
  AND NOT EXISTS (SELECT FROM contact m WHERE m.merged_into_id = $4)
RETURNING identity.id, identity.contact_id, identity.kind, identity.value, identity.created_at

-- name: forget_stranger
-- Nothing is left of him but what was computed; a message that arrives in this moment makes this fail, and all with it.
WITH computed AS (DELETE FROM segment WHERE contact_id = $1 AND source = 'rule')
DELETE FROM contact WHERE id = $1

-- name: give
-- Another contact is known by it from now on.
UPDATE identity SET contact_id = $2 WHERE id = $1

-- name: is_his
-- Whether an address is this contact's.
SELECT EXISTS (SELECT FROM identity WHERE contact_id = $1 AND id = $2) AS is_his
