-- name: lock
-- Attributes are shaped one after the other; contacts are edited meanwhile.
LOCK TABLE contact_attribute IN SHARE ROW EXCLUSIVE MODE

-- name: list_all
-- Every fact that may be known, what is worth most first.
SELECT key, name_en, name_fa, type, choices, minimum, maximum, earliest, latest, built_in, sensitive, asked, worth,
       fresh_days, question_en, question_fa, version, archived_at
FROM contact_attribute
WHERE ($1::text IS NULL OR key = $1) AND (archived_at IS NULL OR $2::boolean) ORDER BY worth DESC, key

-- name: create
-- One of the house's own; no row comes back where the key is taken.
INSERT INTO contact_attribute (type, key, name_en, name_fa, choices, minimum, maximum, earliest, latest, sensitive, asked,
                               worth, fresh_days, question_en, question_fa)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (key) DO NOTHING RETURNING key

-- name: change
-- The table is locked and the version compared before.
UPDATE contact_attribute SET name_en = $2, name_fa = $3, choices = $4, minimum = $5, maximum = $6, earliest = $7,
  latest = $8, sensitive = $9, asked = $10, worth = $11, fresh_days = $12, question_en = $13, question_fa = $14,
  archived_at = $15, version = version + 1
WHERE key = $1
