-- name: find_actor
-- Once a request, by the token's unique hash, the owner's key and the index of memberships.
SELECT u.id AS user_id, u.name, u.role, u.language, u.must_change_password, t.id AS token_id, t.scopes,
  t.last_used_at IS NULL OR t.last_used_at < clock_timestamp() - interval '1 minute'
    AS is_unused_for_a_minute,
  ARRAY(SELECT m.team_id FROM team_member AS m WHERE m.user_id = u.id ORDER BY m.team_id) AS team_ids
FROM api_token AS t
JOIN user_account AS u ON u.id = t.user_id
WHERE t.token_sha256 = $1 AND t.revoked_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp()) AND u.disabled_at IS NULL

-- name: touch
-- At most once a minute a token, so that reading stays reading.
UPDATE api_token SET last_used_at = clock_timestamp() WHERE id = $1

-- name: page
-- Newest first, below the id $2.
SELECT id, name, scopes, created_at, expires_at, last_used_at
FROM api_token
WHERE user_id = $1 AND id < $2 AND revoked_at IS NULL
ORDER BY id DESC
LIMIT $3

-- name: create
-- Only the hash of the value is kept.
INSERT INTO api_token (token_sha256, user_id, name, scopes, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id, name, scopes, created_at, expires_at, last_used_at

-- name: revoke
-- The row stays: events name it.
UPDATE api_token SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL
RETURNING scopes

-- name: revoke_all
-- When the owner is disabled.
UPDATE api_token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL
