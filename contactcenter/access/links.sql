-- name: make
-- Only the hash is kept.
INSERT INTO user_ticket (token_sha256, user_id, purpose, expires_at)
VALUES ($1, $2, $3, $4)

-- name: find
-- Looked at before the slow hash of the password is computed.
SELECT u.id AS user_id, u.email
FROM user_ticket AS t
JOIN user_account AS u ON u.id = t.user_id
WHERE t.token_sha256 = $1 AND t.used_at IS NULL AND t.expires_at > clock_timestamp()
  AND u.disabled_at IS NULL

-- name: use
-- Of two who use it at once the second waits here, and then finds it used.
UPDATE user_ticket AS t SET used_at = $2
FROM user_account AS u
WHERE t.token_sha256 = $1 AND t.used_at IS NULL AND t.expires_at > $2
  AND u.id = t.user_id AND u.disabled_at IS NULL
RETURNING u.id AS user_id, u.email

-- name: withdraw
-- What was not used can be used no more.
DELETE FROM user_ticket WHERE user_id = $1 AND used_at IS NULL
