-- name: find_account
-- By the unique e-mail address, whether enabled or not: signing in takes the same time for all.
SELECT id, password_hash, disabled_at IS NULL AS is_enabled
FROM user_account
WHERE email = $1

-- name: find_actor
-- Once a request, by two primary keys and the index of memberships.
SELECT u.id AS user_id, u.name, u.role, u.language, u.must_change_password, s.csrf_sha256,
  ARRAY(SELECT m.team_id FROM team_member AS m WHERE m.user_id = u.id ORDER BY m.team_id) AS team_ids
FROM session AS s
JOIN user_account AS u ON u.id = s.user_id
WHERE s.token_sha256 = $1 AND s.expires_at > clock_timestamp() AND u.disabled_at IS NULL

-- name: begin
-- Only hashes are kept: who reads the table cannot sign in. The lock orders it with a disablement
-- or a new password, which end the sessions they find.
INSERT INTO session (token_sha256, csrf_sha256, user_id, created_at, expires_at)
SELECT $1, $2, u.id, $4, $5
FROM user_account AS u
WHERE u.id = $3 AND u.password_hash = $6 AND u.disabled_at IS NULL
FOR SHARE

-- name: end
-- Signing out.
DELETE FROM session WHERE token_sha256 = $1

-- name: end_all
-- After a new password or a disablement; $2 is the session that stays, or NULL.
DELETE FROM session WHERE user_id = $1 AND token_sha256 IS DISTINCT FROM $2::bytea
