-- name: page
-- Everybody who was not merged into somebody else, the newest first.
SELECT id, name, language, created_at, 0 AS rank
FROM contact WHERE merged_into_id IS NULL AND id < $1 ORDER BY id DESC LIMIT $2

-- name: search
-- By two trigram indexes, each patterned on its own; a contact that both find has its better rank.
WITH hit AS (
  SELECT id AS contact_id,
         CASE WHEN name_folded = $1 THEN 0 WHEN name_folded LIKE $2 THEN 1 ELSE 2 END AS rank
  FROM contact
  WHERE name_folded LIKE ANY ($3::text[]) AND name_folded LIKE ALL ($4::text[])
  UNION ALL
  SELECT contact_id, CASE WHEN value_folded = $1 THEN 0 WHEN value_folded LIKE $2 THEN 1 ELSE 2 END
  FROM identity
  WHERE value_folded LIKE $5
), best AS (
  SELECT contact_id, min(rank) AS rank FROM hit GROUP BY contact_id
)
SELECT c.id, c.name, c.language, c.created_at, best.rank
FROM best JOIN contact c ON c.id = best.contact_id
WHERE c.merged_into_id IS NULL AND (best.rank > $6 OR (best.rank = $6 AND c.id < $7))
ORDER BY best.rank, c.id DESC LIMIT $8
