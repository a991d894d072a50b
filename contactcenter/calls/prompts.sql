-- name: list_all
-- All that callers hear by name.
SELECT id, name, language, text, url, content_type, size_bytes, '/media/prompts/' || token AS path, version
FROM phone_prompt ORDER BY name, language

-- name: pieces
-- The same, as it is spoken: some hundred rows at most.
SELECT name, language, text, coalesce(url, '/media/prompts/' || token) AS sound FROM phone_prompt

-- name: find
-- One of them.
SELECT id, name, language, text, url, content_type, size_bytes, '/media/prompts/' || token AS path, version
FROM phone_prompt WHERE id = $1

-- name: lock
-- One edit at a time.
SELECT id, name, language, text, url, content_type, size_bytes, '/media/prompts/' || token AS path, version
FROM phone_prompt WHERE id = $1 FOR UPDATE

-- name: create
-- No row comes back where there is one of this name in this language.
INSERT INTO phone_prompt (name, language, text, url, sha256, content_type, size_bytes, token)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id

-- name: change
-- The row is locked and its version compared before.
UPDATE phone_prompt SET text = $2, url = $3, sha256 = $4, content_type = $5, size_bytes = $6, token = $7, version = version + 1
WHERE id = $1

-- name: remove
-- Nothing refers to it by its id.
DELETE FROM phone_prompt WHERE id = $1

-- name: used_by
-- The menus that say it, in any language: a node's prompt is its name, or one of its languages names it.
SELECT m.name FROM phone_menu m
WHERE jsonb_path_exists(m.tree, '$.nodes.*.prompt ? (@ == $name)', jsonb_build_object('name', $1::text))
   OR jsonb_path_exists(m.tree, '$.nodes.*.prompt.*.prompt ? (@ == $name)', jsonb_build_object('name', $1::text))
ORDER BY m.name

-- name: sound
-- What the provider fetches.
SELECT sha256, content_type, size_bytes FROM phone_prompt WHERE token = $1

-- name: sound_of
-- What people listen to who look after prompts.
SELECT sha256, content_type, size_bytes FROM phone_prompt WHERE id = $1 AND sha256 IS NOT NULL
