-- name: page
-- Newest first.
SELECT version, reverts_to, actor, note, from_at FROM configuration_version
WHERE version < $1::bigint ORDER BY version DESC LIMIT $2

-- name: find
-- One with its document.
SELECT version, reverts_to, actor, note, from_at, document FROM configuration_version WHERE version = $1::bigint

-- name: newest
-- The one in force.
SELECT version, reverts_to, actor, note, from_at, document FROM configuration_version ORDER BY version DESC LIMIT 1

-- name: begin
-- The next one; its document is written when it is known.
INSERT INTO configuration_version (version, document, reverts_to, actor, note, from_at)
SELECT coalesce(max(version), 0) + 1, '{}', $2, $3, $4, $1 FROM configuration_version
RETURNING version

-- name: finish
-- What it says.
UPDATE configuration_version SET document = $2 WHERE version = $1

-- name: undo
-- It would say what the one before does.
DELETE FROM configuration_version WHERE version = $1
