-- name: attached
-- The partitions a table has.
SELECT child.relname::text AS name
FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
WHERE parent.relname = $1 AND parent.relnamespace = current_schema()::regnamespace
