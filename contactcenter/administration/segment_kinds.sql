-- name: lock
-- Kinds are shaped one after the other; assertions are made meanwhile.
LOCK TABLE segment_kind IN SHARE ROW EXCLUSIVE MODE

-- name: list_all
-- Every kind with its values, in their order.
SELECT k.kind, k.name_en, k.name_fa, k.several, k.free, k.set_by, k.built_in, k.version, k.archived_at, (
         SELECT coalesce(jsonb_agg(jsonb_build_object('value', v.value, 'name_en', v.name_en, 'name_fa', v.name_fa)
                                   ORDER BY v.position), '[]')
         FROM segment_value v WHERE v.kind = k.kind AND v.archived_at IS NULL) AS words
FROM segment_kind k
WHERE ($1::text IS NULL OR k.kind = $1) AND (k.archived_at IS NULL OR $2::boolean) ORDER BY k.kind

-- name: create
-- A kind of the house's own; no row comes back where the name is taken.
INSERT INTO segment_kind (kind, name_en, name_fa, several, free, set_by) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (kind) DO NOTHING RETURNING kind

-- name: change
-- The table is locked and the version compared before.
UPDATE segment_kind SET name_en = $2, name_fa = $3, set_by = $4, archived_at = $5, version = version + 1 WHERE kind = $1

-- name: archive_values
-- What is no longer among the values is chosen no more; who has it keeps it.
UPDATE segment_value SET archived_at = $3 WHERE kind = $1 AND archived_at IS NULL AND value <> ALL ($2::text[])

-- name: put_values
-- The values in their order, those that come back among them.
INSERT INTO segment_value (kind, value, name_en, name_fa, position)
SELECT $1, w.value, w.name_en, w.name_fa, w.n
FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS w(value, name_en, name_fa, n)
ON CONFLICT (kind, value) DO UPDATE SET
  name_en = EXCLUDED.name_en, name_fa = EXCLUDED.name_fa, position = EXCLUDED.position, archived_at = NULL
