-- name: lock
-- Whoever shapes the tree does it alone; tickets may be given categories meanwhile.
LOCK TABLE category IN SHARE ROW EXCLUSIVE MODE

-- name: list_all
-- The whole tree, a row a category.
SELECT id, parent_id, name_en, name_fa, version, archived_at
FROM category WHERE archived_at IS NULL OR $1::boolean ORDER BY name_en, id

-- name: find
-- One category.
SELECT id, parent_id, name_en, name_fa, version, archived_at FROM category WHERE id = $1

-- name: create
-- A new leaf.
INSERT INTO category (parent_id, name_en, name_fa) VALUES ($1, $2, $3)
RETURNING id, parent_id, name_en, name_fa, version, archived_at

-- name: change
-- The tree is locked and the version compared before.
UPDATE category SET parent_id = $2, name_en = $3, name_fa = $4, version = version + 1 WHERE id = $1
RETURNING id, parent_id, name_en, name_fa, version, archived_at

-- name: archive
-- Tickets keep it.
UPDATE category SET archived_at = $2, version = version + 1 WHERE id = $1
RETURNING id, parent_id, name_en, name_fa, version, archived_at
