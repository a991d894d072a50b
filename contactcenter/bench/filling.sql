-- name: indexes
-- The indexes of a table that are no constraints.
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
WHERE i.indrelid = $1::text::regclass AND c.oid IS NULL

-- name: foreign_keys
-- What its rows are asked one by one.
SELECT conname::text AS name, pg_get_constraintdef(oid) AS made
FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'f'
