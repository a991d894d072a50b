-- name: list_all
-- Every kind, the product's own first.
SELECT kind, name_en, name_fa, built_in, captured, retention_days, version
FROM behaviour_kind ORDER BY built_in DESC, kind

-- name: lock
-- One that is about to be edited.
SELECT kind, name_en, name_fa, built_in, captured, retention_days, version
FROM behaviour_kind WHERE kind = $1 FOR UPDATE

-- name: create
-- One of the house's own.
INSERT INTO behaviour_kind (kind, name_en, name_fa, captured, retention_days) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind) DO NOTHING
RETURNING kind, name_en, name_fa, built_in, captured, retention_days, version

-- name: change
-- The row is locked.
UPDATE behaviour_kind SET name_en = $2, name_fa = $3, captured = $4, retention_days = $5, version = version + 1
WHERE kind = $1
RETURNING kind, name_en, name_fa, built_in, captured, retention_days, version
