-- name: lock
-- Two who archive cannot take the last two at once.
LOCK TABLE disposition IN SHARE ROW EXCLUSIVE MODE

-- name: list_all
-- The ways to be solved.
SELECT code, name_en, name_fa, archived_at FROM disposition WHERE archived_at IS NULL OR $1::boolean ORDER BY code

-- name: create
-- No row comes back where the code is in use.
INSERT INTO disposition (code, name_en, name_fa) VALUES ($1, $2, $3)
ON CONFLICT (code) DO UPDATE SET name_en = EXCLUDED.name_en, name_fa = EXCLUDED.name_fa, archived_at = NULL
  WHERE disposition.archived_at IS NOT NULL
RETURNING code, name_en, name_fa, archived_at

-- name: archive
-- Tickets keep it.
UPDATE disposition SET archived_at = $2 WHERE code = $1 RETURNING code, name_en, name_fa, archived_at
